"""Any course of merges, undoings, transfers, numbers, households and dossiers, over HTTP on a real PostgreSQL.

A naive book says beforehand of each command whether it is taken. What must hold is read from the database.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from unionaid.contracts.registry import UnmergeAnswered, pair_id
from unionaid.contracts.samples import SAMPLES
from unionaid.registry.examples import resident_id
from unionaid.registry.main import imply

from .conftest import Units, established, opened
from .dossier_story import member
from .undoing import asked_about, hear, mutualaid_clears, relief_blocks, relief_clears

if TYPE_CHECKING:
    import httpx

    from unionaid.testkit.stack import Postgres

    from .conftest import Office

NAMES = ("某某", "某某某", "赵六")
"""The first two are asked about when they are registered; nobody asks about the third."""
PERSONS, NUMBERS, HOMES = len(NAMES), 2, 2
WHO, NUMBER, HOME = st.integers(0, PERSONS - 1), st.integers(0, NUMBERS - 1), st.integers(0, HOMES - 1)
ON, TODAY = "2017-01-04", "2017-01-05"
T = TypeVar("T")
(PAYMENT,) = SAMPLES[UnmergeAnswered].event.payments  # type: ignore[attr-defined]
_serial = count(100)


@dataclass
class Book:
    """What a clerk would write down."""

    number: dict[int, int] = field(default_factory=dict)
    union: dict[int, str] = field(default_factory=dict)
    stands: dict[int, int] = field(default_factory=dict)
    """For whom each merged person stands."""
    asked: dict[int, set[str]] = field(default_factory=dict)
    """Of merged persons whose merge may be undone: who has cleared it."""
    home: dict[int, int] = field(default_factory=dict)
    dossier: dict[int, tuple[str, int]] = field(default_factory=dict)
    """The open dossier of each household, and its holder."""

    def together(self, who: int) -> set[int]:
        """All who stand for one another with somebody."""
        found = {who}
        while True:
            more = {a for a, b in self.stands.items() if b in found} | {b for a, b in self.stands.items() if a in found}
            if more <= found:
                return found
            found |= more

    def undoing(self, who: int) -> bool:
        return not self.together(who).isdisjoint(self.asked)


class Run(Protocol):
    """Runs what has to be waited for."""

    def __call__(self, act: Coroutine[Any, Any, T], /) -> T: ...


def machine(run: Run, office: Office, units: Units) -> type[RuleBasedStateMachine]:
    """The course, in an office."""

    class Course(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.book = Book()
            self.ids: list[str] = []
            self.homes: dict[int, str] = {}
            self.numbers = [resident_id(next(_serial)) for _ in range(NUMBERS)]
            self.unions = [units.factory_union, units.other_street, units.street]

        # --- what is sent

        def post(self, path: str, **body: Any) -> httpx.Response:
            answered = run(office.post(path, {"occurred_on": ON, **body}))
            assert answered.status_code < 500, answered.text
            return answered

        def took(self, answered: httpx.Response, may: bool) -> bool:
            assert answered.is_success == may, (answered.status_code, answered.text, self.book)
            return may

        def pair(self, one: int, other: int) -> str:
            return str(pair_id(UUID(self.ids[one]), UUID(self.ids[other])))

        # --- what happens

        @initialize(living=st.sampled_from([(), (0,), (0, 1)]), dossier=st.booleans())
        def three_workers(self, living: tuple[int, ...], dossier: bool) -> None:
            """Some of whom live in a household, with a dossier or without."""
            for who in range(PERSONS):
                number = resident_id(next(_serial))
                made = self.post(
                    "/workers", union_org_id=self.unions[0], name=NAMES[who], resident_id=number, migrant=False,
                    occurred_on="2017-01-03",
                )  # fmt: skip
                self.ids.append(made.json()["person_id"])
                taken = self.post(
                    f"/persons/{self.ids[who]}/corrections", resident_id=None, reason_code="number-invalid"
                )
                assert taken.is_success, taken.text
                self.book.union[who] = self.unions[0]
            if living:
                self.forms(0, list(living))
            if living and dossier:
                self.opens(0, 0)

        @rule(who=WHO, n=NUMBER)
        def given_a_number_or_loses_it(self, who: int, n: int) -> None:
            path, book = f"/persons/{self.ids[who]}/corrections", self.book
            if who in book.number:
                self.took(self.post(path, resident_id=None, reason_code="number-invalid"), True)
                del book.number[who]
                return
            may = n not in book.number.values() and who not in book.stands
            if self.took(self.post(path, resident_id=self.numbers[n], reason_code="completed"), may):
                book.number[who] = n

        @rule(who=WHO, n=st.integers(0, 2))
        def transferred(self, who: int, n: int) -> None:
            answered = self.post(f"/workers/{self.ids[who]}/transfer", union_org_id=self.unions[n])
            if self.took(answered, self.unions[n] != self.book.union[who] and who not in self.book.stands):
                self.book.union[who] = self.unions[n]
            self.each_stands_where_the_book_says()

        def may_merge(self, who: int, survivor: int) -> bool:
            book = self.book
            return (
                who != survivor
                and who not in book.stands
                and survivor not in book.stands
                and not book.undoing(who)
                and not book.undoing(survivor)
                and who not in book.number
                and who not in book.home
            )

        def merge(self, who: int, survivor: int) -> httpx.Response:
            told = {"person_id": self.ids[who], "survivor_id": self.ids[survivor], "reason_code": "documents-agree"}
            return self.post("/merges", **told)

        def ask(self, who: int, survivor: int) -> httpx.Response:
            return self.post(
                f"/duplicates/{self.pair(who, survivor)}/undoing", reason_code="different-people", occurred_on=TODAY
            )

        def merges(self, who: int, survivor: int) -> None:
            if self.took(self.merge(who, survivor), self.may_merge(who, survivor)):
                self.book.stands[who] = survivor

        def asks(self, who: int) -> None:
            survivor = self.book.stands[who]
            may = survivor not in self.book.stands and not self.book.undoing(who)
            if self.took(self.ask(who, survivor), may):
                self.book.asked[who] = set()

        @rule(data=st.data())
        def merged(self, data: st.DataObject) -> None:
            self.merges(*self.two(data))

        def two(self, data: st.DataObject) -> tuple[int, int]:
            """More often two who may be merged."""
            pairs = [(who, survivor) for who in range(PERSONS) for survivor in range(PERSONS)]
            likely = [pair for pair in pairs if self.may_merge(*pair)]
            return data.draw(st.sampled_from(likely * 3 + pairs))

        @rule(course=st.permutations(range(PERSONS)), last_first=st.booleans())
        def merged_in_a_chain(self, course: list[int], last_first: bool) -> None:
            first, second, third = course
            self.merges(first, second)
            self.merges(second, third)
            for who in (second, first) if last_first else (first, second):
                if who in self.book.stands:
                    self.asks(who)

        @rule(data=st.data())
        def merged_and_undone(self, data: st.DataObject) -> None:
            """Merge then undo restores the very state."""
            who, survivor = self.two(data)
            before = run(everything(office))
            if not self.took(self.merge(who, survivor), self.may_merge(who, survivor)):
                assert run(everything(office)) == before
                return
            assert self.ask(who, survivor).status_code == 202
            request = run(asked_about(office, self.pair(who, survivor)))
            run(hear(office, relief_clears(request), mutualaid_clears(request)))
            assert run(everything(office)) == before

        @precondition(lambda self: self.book.stands)
        @rule(data=st.data())
        def undoing_is_asked(self, data: st.DataObject) -> None:
            self.asks(data.draw(st.sampled_from(sorted(self.book.stands))))

        @precondition(lambda self: self.book.asked)
        @rule(data=st.data(), service=st.sampled_from(["relief", "mutualaid", "mutualaid", "relief", "blocked"]))
        def answered(self, data: st.DataObject, service: str) -> None:
            who = data.draw(st.sampled_from(sorted(self.book.asked)))
            request = run(asked_about(office, self.pair(who, self.book.stands[who])))
            cleared = self.book.asked[who]
            if service == "blocked":
                run(hear(office, relief_blocks(request, PAYMENT)))
                if "relief" not in cleared:
                    del self.book.asked[who]
                return
            run(hear(office, relief_clears(request) if service == "relief" else mutualaid_clears(request)))
            cleared.add(service)
            if cleared == {"relief", "mutualaid"}:
                del self.book.asked[who], self.book.stands[who]
                self.each_stands_where_the_book_says()

        @rule(home=HOME, people=st.lists(WHO, min_size=1, max_size=2))
        def forms_a_household(self, home: int, people: list[int]) -> None:
            if home not in self.homes:
                self.forms(home, people)

        def forms(self, home: int, people: list[int]) -> None:
            relations = ["householder", "spouse"]
            members = [member(self.ids[who], relations[n], 0) for n, who in enumerate(people)]
            answered = self.post("/households", union_org_id=self.unions[0], members=members)
            alone = len(set(people)) == len(people)
            may = alone and all(who not in self.book.home and who not in self.book.stands for who in people)
            if self.took(answered, may):
                self.homes[home] = answered.json()["household_id"]
                self.book.home |= dict.fromkeys(people, home)

        @precondition(lambda self: self.homes)
        @rule(data=st.data(), who=WHO)
        def joins_or_leaves(self, data: st.DataObject, who: int) -> None:
            home, book = data.draw(st.sampled_from(sorted(self.homes))), self.book
            path = f"/households/{self.homes[home]}/members"
            if book.home.get(who) != home:
                answered = self.post(path, **member(self.ids[who], "other", 0))
                if self.took(answered, who not in book.home and who not in book.stands):
                    book.home[who] = home
                return
            others = [one for one, at in book.home.items() if at == home and one != who]
            heir = {"new_holder_id": self.ids[others[0]]} if others else {}
            answered = self.post(f"{path}/{self.ids[who]}/departure", reason_code="moved", **heir)
            holds = book.dossier.get(home, ("", -1))[1] == who
            if self.took(answered, bool(others) or not holds):
                del book.home[who]
                if holds:
                    book.dossier[home] = (book.dossier[home][0], others[0])

        @precondition(lambda self: self.homes)
        @rule(data=st.data(), who=WHO)
        def opens_a_dossier(self, data: st.DataObject, who: int) -> None:
            self.opens(data.draw(st.sampled_from(sorted(self.homes))), who)

        def opens(self, home: int, who: int) -> None:
            answered = self.post(
                "/dossiers", household_id=self.homes[home], holder_id=self.ids[who], family_situation="ordinary"
            )
            if self.took(answered, self.book.home.get(who) == home and home not in self.book.dossier):
                self.book.dossier[home] = (answered.json()["dossier_id"], who)

        @precondition(lambda self: self.book.dossier)
        @rule(data=st.data())
        def closes_a_dossier(self, data: st.DataObject) -> None:
            home = data.draw(st.sampled_from(sorted(self.book.dossier)))
            answered = self.post(f"/dossiers/{self.book.dossier[home][0]}/closing", reason_code="entered-in-error")
            self.took(answered, True)
            del self.book.dossier[home]

        # --- what holds

        @invariant()
        def one_number_one_worker(self) -> None:
            if self.ids:
                answered = run(office.post("/matches", {"kind": "resident_id", "values": self.numbers}))
                found = [match["person_id"] for match in answered.json()["matches"]]
                holder = {n: self.ids[who] for who, n in self.book.number.items()}
                assert found == [holder.get(n) for n in range(NUMBERS)]

        def each_stands_where_the_book_says(self) -> None:
            for who, person in enumerate(self.ids):
                told = run(office.get(f"/workers/{person}")).json()
                assert told["union_org_id"] == self.book.union[who]

        @invariant()
        def one_household_one_open_dossier(self) -> None:
            run(office.get("/duplicates"))  # once the views hold what was written
            for who, person in enumerate(self.ids):
                home = run(office.get(f"/households?person_id={person}")).json()
                assert home.get("household_id") == self.homes.get(self.book.home.get(who, -1)), (who, self.book)
            open_ones = run(
                office.pool.fetch(
                    "SELECT household_id, holder_id FROM views.dossier "
                    "WHERE status <> 'closed' AND household_id = ANY($1)",
                    list(self.homes.values()),
                )
            )
            expected = {(self.homes[home], self.ids[who]) for home, (_, who) in self.book.dossier.items()}
            assert sorted((str(row["household_id"]), str(row["holder_id"])) for row in open_ones) == sorted(expected)

        @invariant()
        def who_are_one_live_in_one_household(self) -> None:
            for who in range(len(self.ids)):
                assert len({self.book.home[one] for one in self.book.together(who) if one in self.book.home}) <= 1

        @invariant()
        def who_stands_for_whom_is_held_and_told(self) -> None:
            book, query = self.book, "SELECT scope, key, stream FROM eventlog.reservations WHERE key = ANY($1)"
            keys = {sha256(UUID(person).bytes).digest(): who for who, person in enumerate(self.ids)}
            rows = run(office.pool.fetch(query, list(keys)))
            held = {(row["scope"], keys[bytes(row["key"])]) for row in rows if row["stream"].startswith("pair-")}
            undoing = {one for who in book.asked for one in book.together(who)}
            expected = {(scope, who) for scope in ("merged", "household-member") for who in book.stands}
            assert held == expected | {("unmerge", who) for who in undoing}
            for who, survivor in self.book.stands.items():
                pair = run(office.get(f"/duplicates/{self.pair(who, survivor)}")).json()
                assert (pair["person_id"], pair["other_person_id"]) == (self.ids[who], self.ids[survivor])
                assert pair["status"] == ("undo-asked" if who in self.book.asked else "merged")

        def teardown(self) -> None:
            run(agrees(office))

    return Course


async def everything(office: Office) -> str:
    """Whatever registry holds beside its log: views, reservations, search keys."""
    await office.get("/duplicates")
    tables = await office.pool.fetch(
        "SELECT schemaname || '.' || relname AS name FROM pg_stat_user_tables WHERE schemaname = 'views' ORDER BY 1"
    )
    held = "SELECT * FROM eventlog.reservations t ORDER BY scope, key"
    told = {"reservations": [str(row) for row in await office.pool.fetch(held)]}
    for name in (row["name"] for row in tables):
        told[name] = [str(dict(row)) for row in await office.pool.fetch(f"SELECT * FROM {name} t ORDER BY t::text")]
    told["found"] = [(await office.post("/searches", {"name": "某某"})).text]
    return json.dumps(told, indent=1)


async def agrees(office: Office) -> None:
    """What is reserved is what the events imply."""

    owner = await asyncpg.connect(office.database.owner_dsn)
    implied = {(one.scope, one.key, one.stream) for one in (await imply(owner, office.database.name)).held}
    rows = await owner.fetch("SELECT scope, key, stream FROM eventlog.reservations")
    await owner.close()
    assert implied == {(row["scope"], bytes(row["key"]), row["stream"]) for row in rows}


def test_any_course_of_merges_and_undoings_keeps_what_must_hold(postgres: Postgres) -> None:
    with asyncio.Runner() as runner:
        opening = opened(postgres)
        office = runner.run(opening.__aenter__())
        try:
            course = machine(runner.run, office, runner.run(established(office)))
            run_state_machine_as_test(
                course,
                settings=settings(
                    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
                ),
            )
        finally:
            runner.run(opening.__aexit__(None, None, None))
        runner.run(postgres.drop(office.database))
