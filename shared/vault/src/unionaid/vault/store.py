"""Put, find, open and forget personal data, inside the caller's transaction."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from uuid import UUID

from unionaid.vault.limits import FIELD_CHARS_MAX, MATCH_VALUES_MAX, OPEN_PERSONS_MAX, PUT_PERSONS_MAX
from unionaid.vault.sealing import KeyEncryptionKey, Sealed, blind_key, new_key, seal, unseal
from unionaid.vault.search_keys import SearchKeys
from unionaid.vault.statements import NotTogether, Statements

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

PersonFields: TypeAlias = Mapping[str, str]
"""Personal data of one person by name of the field, in the canonical form registry gives it."""
FIELDS = frozenset(
    {"name", "resident_id", "phone", "bank_account", "bank_code", "account_holder", "address", "birth_date"}
)
"""The fields there are."""
KINDS: Mapping[str, str] = {
    "resident_id": "resident_id",
    "name": "name",
    "phone": "phone",
    "bank_account": "bank_account",
}
"""Kind of blind index -> field whose exact value it finds."""
TABLES = ("vault.person_keys", "vault.fields", "vault.statements", "vault.blind_index", "vault.search", "vault.uploads")
"""What a sweep after an erasure rewrites."""
NOWHERE = UUID(int=0)
"""The place of who is in no unit."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class IdentityReference(NamedTuple):
    """What an event says of a person's identity: the vault's version, and a salted commitment (64 hex digits)."""

    vault_version: int
    commitment: str


class SealedPersons(NamedTuple):
    """Persons' fields, encrypted and not yet stored."""

    references: Mapping[UUID, IdentityReference]
    """What the event of each person says of its identity."""
    columns: tuple[Any, ...]
    """What `Vault.put` stores: ciphertext and keyed hashes."""


class Changed(NamedTuple):
    """A person's next version, encrypted and not yet stored, and in what it differs from the newest."""

    sealed: SealedPersons | None
    """None where nothing differs."""
    fields: frozenset[str]
    """The fields that differ."""
    former: Mapping[str, bytes]
    """Kind of blind index -> the keyed hash by which the person was found until now, where it differs."""


