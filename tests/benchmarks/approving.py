"""Approvers at once on one nearly empty fund, and one list of the most lines: against what is free, to the last fen."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

import asyncpg

from unionaid.contracts import source, stream_name
from unionaid.contracts.fields import LINES_MAX, FundingMode
from unionaid.contracts.relief import FundingSource, lines_hash
from unionaid.eventlog import Busy, Log
from unionaid.relief.application.commands import Commands
from unionaid.relief.domain.budget.facts import Open, budget_of
from unionaid.relief.domain.fund.budgeting import AllotBudget
from unionaid.relief.domain.fund.rules import OpenFund, ReceiveFunds
from unionaid.relief.domain.funding.rules import StateFunding
from unionaid.relief.domain.programme.rules import OpenProgramme
from unionaid.relief.domain.refusals import BudgetInsufficient
from unionaid.relief.domain.relief_list.guards import Step
from unionaid.relief.domain.relief_list.submitting import Declared, Line, Submit
from unionaid.relief.main import migrate
from unionaid.relief.policies.programmes import read_programmes
from unionaid.relief.resources import directory
from unionaid.relief.views.acts import acts_in_each
from unionaid.relief.views.eligible import Eligible
from unionaid.relief.views.people import People, registry_people
from unionaid.service.deciding import Issued
from unionaid.service.settings import MigrationSettings

from .contest import Line as Told
from .contest import Servers, Tell, demand, measured

NAMES = ("approvers", "approvers-median", "approvers-repeats", "approvers-list")
APPROVERS = 16
GOAL_MS, LIST_GOAL_MS = None, 5_000.0
ROUNDS = 5
DIVISION = "640302"
ON = date(2017, 1, 10)
NOW = datetime(2017, 1, 10, 2, 0, tzinfo=UTC)
LINE_FEN = 40_000
TRIES_MAX = 100
"""Repetitions of one approval that is told `busy`."""
PAUSE_S = 0.01


@dataclass
class Office:
    """A programme with two funds' budgets, and officers who enter, verify and approve lists of it."""

    commands: Commands
    pool: asyncpg.Pool[asyncpg.Record]
    owner: asyncpg.Connection[asyncpg.Record]
    draw: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self.union = self.id()

    def id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def by(self, who: str) -> Issued:
        actor = f"person-{UUID(int=sum(map(ord, who)))}"
        return Issued(source(DIVISION, "relief"), actor, self.draw.randbytes(32), bytes(32), NOW, ON)

    def step(self, issued: Issued) -> Step:
        return Step(issued.actor, ON, ON)

    async def programme(self, mode: FundingMode, *budgets_fen: int) -> tuple[UUID, list[UUID]]:
        """Open a programme whose lists are paid from budgets of so much, each another fund's."""
        programme_id, budgets = self.id(), [self.id() for _ in budgets_fen]
        opening = OpenProgramme(
            programme_id, "WINTER_WARMTH", 2017, "2017年元旦春节送温暖", ON, ON, "festival-visit", ON, ON
        )
        await self.commands.programmes.open(self.by("officer"), opening)
        for budget_id, fen in zip(budgets, budgets_fen, strict=True):
            fund_id, funds = self.id(), self.commands.funds
            opened = OpenFund(fund_id, "appropriation", "2017年送温暖专项资金", None, ON, ON)
            await funds.open(self.by("accountant"), opened)
            await funds.receive(self.by("accountant"), fund_id, ReceiveFunds(fen, "1", ON, ON))
            await funds.allot(self.by("accountant"), fund_id, programme_id, AllotBudget(budget_id, fen, ON, ON))
        sources = [FundingSource(budget_id=id, weight=n if mode == "split" else None) for n, id in numbered(budgets)]
        stating = StateFunding(mode, sources, ON, ON)
        await self.commands.fundings.state(self.by("accountant"), programme_id, stating, lambda _version: None)
        return programme_id, budgets

    async def verified(self, programme_id: UUID, lines: int) -> UUID:
        """Submit and verify a list of people nobody has helped."""
        list_id, people = self.id(), [self.id() for _ in range(lines)]
        await self.owner.copy_records_to_table(
            "person",
            records=[(one, self.union) for one in people],
            columns=("person_id", "union_org_id"),
            schema_name="registry_people_1",
        )
        hashed = lines_hash((n, one, LINE_FEN) for n, one in numbered(people))
        declared, issued = Declared(lines, LINE_FEN * lines, hashed), self.by("enterer")
        rows = [Line(one, LINE_FEN) for one in people]
        submit = Submit(list_id, self.union, declared, rows, issued.actor, ON, ON)
        await self.commands.lists.submit(issued, programme_id, None, submit, None)
        issued = self.by("verifier")
        await self.commands.lists.verify(issued, list_id, self.step(issued), lambda _version: None, None)
        return list_id

    async def free(self, budgets: Sequence[UUID]) -> list[int]:
        """What budgets have free, from the log."""
        streams = await acts_in_each(self.pool, [stream_name("budget", id) for id in budgets])
        found = [budget_of(act.event for act in acts) for acts in streams.values()]
        return [budget.free_fen for budget in found if isinstance(budget, Open)]


