"""Who would qualify, among many workers with dossiers, against plain judging of each."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID

import asyncpg

from unionaid.contracts.fields import CauseCode, HardshipLevel
from unionaid.relief.domain.eligibility.attributes import Facts
from unionaid.relief.domain.eligibility.terms import Terms, explained
from unionaid.relief.main import migrate
from unionaid.relief.policies.programmes import read_programmes
from unionaid.relief.resources import directory
from unionaid.relief.views.eligible import Asked, Eligible, Preview
from unionaid.relief.views.people import registry_people
from unionaid.service.settings import MigrationSettings

from .contest import Line, Servers, Tell, demand

ROUNDS = 5
GOAL_MS = 2_000.0
NAMES = ("preview", "preview-persons", "preview-one")
DIVISION = "640302"
ON = date(2026, 9, 1)
UNIONS = 1_000
PERSONS_PAGE = 100
LEVELS, CAUSES = get_args(HardshipLevel), get_args(CauseCode)
TABLES = {
    "person": ("person_id", "union_org_id"),
    "particulars": ("person_id", "birth_year", "sex", "worker", "migrant"),
    "household": ("household_id", "union_org_id"),
    "household_member": ("person_id", "household_id", "relation", "health_code", "school_stage"),
    "dossier": (
        "dossier_id", "household_id", "holder_id", "hardship_level", "hardship_cause", "household_size",
        "income_ratio_percent", "approved_on", "next_review_on",
    ),
}  # fmt: skip


@dataclass
class District:
    """So many workers, each with a household, a spouse and an open dossier; what is known of each is kept beside."""

    size: int
    draw: Random = field(default_factory=lambda: Random(26))

    def __post_init__(self) -> None:
        self.unions = [self._id() for _ in range(UNIONS)]
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self.known: dict[UUID, Facts] = {}
        for _ in range(self.size):
            self._household()

    def _id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def _household(self) -> None:
        draw, rows = self.draw, self.rows
        household_id, worker, spouse, union = self._id(), self._id(), self._id(), draw.choice(self.unions)
        level, cause, percent = draw.choice(LEVELS), draw.choice(CAUSES), draw.randrange(300)
        approved = ON - timedelta(days=draw.randrange(700))
        rows["household"].append((household_id, union))
        rows["dossier"].append(
            (self._id(), household_id, worker, level, cause, 2, percent, approved, approved + timedelta(days=365))
        )
        dossier: dict[str, Any] = {
            "dossier.open": True, "dossier.level": level, "dossier.cause": cause, "dossier.income_percent": percent,
            "household.size": 2, "person.restricted": False,
        }  # fmt: skip
        for person_id, works, relation in ((worker, True, "householder"), (spouse, False, "spouse")):
            born, health = draw.randrange(1950, 2005), draw.choice(["healthy", "chronic", "serious_illness"])
            rows["person"].append((person_id, union if works else None))
            rows["particulars"].append((person_id, born, "female", works, False))
            rows["household_member"].append((person_id, household_id, relation, health, None))
            self.known[person_id] = {
                **dossier, "dossier.holder": works, "person.worker": works, "person.age_in_year": ON.year - born,
                "household.relation": relation, "household.health": health,
            }  # fmt: skip


@asynccontextmanager
async def filled(servers: Servers, district: District, tell: Tell) -> AsyncIterator[Eligible]:
    """Put the district into the tables of a new relief, as its subscription leaves them."""
    database = await servers.postgres.create_service_database("relief")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    owner = await asyncpg.connect(database.owner_dsn)
    pool = await asyncpg.create_pool(database.app_dsn, min_size=1, max_size=2)
    try:
        for table, columns in TABLES.items():
            rows = district.rows[table]
            await owner.copy_records_to_table(table, records=rows, columns=columns, schema_name="registry_people_1")
        await owner.execute("VACUUM (ANALYZE)")
        tell(f"{district.size:,} workers with households and dossiers put in")
        yield Eligible(pool, registry_people(DIVISION))
    finally:
        await owner.close()
        pool.terminate()
        await servers.postgres.drop(database)


def terms() -> Iterator[tuple[str, Terms]]:
    """Give the terms of every purpose of the newest policies."""
    for kind, versions in read_programmes(directory("policy")).items():
        for purpose in sorted(versions[-1].purposes):
            yield f"{kind}:{purpose}", versions[-1].terms_of(purpose)


async def measure_previews(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Ask for each purpose in rounds: how many, then a page of those whom a condition stands against, then one case."""
    district, asked = District(size), {name: Asked(one, ON, None) for name, one in terms()}
    rounds: list[list[float]] = []
    pages: list[list[float]] = []
    ones: list[list[float]] = []
    async with filled(servers, district, tell) as eligible:
        for name, one in asked.items():
            _compare(name, one, district, await eligible.preview(one))
        for number in range(ROUNDS):
            rounds.append([await _taken(eligible.preview(one)) for one in asked.values()])
            pages.append([await _taken(eligible.persons(one, 1, None, PERSONS_PAGE)) for one in asked.values()])
            someone = district.draw.choice(sorted(district.known))
            ones.append([await _taken(eligible.facts_of([someone], ON)) for _ in asked])
            tell(f"round {number + 1}: {max(rounds[-1]):,.0f} ms at most")
    return [
        _line("preview", rounds, GOAL_MS, f"the slowest of {len(asked)} purposes, over {2 * size:,} persons with "
              f"{size:,} open dossiers; each answer equal to judging each person"),
        _line("preview-persons", pages, GOAL_MS, "the first hundred whom the first condition stands against"),
        _line("preview-one", ones, None, "what is known of one person"),
    ]  # fmt: skip


async def _taken(question: Any) -> float:
    began = time.perf_counter()
    await question
    return (time.perf_counter() - began) * 1000


def _compare(name: str, asked: Asked, district: District, found: Preview) -> None:
    due = [case.amount_fen for case in (explained(asked.terms, facts) for facts in district.known.values())]
    amounts = [amount_fen for amount_fen in due if amount_fen is not None]
    demand(found.persons == len(district.known), f"{name}: not everybody was looked at")
    demand((found.qualify, found.amount_fen) == (len(amounts), sum(amounts)), f"{name}: others qualify than should")


def _line(name: str, rounds: Sequence[Sequence[float]], goal: float | None, note: str) -> Line:
    slowest = [max(each) for each in rounds]
    return Line(name, statistics.median(slowest), None, None, max(slowest), goal, slowest, "ms", True, note)