class Vault:
    """The vault of one service. `kek` and `hmac_key` are 32 secret bytes each; both stay in this process."""

    def __init__(self, kek: bytes, hmac_key: bytes) -> None:
        self._kek = KeyEncryptionKey(kek)
        self.statements = Statements(kek)
        self._blind_keys = {kind: blind_key(hmac_key, kind) for kind in KINDS}
        self._search_keys = SearchKeys(hmac_key)

    def blind(self, kind: str, value: str) -> bytes:
        """Return the keyed hash of a value: 32 bytes, the key of a reservation such as one ID one person.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in self._blind_keys:
            raise ValueError(f"no blind index of kind {kind!r}")
        return hmac.digest(self._blind_keys[kind], value.encode(), "sha256")

    def seal(
        self,
        persons: Mapping[UUID, PersonFields],
        *,
        version: int = 1,
        places: Mapping[UUID, UUID] = MappingProxyType({}),
    ) -> SealedPersons:
        """Encrypt the fields of persons the vault does not know, to be stored by `put`. Does no IO.

        `version` is above 1 for who was known before: events name the former ones. `places` tells the unit inside
        which a person is searched for; of others it stays, or there is none yet.

        Raises:
            ValueError: none or too many persons, a field that is not in `FIELDS`, or no good value.
        """
        _refuse_bad(persons)
        keys = {person_id: new_key() for person_id in persons}
        wrapped = {person_id: self._kek.wrap(person_id, key) for person_id, key in keys.items()}
        versioned = {person_id: (key, version) for person_id, key in keys.items()}
        return self._sealed(persons, wrapped, versioned, places)

    async def seal_next(self, conn: Connection, persons: Mapping[UUID, PersonFields]) -> SealedPersons:
        """Encrypt all fields of known persons anew, to be stored by `put` as their next version.

        A version holds all fields: one that is left out is gone from the newest version, and its value is
        found no more.

        Raises:
            ValueError: as `seal`, or a person is not known.
            Unreadable: a person's key was wrapped by another key-encryption key, or altered.
        """
        _refuse_bad(persons)
        keys = {
            person_id: (self._kek.unwrap(person_id, kek_id, wrapped), version + 1)
            for person_id, kek_id, wrapped, version in await conn.fetch(_KEYS, list(persons))
        }
        if len(keys) < len(persons):
            raise ValueError(f"{len(persons) - len(keys)} of {len(persons)} persons are not known")
        return self._sealed(persons, {}, keys)

    async def seal_changed(
        self, conn: Connection, person_id: UUID, changes: Mapping[str, str | None], *, actor: str, purpose: str
    ) -> Changed | None:
        """Encrypt a person's newest fields with some of them changed (None: taken away); None of who is not known.

        It opens what is there, which is written down as any opening; nothing of it leaves this method.

        Raises:
            ValueError, NotTogether, Unreadable: as `seal_next`, `open`.
        """
        known = (await self.open(conn, [person_id], FIELDS, actor=actor, purpose=purpose)).get(person_id)
        if known is None:
            return None
        changed = {name: value for name, value in changes.items() if value != known.get(name)}
        former = {
            kind: self.blind(kind, known[field]) for kind, field in KINDS.items() if field in changed and field in known
        }
        if not changed:
            return Changed(None, frozenset(), former)
        fields = {name: value for name, value in {**known, **changed}.items() if value is not None}
        return Changed(await self.seal_next(conn, {person_id: fields}), frozenset(changed), former)

    async def versions(self, conn: Connection, persons: Collection[UUID]) -> dict[UUID, int]:
        """Return those who are known, each with the newest version. Opens nothing."""
        return {row["person_id"]: row["version"] for row in await conn.fetch(_KEYS, list(persons))}

    async def put(self, conn: Connection, sealed: SealedPersons) -> None:
        """Store what was sealed, in one statement, together with the events that refer to it.

        Raises:
            NotTogether: no transaction is open.
            asyncpg.UniqueViolationError: this version of a person, or a person `seal` took for new, is there.
        """
        await self.put_all(conn, [sealed])

    async def put_all(self, conn: Connection, sealed: Sequence[SealedPersons]) -> None:
        """Store what several commands have sealed, in one statement, as `put`; no person may be in two of them."""
        if not conn.is_in_transaction():
            raise NotTogether
        kek_id, *_ = sealed[0].columns
        columns = zip(*(one.columns[1:] for one in sealed), strict=True)
        await conn.execute(_PUT, kek_id, *(list(chain.from_iterable(column)) for column in columns))

    def _sealed(
        self,
        persons: Mapping[UUID, PersonFields],
        wrapped: Mapping[UUID, bytes],
        keys: Mapping[UUID, tuple[bytes, int]],
        places: Mapping[UUID, UUID] = MappingProxyType({}),
    ) -> SealedPersons:
        sealed = {person_id: seal(*keys[person_id], person_id, fields) for person_id, fields in persons.items()}
        return SealedPersons(
            {person_id: IdentityReference(keys[person_id][1], promise) for person_id, (_, promise) in sealed.items()},
            (
                self._kek.id,
                list(wrapped),
                list(wrapped.values()),
                list(persons),
                [keys[person_id][1] for person_id in persons],
                [one.nonce for one, _ in sealed.values()],
                [one.ciphertext for one, _ in sealed.values()],
                *self._index(persons),
                [places.get(person_id, NOWHERE) for person_id in persons],
                *self._search_keys.columns(persons.values()),
            ),
        )

    async def match(self, conn: Connection, kind: str, values: Collection[str]) -> dict[str, tuple[UUID, ...]]:
        """Find persons by exact values; a value nobody has is left out. Opens nothing.

        Several persons may have one name; of a resident ID, the reservation sees to it that one has it.

        Raises:
            ValueError: there is no such kind, or the values are more than `MATCH_VALUES_MAX`.
        """
        if len(values) > MATCH_VALUES_MAX:
            raise ValueError(f"{len(values)} values; at most {MATCH_VALUES_MAX} are matched at once")
        digests = {self.blind(kind, value): value for value in values}
        found: dict[str, tuple[UUID, ...]] = {}
        for digest, person_id in await conn.fetch(_MATCH, kind, list(digests)):
            found[digests[digest]] = (*found.get(digests[digest], ()), person_id)
        return found

    async def sharing(self, conn: Connection, kind: str, persons: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
        """Return those of persons whose value is another's too, such as an account, each with the others. Opens
        nothing.

        Raises:
            ValueError: there is no such kind, or the persons are more than `OPEN_PERSONS_MAX`.
        """
        if kind not in KINDS or len(persons) > OPEN_PERSONS_MAX:
            raise ValueError(f"a blind index, and at most {OPEN_PERSONS_MAX} persons, are asked for at once")
        found: dict[UUID, tuple[UUID, ...]] = {}
        for person_id, other_id in await conn.fetch(_SHARING, kind, list(persons)):
            found[person_id] = (*found.get(person_id, ()), other_id)
        return found

    async def open(
        self,
        conn: Connection,
        persons: Collection[UUID],
        fields: Collection[str],
        *,
        actor: str,
        purpose: str,
    ) -> dict[UUID, dict[str, str]]:
        """Read the named fields of persons; one of whom nothing is known is left out.

        Who asks, what for, and about whom is written down by the same call. Commit before the answer is sent:
        what is rolled back was never written down.

        Raises:
            ValueError: no person or more than `OPEN_PERSONS_MAX`, no field or one that is not in `FIELDS`, no
                actor or no purpose.
            NotTogether: no transaction is open.
            Unreadable: another key-encryption key, or bytes that were altered or moved.
        """
        wanted = sorted(set(fields))
        _refuse_bad_opening(persons, wanted, actor, purpose)
        if not conn.is_in_transaction():
            raise NotTogether
        opened: dict[UUID, dict[str, str]] = {}
        for row in await conn.fetch(_OPEN, actor, purpose, wanted, list(set(persons))):
            person_id = row["person_id"]
            key = self._kek.unwrap(person_id, row["kek_id"], row["wrapped_key"])
            sealed = Sealed(row["nonce"], row["ciphertext"])
            known, _ = unseal(key, row["version"], person_id, sealed)
            opened[person_id] = {name: known[name] for name in wanted if name in known}
        return opened

    def _index(self, persons: Mapping[UUID, PersonFields]) -> tuple[list[str], list[bytes], list[UUID]]:
        entries = [
            (kind, self.blind(kind, fields[field]), person_id)
            for person_id, fields in persons.items()
            for kind, field in KINDS.items()
            if field in fields
        ]
        return [e[0] for e in entries], [e[1] for e in entries], [e[2] for e in entries]


async def forget(conn: Connection, persons: Collection[UUID]) -> dict[UUID, dict[str, bytes]]:
    """Destroy persons' keys, all versions of their fields, and what they are found by. It needs no key.

    Returns who was there, each with the keyed hashes by kind of index, for what is reserved by them. Again, or of
    somebody unknown, it does nothing. Dead rows, statistics and the write-ahead log keep the bytes until the database
    is swept: `unionaid.service.sweeping`.

    Raises:
        ValueError: no person or more than `PUT_PERSONS_MAX`.
        NotTogether: no transaction is open.
    """
    if not 1 <= len(persons) <= PUT_PERSONS_MAX:
        raise ValueError(f"{len(persons)} persons; 1 to {PUT_PERSONS_MAX} are forgotten at once")
    if not conn.is_in_transaction():
        raise NotTogether
    forgotten: dict[UUID, dict[str, bytes]] = {}
    for person_id, kind, digest in await conn.fetch(_FORGET, list(set(persons))):
        hashes = forgotten.setdefault(person_id, {})
        if kind is not None:
            hashes[kind] = digest
    return forgotten


_KEYS = "SELECT person_id, kek_id, wrapped_key, version FROM vault.keys($1)"
_PUT = f"SELECT vault.put({','.join(f'${n}' for n in range(1, 22))})"
_MATCH = "SELECT digest, person_id FROM vault.match($1,$2)"
_SHARING = "SELECT person_id, other_id FROM vault.sharing($1,$2)"
_FORGET = "SELECT person_id, kind, digest FROM vault.forget($1)"
_OPEN = "SELECT person_id, version, kek_id, wrapped_key, nonce, ciphertext FROM vault.open($1,$2,$3,$4)"


def _refuse_bad(persons: Mapping[UUID, PersonFields]) -> None:
    if not 1 <= len(persons) <= PUT_PERSONS_MAX:
        raise ValueError(f"{len(persons)} persons; 1 to {PUT_PERSONS_MAX} are put at once")
    for fields in persons.values():
        if not fields or not FIELDS.issuperset(fields):
            raise ValueError(f"fields must be some of {', '.join(sorted(FIELDS))}")
        for name, value in fields.items():
            if not 1 <= len(value) <= FIELD_CHARS_MAX or _CONTROL.search(value):
                raise ValueError(f"{name} must be 1 to {FIELD_CHARS_MAX} characters, none of control")


def _refuse_bad_opening(persons: Collection[UUID], fields: Sequence[str], actor: str, purpose: str) -> None:
    if not 1 <= len(persons) <= OPEN_PERSONS_MAX:
        raise ValueError(f"{len(persons)} persons; 1 to {OPEN_PERSONS_MAX} are opened at once")
    if not fields or not FIELDS.issuperset(fields):
        raise ValueError(f"fields must be some of {', '.join(sorted(FIELDS))}")
    if not actor or not purpose:
        raise ValueError("an opening names its actor and its purpose")
