"""Search, and who may be the same person: ids and scores leave, and nothing else. Nothing here is an opening."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from uuid import UUID

from unionaid.vault.likeness import likeness
from unionaid.vault.limits import ALIKE_PERSONS_MAX, BLOCK_PERSONS_MAX, DAYS_MAX, SCAN_BLOCKS, SEARCH_ROWS_MAX
from unionaid.vault.readings import letters_of, simplified_of
from unionaid.vault.sealing import KeyEncryptionKey, Sealed, unseal
from unionaid.vault.search_keys import BLOCKS, SearchKeys

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

_LEAST_KEY = -(2**63)


class Wanted(NamedTuple):
    """What is searched for: all of what is given must fit; of `name` one reading of it."""

    name: str | None = None
    """In characters of either kind, in pinyin or as initials."""
    resident_id_area: str | None = None
    """The first six digits."""
    born: str | None = None
    """`19800131`"""
    resident_id_last: str | None = None
    """The last four characters."""
    phone: str | None = None

    def __repr__(self) -> str:
        return "Wanted(...)"


class Place(NamedTuple):
    """Where a person stands in the order of a search: the cursor."""

    place: UUID
    """The unit, the nil UUID for none."""
    person_id: UUID


class Alike(NamedTuple):
    """Who may be the same person, 0 to 100."""

    person_id: UUID
    score: int


class Pair(NamedTuple):
    """Two persons who may be one; `first` is the lesser id."""

    first: UUID
    second: UUID
    score: int


class Scanned(NamedTuple):
    """A part of a scan: its pairs, where the next begins (None: the kind is through), and what it cost."""

    pairs: Sequence[Pair]
    after: int | None
    compared: int
    passed_over: int
    """Blocks with more than `BLOCK_PERSONS_MAX` persons: a phone of a whole village says nothing."""


class Finder:
    """Searches a vault. `kek` and `hmac_key` are those of its `Vault`."""

    def __init__(self, kek: bytes, hmac_key: bytes) -> None:
        self._kek, self._keys = KeyEncryptionKey(kek), SearchKeys(hmac_key)

    async def find(
        self,
        conn: Connection,
        wanted: Wanted,
        *,
        within: Collection[UUID] | None,
        after: Place | None,
        limit: int,
        only: Collection[UUID] | None = None,
    ) -> list[Place]:
        """Return at most `limit` persons with what is wanted, in `within` (None: everywhere), after a place.

        `only` narrows to some persons, found by another index.

        Raises:
            ValueError: nothing is wanted, or `limit` is not 1 to `SEARCH_ROWS_MAX`.
        """
        if not 1 <= limit <= SEARCH_ROWS_MAX:
            raise ValueError(f"{limit} rows; 1 to {SEARCH_ROWS_MAX} are found at once")
        exact = [
            (kind, self._keys.key(kind, value))
            for kind, value in (
                ("phone", wanted.phone), ("born", wanted.born), ("id_last", wanted.resident_id_last),
                ("id_area", wanted.resident_id_area),
            )
            if value is not None
        ]  # fmt: skip
        named = self._named(wanted.name) if wanted.name is not None else []
        if not named:
            named, exact = exact[:1], exact[1:]
        if not named:
            raise ValueError("nothing is wanted")
        rows = await conn.fetch(
            _FIND,
            [kind for kind, _ in named],
            [key for _, key in named],
            [kind for kind, _ in exact],
            [key for _, key in exact],
            None if within is None else sorted(within),
            after.place if after else None,
            after.person_id if after else None,
            limit,
            None if only is None else list(only),
        )
        return [Place(row["place"], row["person_id"]) for row in rows]

    async def alike(
        self, conn: Connection, fields: Mapping[str, str], *, least: int, besides: Collection[UUID] = ()
    ) -> list[Alike]:
        """Return who may be the person with these fields, by at least so many points, the likeliest first.

        Of each block at most `ALIKE_PERSONS_MAX` are looked at.
        """
        keys = {kind: key for kind, key in self._keys.keys(fields).items() if kind in BLOCKS}
        rows = await conn.fetch(_ALIKE, list(keys), list(keys.values()), ALIKE_PERSONS_MAX)
        persons = {row["person_id"] for row in rows} - set(besides)
        known = await self._compared(conn, persons)
        scored = [Alike(person_id, likeness(fields, theirs)) for person_id, theirs in known.items()]
        return sorted((one for one in scored if one.score >= least), key=lambda one: (-one.score, one.person_id))

    async def numbered(self, conn: Connection, persons: Collection[UUID]) -> frozenset[UUID]:
        """Return those of persons who have an ID number. Opens nothing."""
        rows = await conn.fetch("SELECT person_id FROM vault.numbered($1)", list(persons))
        return frozenset(row["person_id"] for row in rows)

    async def born_on(self, conn: Connection, days: Collection[date], persons: Collection[UUID]) -> frozenset[UUID]:
        """Return those of persons who were born on one of these days. Opens nothing.

        Raises:
            ValueError: no day, or more than a year's.
        """
        if not 1 <= len(days) <= DAYS_MAX:
            raise ValueError(f"{len(days)} days; 1 to {DAYS_MAX} are looked for at once")
        keys = [self._keys.key("born", day.isoformat().replace("-", "")) for day in days]
        rows = await conn.fetch("SELECT person_id FROM vault.born_on($1,$2)", keys, list(persons))
        return frozenset(row["person_id"] for row in rows)

    async def scan(self, conn: Connection, kind: str, after: int | None, *, least: int) -> Scanned:
        """Compare the persons of the next `SCAN_BLOCKS` blocks of a kind with one another.

        Raises:
            ValueError: there is no such kind of block.
        """
        if kind not in BLOCKS:
            raise ValueError(f"no block of kind {kind!r}")
        rows = await conn.fetch(_BLOCKS, kind, _LEAST_KEY if after is None else after, BLOCK_PERSONS_MAX, SCAN_BLOCKS)
        small = [sorted(row["persons"]) for row in rows if row["size"] <= BLOCK_PERSONS_MAX]
        known = await self._compared(conn, {person_id for block in small for person_id in block})
        pairs, compared = [], 0
        for block in small:
            there = [person_id for person_id in block if person_id in known]
            for n, first in enumerate(there):
                for second in there[n + 1 :]:
                    compared += 1
                    if (score := likeness(known[first], known[second])) >= least:
                        pairs.append(Pair(first, second, score))
        more = rows[-1]["key"] if len(rows) == SCAN_BLOCKS else None
        return Scanned(pairs, more, compared, len(rows) - len(small))

    def _named(self, name: str) -> list[tuple[str, int]]:
        letters = letters_of(name)
        if letters and not any(_is_han(character) for character in name):
            return [("pinyin", self._keys.key("pinyin", letters)), ("initials", self._keys.key("initials", letters))]
        simplified = simplified_of(name)
        return [("name", self._keys.key("name", simplified))]

    async def _compared(self, conn: Connection, persons: Collection[UUID]) -> dict[UUID, dict[str, str]]:
        found: dict[UUID, dict[str, str]] = {}
        for row in await conn.fetch(_COMPARED, list(persons)) if persons else ():
            person_id = row["person_id"]
            key = self._kek.unwrap(person_id, row["kek_id"], row["wrapped_key"])
            found[person_id], _ = unseal(key, row["version"], person_id, Sealed(row["nonce"], row["ciphertext"]))
        return found


async def place(conn: Connection, places: Mapping[UUID, UUID]) -> None:
    """Let persons be found at their units, where they are not yet. It needs no key."""
    await conn.execute("SELECT vault.place($1,$2)", list(places), list(places.values()))


def _is_han(character: str) -> bool:
    return character.isalpha() and ord(character) > 0x2E7F  # noqa: PLR2004  the first radical of the CJK blocks


_FIND = "SELECT person_id, place FROM vault.find($1,$2,$3,$4,$5,$6,$7,$8,$9)"
_ALIKE = "SELECT DISTINCT person_id FROM vault.alike($1,$2,$3)"
_BLOCKS = "SELECT key, persons, size FROM vault.blocks($1,$2,$3,$4)"
_COMPARED = "SELECT person_id, version, kek_id, wrapped_key, nonce, ciphertext FROM vault.compared($1)"
