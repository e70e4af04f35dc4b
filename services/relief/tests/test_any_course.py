"""Whatever officers do, in whatever order: no balance below zero, and nobody is paid twice."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BudgetAllotted,
    BudgetCommitted,
    BudgetOpened,
    BudgetSpent,
    CommitmentReleased,
    FundsReceived,
    ReliefApproved,
    ReliefListPaid,
    ReliefListRejected,
    ReliefPaid,
    ReliefRequested,
    application_id,
)
from unionaid.contracts.samples import FUND, GRASSROOTS, PROGRAMME
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.fund import rules as fund_rules
from unionaid.relief.domain.fund.facts import fund_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import Refusal
from unionaid.relief.domain.relief_list import paying, rules, submitting
from unionaid.relief.domain.relief_list.applications import application_of
from unionaid.relief.domain.relief_list.facts import Act, list_of
from unionaid.relief.domain.relief_list.submitting import Known, Line, Submit
from unionaid.relief.examples import (
    ENTERED_ON,
    TODAY,
    cash_visit,
    declared,
    fund_opened,
    person,
    programme_opened,
    step,
)
from unionaid.relief.reserving import held

NAMES = [f"person-{UUID(int=n)}" for n in range(1, 6)]
OFFICERS = st.sampled_from(NAMES)
PEOPLE = range(4)
FEN = st.integers(1, 100)
ON = ENTERED_ON
OPEN = programme_of([programme_opened()])


class Office(RuleBasedStateMachine):
    """Commands as they come; a refusal changes nothing. The checks count events, not states."""

    lists: Bundle[UUID] = Bundle("lists")

    def __init__(self) -> None:
        super().__init__()
        self.budgets: list[UUID] = []
        self.log: list[tuple[Event, str]] = []
        self.streams: dict[str, list[tuple[Event, str]]] = {}
        self.wrote([fund_opened()], "person-accountant")

    def of(self, stream: str) -> list[Event]:
        return [event for event, _ in self.streams.get(stream, [])]

    def wrote(self, events: list[Event], by: str) -> None:
        for event in events:
            self.log.append((event, by))
            self.streams.setdefault(event.subject, []).append((event, by))

    @initialize(target=lists, by=OFFICERS)
    def begins(self, by: str) -> UUID | MultipleResults[UUID]:
        self.receives(100)
        self.allots(60)
        return self.submits(0, [0, 1], 15, by)

    @rule(fen=FEN)
    def receives(self, fen: int) -> None:
        command = fund_rules.ReceiveFunds(fen, "V-1", date(2016, 12, 1), TODAY)
        self.wrote(fund_rules.receive_funds(fund_of(self.of(f"fund-{FUND}")), command), "person-accountant")

    @rule(fen=FEN)
    def allots(self, fen: int) -> None:
        budget_id = uuid4()
        command = fund_rules.AllotBudget(budget_id, fen, date(2016, 12, 1), TODAY)
        try:
            events = fund_rules.allot_budget(fund_of(self.of(f"fund-{FUND}")), OPEN, command)
        except Refusal:
            return
        self.wrote(events, "person-accountant")
        self.budgets.append(budget_id)

    @rule(
        target=lists,
        budget=st.integers(0, 2),
        people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2),
        fen=st.sampled_from([0, 10, 15, 40]),
        by=OFFICERS,
    )
    def submits(self, budget: int, people: list[int], fen: int, by: str) -> UUID | MultipleResults[UUID]:
        list_id, budget_id = uuid4(), self.budgets[budget % len(self.budgets)]
        lines = [Line(person(n), fen) for n in people]
        holding = {reservation.key for reservation in held(event for event, _ in self.log)}
        taken = frozenset(p for p in map(person, PEOPLE) if any(key in holding for key in _keys_of(p)))
        known = Known(dict.fromkeys(map(person, PEOPLE), GRASSROOTS), frozenset({GRASSROOTS}), taken, True)
        command = Submit(list_id, GRASSROOTS, declared(lines), lines, by, ON, TODAY)
        try:
            events = submitting.submit(list_of([]), OPEN, budget_of(self.of(f"budget-{budget_id}")), known, command)
        except Refusal:
            return multiple()
        self.wrote(events, by)
        return list_id

    @rule(list_id=lists, acts=st.sampled_from([3, 3, 2, 1]), by=st.permutations(NAMES))
    def goes_on(self, list_id: UUID, acts: int, by: list[str]) -> None:
        """As it should go, so that the rarer courses begin from far on."""
        for act, who in list(zip(("verify", "approve", "pay"), by, strict=False))[:acts]:
            self._step(list_id, act, who)

    @rule(list_id=lists, act=st.sampled_from(["verify", "approve", "pay"]), by=OFFICERS)
    def tries(self, list_id: UUID, act: str, by: str) -> None:
        self._step(list_id, act, by)

    @rule(list_id=consumes(lists), by=OFFICERS)
    def rejects(self, list_id: UUID, by: str) -> None:
        self._step(list_id, "reject", by)

    def _step(self, list_id: UUID, act: str, by: str) -> None:
        relief_list = list_of(Act(event, who) for event, who in self.streams[f"list-{list_id}"])
        terms = getattr(relief_list, "terms", None)
        count = terms.lines if terms else 0
        lines = [application_of(self.of(f"application-{application_id(list_id, n)}")) for n in range(1, count + 1)]
        budget = budget_of(self.of(f"budget-{terms.budget_id}") if terms else [])
        taken = step(by, ON)
        try:
            match act:
                case "verify":
                    events = rules.verify(relief_list, lines, taken)
                case "approve":
                    events = rules.approve(relief_list, lines, OPEN, budget, taken)
                case "reject":
                    events = rules.reject(relief_list, lines, budget, rules.RejectionReason.WITHDRAWN, taken)
                case _:
                    visit = cash_visit(count)
                    events = paying.pay_cash(relief_list, lines, OPEN, budget, visit=visit, step=taken)
        except Refusal:
            return
        self.wrote(events, by)

    @invariant()
    def no_fund_is_below_zero(self) -> None:
        events = [event for event, _ in self.log]
        received = sum(e.amount_fen for e in events if isinstance(e, FundsReceived))
        assert received >= sum(e.amount_fen for e in events if isinstance(e, BudgetAllotted))

    @invariant()
    def committed_and_spent_stay_within_what_was_allotted(self) -> None:
        free: Counter[UUID] = Counter()
        bound: Counter[UUID] = Counter()
        for event, _ in self.log:
            match event:
                case BudgetOpened():
                    free[event.budget_id] += event.amount_fen
                case BudgetCommitted():
                    free[event.budget_id] -= event.amount_fen
                    bound[event.list_id] += event.amount_fen
                case CommitmentReleased():
                    free[event.budget_id] += event.amount_fen
                    bound[event.list_id] -= event.amount_fen
                case BudgetSpent():
                    bound[event.list_id] -= event.amount_fen
                case _:
                    pass
        ended = {e.list_id for e, _ in self.log if isinstance(e, ReliefListRejected | ReliefListPaid)}
        assert min(free.values(), default=0) >= 0
        assert min(bound.values(), default=0) >= 0
        assert all(bound[list_id] == 0 for list_id in ended)

    @invariant()
    def nobody_is_paid_twice_nor_unapproved(self) -> None:
        events = [event for event, _ in self.log]
        paid = [e for e in events if isinstance(e, ReliefPaid)]
        approved = {e.application_id: e.amount_fen for e in events if isinstance(e, ReliefApproved)}
        assert len({e.person_id for e in paid}) == len(paid)
        assert all(approved[e.application_id] == e.amount_fen for e in paid)

    @invariant()
    def spent_is_paid(self) -> None:
        events = [event for event, _ in self.log]
        spent = sum(e.amount_fen for e in events if isinstance(e, BudgetSpent))
        assert spent == sum(e.amount_fen for e in events if isinstance(e, ReliefPaid))

    @invariant()
    def every_step_of_a_list_is_another_persons(self) -> None:
        steps: dict[str, list[str]] = {}
        for event, by in self.log:
            if event.STREAM == "list":
                steps.setdefault(event.subject, []).append(by)
        assert all(
            len(set(by[:4])) == len(by[:4]) for by in steps.values() if len(by) < 5 and not _taken_back(self, by)
        )


def _taken_back(office: Office, by: list[str]) -> bool:
    """An approver may take the own approval back."""
    return len(by) == 4 and by[2] == by[3]


def _keys_of(person_id: UUID) -> list[bytes]:
    asked = ReliefRequested(
        occurred_on=ON,
        application_id=UUID(int=1),
        list_id=UUID(int=1),
        line=1,
        programme_id=PROGRAMME,
        person_id=person_id,
        union_org_id=GRASSROOTS,
        purpose="festival-visit",
        period="2017",
        amount_fen=1,
    )
    return [reservation.key for reservation in held([asked])]


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
