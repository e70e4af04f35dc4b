"""Statements: what was said of persons in one matter (a household, a dossier), apart from who they are.

They are encrypted with the person's key, so forgetting the person forgets them. Each matter has its own versions; one
opening tells the newest of a matter and is written down like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from uuid import UUID

from unionaid.vault.limits import OPEN_PERSONS_MAX, STATEMENT_CHARS_MAX
from unionaid.vault.sealing import KeyEncryptionKey, Sealed, seal_statement, unseal_statement

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

TOPICS: Mapping[str, frozenset[str]] = {
    "member": frozenset({"monthly_income_fen", "health_note"}),
    "admission": frozenset({"school"}),
    "five-clears": frozenset(
        {"family_situation", "hardship_cause", "state_of_mind", "employment_wish", "technical_skill"}
    ),
    "assessment": frozenset({"shock_fen", "shock_note"}),
    "objection": frozenset({"objection"}),
}
"""The topics there are, and the fields of each."""
STATEMENT_FIELDS = frozenset().union(*TOPICS.values())
"""The fields there are."""
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class NotTogether(Exception):
    """Called outside a transaction: personal data is stored with the event that speaks of it, or not at all."""


class StatementVersion(NamedTuple):
    """What an event says of a statement: its version, and a salted commitment (64 hex digits)."""

    statement_version: int
    commitment: str


class SealedStatements(NamedTuple):
    """Statements of one matter and topic, encrypted and not yet stored."""

    references: Mapping[UUID, StatementVersion]
    columns: tuple[Any, ...]


Opened: TypeAlias = dict[tuple[UUID, str], dict[str, str]]
"""Person and topic -> fields."""


class Statements:
    """The statements of one service's vault. `kek` is 32 secret bytes; it stays in this process."""

    def __init__(self, kek: bytes) -> None:
        self._kek = KeyEncryptionKey(kek)

    async def seal(
        self, conn: Connection, matter_id: UUID, topic: str, said: Mapping[UUID, Mapping[str, str]]
    ) -> SealedStatements:
        """Encrypt what was said of persons as the next version of each one's statement, to be stored by `put`.

        A person whom the vault does not know is left out of the references.

        Raises:
            ValueError: nobody, a topic or field that there is not, or no good value.
            Unreadable: a person's key was wrapped by another key-encryption key, or altered.
        """
        _refuse_bad(topic, said)
        references: dict[UUID, StatementVersion] = {}
        rows: list[tuple[Any, ...]] = []
        for person_id, kek_id, wrapped, version in await conn.fetch(_KEYS, list(said), matter_id, topic):
            key = self._kek.unwrap(person_id, kek_id, wrapped)
            place = (person_id, matter_id, topic, version + 1)
            sealed, promise = seal_statement(key, place, said[person_id])
            references[person_id] = StatementVersion(version + 1, promise)
            rows.append((*place, sealed.nonce, sealed.ciphertext))
        return SealedStatements(references, _columns(rows))

    async def seal_first(
        self, conn: Connection, topic: str, said: Mapping[UUID, Mapping[UUID, Mapping[str, str]]]
    ) -> SealedStatements:
        """Encrypt what was said of persons in new matters (matter, then person), to be stored by `put`; in one query.

        A person stands in one of them. One whom the vault does not know is left out of the references. That nothing
        was said there before is held by `put`.

        Raises:
            ValueError: as `seal`, or somebody stands in two matters.
            Unreadable: as `seal`.
        """
        places = {person_id: matter_id for matter_id, persons in said.items() for person_id in persons}
        if len(places) < sum(len(persons) for persons in said.values()):
            raise ValueError("somebody stands in two matters")
        for persons in said.values():
            _refuse_bad(topic, persons)
        references: dict[UUID, StatementVersion] = {}
        rows: list[tuple[Any, ...]] = []
        for person_id, kek_id, wrapped, _ in await conn.fetch(_KEYS, list(places), next(iter(said), None), topic):
            key = self._kek.unwrap(person_id, kek_id, wrapped)
            place = (person_id, places[person_id], topic, 1)
            sealed, promise = seal_statement(key, place, said[places[person_id]][person_id])
            references[person_id] = StatementVersion(1, promise)
            rows.append((*place, sealed.nonce, sealed.ciphertext))
        return SealedStatements(references, _columns(rows))

    async def put(self, conn: Connection, sealed: SealedStatements) -> None:
        """Store what was sealed, together with the events that refer to it.

        Raises:
            NotTogether: no transaction is open.
            asyncpg.UniqueViolationError: another writer has stored this version.
        """
        if not conn.is_in_transaction():
            raise NotTogether
        await conn.execute(_PUT, *sealed.columns)

    async def open(
        self,
        conn: Connection,
        matter_id: UUID,
        topics: Collection[str],
        fields: Collection[str],
        *,
        actor: str,
        purpose: str,
    ) -> Opened:
        """Read the newest statements of a matter; who asks, and what for, is written down by the same call.

        Commit before the answer is sent: what is rolled back was never written down.

        Raises:
            ValueError: no topic, field, actor or purpose, or one that there is not; or more than `OPEN_PERSONS_MAX`
                persons stand in the matter.
            NotTogether, Unreadable: as `Vault.open`.
        """
        wanted = sorted(set(fields))
        if not topics or not wanted or not TOPICS.keys() >= set(topics) or not set(wanted) <= STATEMENT_FIELDS:
            raise ValueError("an opening names topics and fields that there are")
        if not actor or not purpose:
            raise ValueError("an opening names its actor and its purpose")
        if not conn.is_in_transaction():
            raise NotTogether
        rows = await conn.fetch(_OPEN, actor, purpose, wanted, matter_id, list(topics))
        if len({row["person_id"] for row in rows}) > OPEN_PERSONS_MAX:
            raise ValueError(f"at most {OPEN_PERSONS_MAX} persons are opened at once")
        opened: Opened = {}
        for row in rows:
            key = self._kek.unwrap(row["person_id"], row["kek_id"], row["wrapped_key"])
            place = (row["person_id"], matter_id, row["topic"], row["version"])
            said = unseal_statement(key, place, Sealed(row["nonce"], row["ciphertext"]))
            opened[row["person_id"], row["topic"]] = {name: said[name] for name in wanted if name in said}
        return opened


