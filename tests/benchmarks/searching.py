"""Searches among a million persons, and who may be the same as somebody, against plain filtering of what was put."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

import asyncpg

from unionaid.registry.application.searching import Searching
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.searching import read_sought
from unionaid.registry.examples import resident_id
from unionaid.registry.main import migrate
from unionaid.service.settings import MigrationSettings
from unionaid.vault import BLOCKS, Finder, Vault
from unionaid.vault.readings import read_name

from .contest import Line, Servers, Tell, demand
from .naming import drawn_name

ROUNDS, SEARCHES, ALIKE = 5, 60, 40
"""Rounds, and questions of a kind in each."""
GOAL_MS, ALIKE_GOAL_MS = 100.0, 50.0
NAMES = ("search", "search-alike", "search-scan", "search-build", "search-size")
STREETS, UNIONS_OF_STREET = 20, 50
CHUNK = 5_000
PAGE = 20
POSSIBLY = 55


@dataclass
class Everybody:
    """Invented persons with common names, born over sixty years, most of them in one area; and where each belongs."""

    size: int
    draw: Random = field(default_factory=lambda: Random(11))

    def __post_init__(self) -> None:
        self.district = self._id()
        self.streets = [self._id() for _ in range(STREETS)]
        self.unions = [(self._id(), street) for street in self.streets for _ in range(UNIONS_OF_STREET)]
        self.ids = [self._id() for _ in range(self.size)]
        self.persons = [self._person() for _ in range(self.size)]
        self.at = [self.draw.randrange(len(self.unions)) for _ in range(self.size)]

    def _id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def _person(self) -> tuple[str, str, str]:
        name = drawn_name(self.draw)
        area = "640302" if self.draw.random() < 0.7 else str(self.draw.randrange(110101, 659001))
        days = self.draw.randrange(365 * 60)
        serial = self.draw.randrange(1000)
        return name, _numbered(area, days, serial), f"13{self.draw.randrange(10**9):09d}"

    def chunks(self) -> Iterator[list[int]]:
        """Give the persons' places, some at a time."""
        for start in range(0, self.size, CHUNK):
            yield list(range(start, min(self.size, start + CHUNK)))

    def fields(self, n: int) -> dict[str, str]:
        """Return a person's fields as the vault has them."""
        name, number, phone = self.persons[n]
        return {"name": name, "resident_id": number, "phone": phone}


def _numbered(area: str, days: int, serial: int) -> str:
    return resident_id(serial, date(1950, 1, 1) + timedelta(days=days), area)


@dataclass
class Filled:
    """A registry's vault with everybody in it."""

    everybody: Everybody
    pool: asyncpg.Pool[asyncpg.Record]
    finder: Finder
    searching: Searching
    built_s: float
    bytes_per_person: float


@asynccontextmanager
async def filled(servers: Servers, everybody: Everybody, tell: Tell) -> AsyncIterator[Filled]:
    """Put everybody into the vault of a new registry, and let it grow old."""
    database = await servers.postgres.create_service_database("registry")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    owner = await asyncpg.connect(database.owner_dsn)
    pool = await asyncpg.create_pool(database.app_dsn, min_size=2, max_size=4)
    kek, hmac = os.urandom(32), os.urandom(32)
    vault, finder = Vault(kek, hmac), Finder(kek, hmac)
    try:
        await _tree(pool, everybody)
        began = time.perf_counter()
        for chunk in everybody.chunks():
            places = {everybody.ids[n]: everybody.unions[everybody.at[n]][0] for n in chunk}
            persons = {everybody.ids[n]: everybody.fields(n) for n in chunk}
            sealed = await asyncio.to_thread(vault.seal, persons, places=places)
            async with pool.acquire() as conn, conn.transaction():
                await vault.put(conn, sealed)
        built = time.perf_counter() - began
        await owner.execute("VACUUM (ANALYZE)")
        size = await owner.fetchval("SELECT pg_total_relation_size('vault.search')")
        tell(f"{everybody.size:,} persons put in {built:,.0f} s")
        yield Filled(everybody, pool, finder, Searching(pool, vault, finder), built, size / everybody.size)
    finally:
        await owner.close()
        pool.terminate()
        await servers.postgres.drop(database)


async def _tree(pool: asyncpg.Pool[asyncpg.Record], everybody: Everybody) -> None:
    rows: list[tuple[UUID, str, int, UUID | None, str]] = [(everybody.district, "district", 1, None, "样区总工会")]
    rows += [(s, "sub_district", 2, everybody.district, f"样街道{n}") for n, s in enumerate(everybody.streets)]
    rows += [(u, "grassroots", 3, s, f"样厂{n}") for n, (u, s) in enumerate(everybody.unions)]
    await pool.executemany(
        "INSERT INTO views.org (org_id, level, depth, parent_id, name, established_on) "
        "VALUES ($1,$2,$3,$4,$5,'2013-01-01')",
        rows,
    )