def numbered(ids: Sequence[UUID]) -> Iterator[tuple[int, UUID]]:
    return iter(enumerate(ids, start=1))


@asynccontextmanager
async def office(servers: Servers) -> AsyncIterator[Office]:
    """Open a new relief in which one union is known."""
    database = await servers.postgres.create_service_database("relief")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    owner = await asyncpg.connect(database.owner_dsn)
    pool = await asyncpg.create_pool(database.app_dsn, min_size=APPROVERS, max_size=APPROVERS)
    try:
        people = registry_people(DIVISION)

        async def settled() -> None:
            raise AssertionError("no books are closed here")

        policies = read_programmes(directory("policy"))
        eligible = Eligible(pool, people)
        commands = Commands.of(pool, People(pool, people), eligible, policies, settled, secret=bytes(32))
        made = Office(commands, pool, owner)
        await owner.execute(
            "INSERT INTO registry_people_1.org (org_id, level, name) VALUES ($1, 'grassroots', '样例工会')", made.union
        )
        yield made
    finally:
        await owner.close()
        pool.terminate()
        await servers.postgres.drop(database)


async def measure_approvers(servers: Servers, size: int, tell: Tell) -> list[Told]:
    """Let sixteen approve `size` lists of a fund that has enough for half of them; then approve lists of many lines."""
    async with office(servers) as at:
        taken_ms, repeats = await _at_once(at, size)
        tell(f"{size} approvals by {APPROVERS} at once")
        lines = min(LINES_MAX, size * 16)
        lists_ms = [await _one_list(at, lines, "split" if n % 2 else "order") for n in range(ROUNDS)]
        tell(f"{ROUNDS} lists of {lines:,} lines")
    taken_ms.sort()
    p99, p50 = (taken_ms[min(len(taken_ms) - 1, int(len(taken_ms) * part))] for part in (0.99, 0.5))
    note = (
        f"{APPROVERS} at once, {size:,} lists of one line, money of one fund for half of them: "
        f"{size // 2:,} approved, the others refused for lack of money, each once, and nothing left free"
    )
    return [
        measured("approvers", [p99], "ms", GOAL_MS, note=note),
        measured("approvers-median", [p50], "ms"),
        measured("approvers-repeats", [float(max(repeats, 1))], "answers", note=f"{repeats} times `busy`, sent again"),
        measured("approvers-list", lists_ms, "ms", LIST_GOAL_MS, note=f"a list of {lines:,} on two funds' budgets"),
    ]


async def _at_once(at: Office, size: int) -> tuple[list[float], int]:
    programme_id, budgets = await at.programme("order", LINE_FEN * (size // 2))
    waiting = [await at.verified(programme_id, 1) for _ in range(size)]
    taken_ms: list[float] = []
    answered: Counter[str] = Counter()

    async def approver(who: str) -> None:
        while waiting:
            list_id, issued = waiting.pop(), at.by(who)
            began = time.perf_counter()
            for _ in range(TRIES_MAX):
                try:
                    await at.commands.lists.approve(issued, list_id, at.step(issued), lambda _version: None)
                    answered["approved"] += 1
                except BudgetInsufficient:
                    answered["refused"] += 1
                except Busy:
                    answered["busy"] += 1
                    await asyncio.sleep(PAUSE_S)
                    continue
                break
            taken_ms.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(approver(f"approver {n:02}") for n in range(APPROVERS)))
    demand(answered["approved"] == size // 2, "not as many were approved as there was money for")
    demand(answered["refused"] == size - size // 2, "an approval was lost")
    demand(await at.free(budgets) == [0], "the budget holds another sum than what was left")
    return taken_ms, answered["busy"]


async def _one_list(at: Office, lines: int, mode: FundingMode) -> float:
    """Approve a list of so many lines: one movement of each fund's budget."""
    total = LINE_FEN * lines
    programme_id, budgets = await at.programme(mode, total, total)
    list_id, issued = await at.verified(programme_id, lines), at.by("approver")
    before = await _version(at, budgets)
    began = time.perf_counter()
    await at.commands.lists.approve(issued, list_id, at.step(issued), lambda _version: None)
    taken = (time.perf_counter() - began) * 1000
    demand(sum(await at.free(budgets)) == total, "another sum was bound than the list's")
    moved = await _version(at, budgets) - before
    demand(moved == (2 if mode == "split" else 1), "a list moved a budget more than once")
    return taken


async def _version(at: Office, budgets: Sequence[UUID]) -> int:
    streams = await Log(at.pool).load([stream_name("budget", id) for id in budgets])
    return sum(len(events) for events in streams.values())