async def forget_matters(conn: Connection, matters: Collection[UUID]) -> int:
    """Delete all statements of matters, and return how many versions there were. It needs no key.

    The persons' keys stay: a copy of the rows can be read until the persons are forgotten, or the copy is.

    Raises:
        NotTogether: no transaction is open.
    """
    if not conn.is_in_transaction():
        raise NotTogether
    return int(await conn.fetchval(_FORGET, list(matters)))


_KEYS = "SELECT person_id, kek_id, wrapped_key, version FROM vault.statement_keys($1,$2,$3)"
_PUT = "SELECT vault.put_statements($1,$2,$3,$4,$5,$6)"
_OPEN = (
    "SELECT person_id, topic, version, kek_id, wrapped_key, nonce, ciphertext "
    "FROM vault.open_statements($1,$2,$3,$4,$5)"
)
_FORGET = "SELECT vault.forget_matters($1)"


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return rows as the columns that `put` stores."""
    return tuple(map(list, zip(*rows, strict=True))) if rows else ([],) * 6


def _refuse_bad(topic: str, said: Mapping[UUID, Mapping[str, str]]) -> None:
    if topic not in TOPICS or not said:
        raise ValueError(f"a statement is of somebody, on one of {', '.join(TOPICS)}")
    for fields in said.values():
        if not fields or not TOPICS[topic] >= fields.keys():
            raise ValueError(f"fields must be some of {', '.join(sorted(TOPICS[topic]))}")
        for name, value in fields.items():
            if not 1 <= len(value) <= STATEMENT_CHARS_MAX or _CONTROL.search(value):
                raise ValueError(f"{name} must be 1 to {STATEMENT_CHARS_MAX} characters, none of control but line ends")