class Questions:
    """Draws what an officer types, asks, and compares each answer with plain filtering."""

    def __init__(self, filled: Filled) -> None:
        self._filled, self._draw = filled, Random(7)
        everybody = filled.everybody
        self._by: dict[str, dict[str, list[int]]] = {}
        forms: dict[str, Callable[[int], str]] = {
            "name": lambda n: everybody.persons[n][0],
            "pinyin": lambda n: read_name(everybody.persons[n][0]).pinyin,
            "initials": lambda n: read_name(everybody.persons[n][0]).initials,
            "area": lambda n: everybody.persons[n][1][:6],
            "born": lambda n: everybody.persons[n][1][6:14],
            "last": lambda n: everybody.persons[n][1][-4:],
            "whole": lambda n: everybody.persons[n][1],
            "phone": lambda n: everybody.persons[n][2],
        }
        for kind, form in forms.items():
            index = self._by[kind] = {}
            for n in range(everybody.size):
                index.setdefault(form(n), []).append(n)

    async def ask(self, kind: str) -> float:
        """Search for what one person has, in a jurisdiction that has the person; return milliseconds."""
        everybody = self._filled.everybody
        n = self._draw.randrange(everybody.size)
        union, street = everybody.unions[everybody.at[n]]
        name, number, phone = everybody.persons[n]
        read = read_name(name)
        typed = {
            "name": (name, None, None), "pinyin": (read.pinyin, None, None), "initials": (read.initials, None, None),
            "area": (None, number[:6], None), "born": (None, number[6:14], None), "last": (None, number[-4:], None),
            "whole": (None, number, None), "phone": (None, None, phone),
            "initials+born": (read.initials, number[6:14], None), "initials+area": (read.initials, number[:6], None),
        }[kind]  # fmt: skip
        jurisdiction, within = self._draw.choice(
            [
                (WHOLE_DIVISION, None),
                (Jurisdiction(whole_division=False, unit=street), {u for u, s in everybody.unions if s == street}),
                (Jurisdiction(whole_division=False, unit=union), {union}),
            ]
        )
        sought = read_sought(typed[0], typed[1], None, typed[2])
        began = time.perf_counter()
        found = await self._filled.searching.find(sought, jurisdiction, None, PAGE)
        milliseconds = (time.perf_counter() - began) * 1000
        expected = self._expected(kind, typed, within)
        demand([each.person_id for each in found] == expected[:PAGE], f"a search by {kind} found others than there are")
        return milliseconds

    def _expected(
        self, kind: str, typed: tuple[str | None, str | None, str | None], within: set[UUID] | None
    ) -> list[UUID]:
        everybody = self._filled.everybody
        first, _, second = kind.partition("+")
        values = {"name": 0, "pinyin": 0, "initials": 0, "phone": 2}
        some = set(self._by[first].get(typed[values.get(first, 1)] or "", ()))
        if first in ("pinyin", "initials"):
            other = "initials" if first == "pinyin" else "pinyin"
            some |= set(self._by[other].get(typed[0] or "", ()))
        if second:
            some &= set(self._by[second].get(typed[1] or "", ()))
        places = [(everybody.unions[everybody.at[n]][0], everybody.ids[n]) for n in some]
        return [person for place, person in sorted(places) if within is None or place in within]

    async def alike(self) -> float:
        """Look for who may be somebody typed without a number, with a homophone's name; return milliseconds."""
        everybody = self._filled.everybody
        n = self._draw.randrange(everybody.size)
        name, number, _ = everybody.persons[n]
        fields = {"name": name, "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}"}
        began = time.perf_counter()
        async with self._filled.pool.acquire() as conn:
            found = await self._filled.finder.alike(conn, fields, least=POSSIBLY)
        milliseconds = (time.perf_counter() - began) * 1000
        demand(everybody.ids[n] in {one.person_id for one in found}, "a person was not found to be like oneself")
        return milliseconds


async def scan(filled: Filled) -> tuple[float, int, int]:
    """Compare everybody with whom they share a block; return seconds, comparisons and pairs."""
    compared, pairs = 0, set()
    began = time.perf_counter()
    for kind in BLOCKS:
        after: int | None = None
        while True:
            async with filled.pool.acquire() as conn:
                part = await filled.finder.scan(conn, kind, after, least=POSSIBLY)
            compared += part.compared
            pairs |= {(pair.first, pair.second) for pair in part.pairs}
            after = part.after
            if after is None:
                break
    return time.perf_counter() - began, compared, len(pairs)


KINDS = (
    "name", "pinyin", "initials", "area", "born", "last", "whole", "phone", "initials+born", "initials+area",
)  # fmt: skip


async def measure_search(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Search in rounds, one question at a time."""
    everybody = Everybody(size)
    async with filled(servers, everybody, tell) as there:
        questions = Questions(there)
        taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
        rounds: list[list[float]] = []
        alike: list[list[float]] = []
        for kind in KINDS:
            await questions.ask(kind)
        for number in range(ROUNDS):
            asked = [KINDS[n % len(KINDS)] for n in range(SEARCHES)]
            rounds.append([await questions.ask(kind) for kind in asked])
            for kind, milliseconds in zip(asked, rounds[-1], strict=True):
                taken[kind].append(milliseconds)
            alike.append([await questions.alike() for _ in range(ALIKE)])
            tell(f"round {number + 1}: {statistics.median(rounds[-1]):,.1f} ms")
        seconds, compared, pairs = await scan(there)
        tell(f"scan: {seconds:,.0f} s")
    each = ", ".join(f"{kind} {statistics.median(taken[kind]):.1f}" for kind in KINDS)
    return [
        _line("search", rounds, GOAL_MS, f"medians: {each}; each answer equal to plain filtering"),
        _line("search-alike", alike, ALIKE_GOAL_MS, f"who may be one person among {size:,}"),
        Line("search-scan", seconds, None, None, seconds, None, [seconds], "s", True,
             f"{compared:,} comparisons among {size:,} persons, {pairs:,} pairs from {POSSIBLY} points on"),
        Line("search-build", there.built_s, None, None, there.built_s, None, [there.built_s], "s", True,
             "sealing and putting everybody, one connection"),
        Line("search-size", there.bytes_per_person, None, None, there.bytes_per_person, None,
             [there.bytes_per_person], "bytes/person", True, "the table of search keys with its indexes"),
    ]  # fmt: skip


def _line(name: str, rounds: list[list[float]], goal: float, note: str) -> Line:
    medians = [statistics.median(each) for each in rounds]
    return Line(name, statistics.median(medians), None, None, max(medians), goal, medians, "ms", True, note)
