"""Whatever officers do, in whatever order: no balance below zero, and nobody is paid twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from unionaid.contracts import Event
from unionaid.contracts.fields import ApproverRole, FundingMode
from unionaid.contracts.relief import (
    ApprovalBand,
    BankFeeCharged,
    BankReturnRecorded,
    BankReversalRecorded,
    BudgetAllotted,
    BudgetCommitted,
    BudgetOpened,
    BudgetReduced,
    BudgetReleased,
    BudgetSpent,
    CommitmentReleased,
    FundingSource,
    FundsReceived,
    FundsReturned,
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchWithdrawn,
    PaymentFailed,
    PaymentOrdered,
    PaymentReversed,
    ReliefApproved,
    ReliefCancelled,
    ReliefListApproved,
    ReliefListEndorsed,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListReopened,
    ReliefListSettled,
    ReliefListSubmitted,
    ReliefListVerified,
    ReliefPaid,
    ReliefRequested,
    SpendingReversed,
    application_id,
    lines_hash,
)
from unionaid.contracts.samples import FUND, GRASSROOTS, PROGRAMME
from unionaid.relief.domain.budget.facts import Budget, budget_of
from unionaid.relief.domain.budget.facts import Open as OpenBudget
from unionaid.relief.domain.budget.rules import CarryOver, carry_over
from unionaid.relief.domain.fund import budgeting, pledges
from unionaid.relief.domain.fund import rules as fund_rules
from unionaid.relief.domain.fund.facts import Fund, fund_of
from unionaid.relief.domain.funding.facts import Funding, funding_of
from unionaid.relief.domain.funding.rules import StateFunding, state_funding
from unionaid.relief.domain.ledger.posting import Account, Origin, postings
from unionaid.relief.domain.ledger.posting import Known as Books
from unionaid.relief.domain.payment_batch import filing
from unionaid.relief.domain.payment_batch import rules as batch_rules
from unionaid.relief.domain.payment_batch.facts import Batch, Unissued, batch_of
from unionaid.relief.domain.payment_batch.returning import Answer, FailureReason, Outcome, record_return
from unionaid.relief.domain.payment_batch.reversing import Reversal, record_reversal
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import Refusal
from unionaid.relief.domain.relief_list import paying, rules, settling, submitting
from unionaid.relief.domain.relief_list.applications import Application, Approved, Failed, Ordered, application_of
from unionaid.relief.domain.relief_list.facts import Act, Existing, Unsubmitted, list_of
from unionaid.relief.domain.relief_list.submitting import Declared, Known, Line, Submit
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
FUNDS = (FUND, UUID(int=2))
WHICH = st.integers(0, 1)
FAR = st.sampled_from([1, 3, 4, 5, 6, 7, 5, 6, 7])
BATCHES = st.integers(0, 3)
OUTCOMES = st.lists(st.booleans(), min_size=2, max_size=2)
BINDS = (BudgetCommitted, SpendingReversed)
ENDS = (ReliefListRejected, ReliefListPaid, ReliefListSettled)
ON = ENTERED_ON
BANDS = (ApprovalBand(measure="list", from_fen=60, approvals=("district_officer", "approver")),)
OPEN = programme_of([programme_opened().model_copy(update={"bands": BANDS})])
ROLES: frozenset[ApproverRole] = frozenset(("approver", "district_officer"))


class Office(RuleBasedStateMachine):
    """Commands as they come; a refusal changes nothing. The checks count events, not states."""

    lists: Bundle[UUID] = Bundle("lists")

    def __init__(self) -> None:
        super().__init__()
        self.budgets: list[UUID] = []
        self.batches: list[UUID] = []
        self.log: list[tuple[Event, str]] = []
        self.streams: dict[str, list[tuple[Event, str]]] = {}
        self.booked = 0
        self.origins: dict[UUID, Origin] = {}
        self.accounts: Counter[tuple[Account, UUID, UUID | None]] = Counter()
        for fund_id in FUNDS:
            self.wrote([fund_opened().model_copy(update={"fund_id": fund_id})], "person-accountant")

    def of(self, stream: str) -> list[Event]:
        return [event for event, _ in self.streams.get(stream, [])]

    def wrote(self, events: list[Event], by: str) -> None:
        for event in events:
            self.log.append((event, by))
            self.streams.setdefault(event.subject, []).append((event, by))

    @initialize(target=lists, by=st.permutations(NAMES), acts=FAR, paid=OUTCOMES)
    def begins(self, by: list[str], acts: int, paid: list[bool]) -> UUID | MultipleResults[UUID]:
        for which in (0, 1):
            self.receives(200, which)
            self.allots(120, which)
        self.states("split" if paid[0] else "order", [0, 1], [1, 2])
        list_id = self.submits(None if paid[1] else 0, [0, 1], 15, by[0])
        assert isinstance(list_id, UUID)
        self.goes_to_the_bank(list_id, acts, by[1:], paid)
        return list_id

    def _fund(self, which: int) -> Fund:
        return fund_of(self.of(f"fund-{FUNDS[which]}"))

    @rule(fen=FEN, which=WHICH)
    def receives(self, fen: int, which: int) -> None:
        command = fund_rules.ReceiveFunds(fen, "V-1", date(2016, 12, 1), TODAY)
        self.wrote(fund_rules.receive_funds(self._fund(which), command), "person-accountant")

    @rule(
        mode=st.sampled_from(["order", "split"]),
        budgets=st.lists(st.integers(0, 3), min_size=1, max_size=3),
        weights=st.lists(st.integers(1, 5), min_size=3, max_size=3),
    )
    def states(self, mode: FundingMode, budgets: list[int], weights: list[int]) -> None:
        chosen = [self.budgets[n % len(self.budgets)] for n in budgets]
        sources = [
            FundingSource(budget_id=budget_id, weight=weight if mode == "split" else None)
            for budget_id, weight in zip(chosen, weights, strict=False)
        ]
        command = StateFunding(mode, sources, date(2016, 12, 1), TODAY)
        found = [budget_of(self.of(f"budget-{budget_id}")) for budget_id in chosen]
        self._decided(lambda: state_funding(self._funding(), OPEN, found, command), "person-accountant")

    def _funding(self) -> Funding:
        return funding_of(self.of(f"funding-{PROGRAMME}"))

    def _budgets(self) -> dict[UUID, Budget]:
        return {budget_id: budget_of(self.of(f"budget-{budget_id}")) for budget_id in self.budgets}

    @rule(fen=FEN, which=WHICH)
    def allots(self, fen: int, which: int) -> None:
        budget_id = uuid4()
        command = budgeting.AllotBudget(budget_id, fen, date(2016, 12, 1), TODAY)
        try:
            events = budgeting.allot_budget(self._fund(which), OPEN, command)
        except Refusal:
            return
        self.wrote(events, "person-accountant")
        self.budgets.append(budget_id)

    @rule(fen=FEN, which=WHICH, fee=st.booleans())
    def goes_out(self, fen: int, which: int, fee: bool) -> None:
        """Goes back to where it came from, or to the bank."""
        fund, on = self._fund(which), date(2016, 12, 1)
        self._decided(
            lambda: (
                fund_rules.charge_fee(fund, fund_rules.ChargeFee(fen, "V-2", on, TODAY))
                if fee
                else fund_rules.return_funds(fund, fund_rules.ReturnFunds(fen, "V-3", "unspent", on, TODAY))
            ),
            "person-accountant",
        )

    @rule(budget=st.integers(0, 2), fen=FEN)
    def gives_back(self, budget: int, fen: int) -> None:
        own = self._budget(budget)
        assert isinstance(own, OpenBudget)
        fund = fund_of(self.of(f"fund-{own.fund_id}"))
        command = budgeting.ReleaseBudget(fen, "needed-elsewhere", date(2016, 12, 1), TODAY)
        self._decided(lambda: budgeting.release_budget(fund, own, command), "person-accountant")

    @rule(budget=st.integers(0, 2), year=st.integers(2014, 2017))
    def carries_over(self, budget: int, year: int) -> None:
        command = CarryOver(year, date(2016, 12, 31), TODAY)
        self._decided(lambda: carry_over(self._budget(budget), command), "person-accountant")

    @rule(fen=FEN, pledge=st.integers(0, 2), act=st.sampled_from(["make", "keep", "withdraw", "note"]))
    def promises(self, fen: int, pledge: int, act: str) -> None:
        pledge_id, on = UUID(int=100 + pledge), date(2016, 12, 1)

        def decide() -> list[Event]:
            fund = self._fund(0)
            match act:
                case "make":
                    return pledges.make_pledge(fund, pledges.MakePledge(pledge_id, fen, on, "V-4", on, TODAY))
                case "keep":
                    return fund_rules.receive_funds(fund, fund_rules.ReceiveFunds(fen, "V-5", on, TODAY, pledge_id))
                case "withdraw":
                    return pledges.withdraw_pledge(fund, pledges.WithdrawPledge(pledge_id, "lapsed", on, TODAY))
                case _:
                    return pledges.note_due(fund, on)

        self._decided(decide, "person-accountant")

    def _budget(self, n: int) -> Budget:
        return budget_of(self.of(f"budget-{self.budgets[n % len(self.budgets)]}"))

    @rule(
        target=lists,
        budget=st.sampled_from([None, 0, 1, 2, None]),
        people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2),
        fen=st.sampled_from([0, 10, 15, 40]),
        by=OFFICERS,
    )
    def submits(self, budget: int | None, people: list[int], fen: int, by: str) -> UUID | MultipleResults[UUID]:
        list_id, source = uuid4(), self._funding() if budget is None else self._budget(budget)
        lines = [Line(person(n), fen) for n in people]
        holding = {reservation.key for reservation in held(event for event, _ in self.log)}
        taken = frozenset(p for p in map(person, PEOPLE) if any(key in holding for key in _keys_of(p)))
        known = Known(dict.fromkeys(map(person, PEOPLE), GRASSROOTS), frozenset({GRASSROOTS}), taken, True)
        command = Submit(list_id, GRASSROOTS, declared(lines), lines, by, ON, TODAY)
        try:
            events = submitting.submit(list_of([]), OPEN, source, known, command)
        except Refusal:
            return multiple()
        self.wrote(events, by)
        return list_id

    @rule(list_id=lists, acts=st.sampled_from([3, 3, 2, 1]), by=st.permutations(NAMES))
    def goes_on(self, list_id: UUID, acts: int, by: list[str]) -> None:
        """As it should go, so that the rarer courses begin from far on."""
        for act, who in list(zip(("verify", "approve", "pay"), by, strict=False))[:acts]:
            self._step(list_id, act, who)

    @rule(list_id=lists, acts=FAR, by=st.permutations(NAMES), paid=OUTCOMES)
    def goes_to_the_bank(self, list_id: UUID, acts: int, by: list[str], paid: list[bool]) -> None:
        """As it should go by the bank: ordered, released, answered, what failed ordered again or given up."""
        for act, who in list(zip(("verify", "approve"), by, strict=False))[:acts]:
            self._step(list_id, act, who)
        if acts < 3 or not self._issue(list_id, by[2]):
            return
        last, answers = len(self.batches) - 1, list(enumerate(paid, start=1))
        if acts > 3:
            self.releases(last, by[3])
        if acts > 4:
            self.answers(last, answers, by[3])
        if acts == 6:
            self.takes_back(last, [1], by[3])
            self.issues(list_id, by[2])
        if acts > 6:
            self.cancels(list_id, [n for n, one in answers if not one], by[1])

    @rule(list_id=lists, act=st.sampled_from(["verify", "approve", "pay"]), by=OFFICERS)
    def tries(self, list_id: UUID, act: str, by: str) -> None:
        self._step(list_id, act, by)

    @rule(list_id=lists, by=OFFICERS)
    def rejects(self, list_id: UUID, by: str) -> None:
        self._step(list_id, "reject", by)

    @rule(list_id=lists, by=OFFICERS)
    def issues(self, list_id: UUID, by: str) -> None:
        self._issue(list_id, by)

    def _issue(self, list_id: UUID, by: str) -> bool:
        batch_id, (relief_list, lines) = uuid4(), self._found(list_id)
        waiting = [line.terms for line in lines if isinstance(line, Approved | Failed)]
        numbered = [(terms.line, terms.person_id, terms.amount_fen) for terms in waiting]
        agreed = Declared(len(numbered), sum(fen for _, _, fen in numbered), lines_hash(numbered))
        made = self._decided(lambda: batch_rules.issue(relief_list, lines, batch_id, agreed, step(by, ON)), by)
        self.batches += [batch_id] if made else []
        return made

    @rule(batch=BATCHES, by=OFFICERS)
    def releases(self, batch: int, by: str) -> None:
        found, relief_list, lines = self._batch(batch)
        self._decided(lambda: batch_rules.release(found, relief_list, lines, step(by, ON)), by)

    @rule(batch=BATCHES, by=OFFICERS)
    def withdraws(self, batch: int, by: str) -> None:
        found, relief_list, lines = self._batch(batch)
        reason = batch_rules.WithdrawalReason.LIST_IN_DOUBT
        self._decided(lambda: batch_rules.withdraw(found, relief_list, lines, reason, step(by, ON)), by)

    @rule(batch=BATCHES, told=st.lists(st.tuples(st.integers(1, 2), st.booleans()), max_size=2), by=OFFICERS)
    def answers(self, batch: int, told: list[tuple[int, bool]], by: str) -> None:
        found, relief_list, lines = self._batch(batch)
        budgets = self._budgets()
        answers = [
            Answer(n, Outcome.PAID) if paid else Answer(n, Outcome.FAILED, FailureReason.ACCOUNT_CLOSED)
            for n, paid in told
            if n <= len(lines)
        ]
        if answers:
            self._decided(
                lambda: record_return(found, relief_list, lines, OPEN, budgets, answers=answers, step=step(by, ON)), by
            )

    @rule(list_id=lists, chosen=st.lists(st.integers(1, 2), min_size=1, max_size=2), by=OFFICERS)
    def cancels(self, list_id: UUID, chosen: list[int], by: str) -> None:
        relief_list, lines = self._found(list_id)
        chosen = [n for n in chosen if n <= len(lines)]
        if not chosen:
            return
        budgets = self._budgets()
        reason = settling.CancellationReason.DIED
        booked_by = {
            who
            for event, who in self.log
            if isinstance(event, PaymentFailed | PaymentReversed) and event.list_id == list_id
        }
        self._decided(
            lambda: settling.cancel(
                relief_list, lines, budgets, chosen=chosen, reason=reason, booked_by=booked_by, step=step(by, ON)
            ),
            by,
        )

    @rule(batch=BATCHES, chosen=st.lists(st.integers(1, 2), min_size=1, max_size=2), by=OFFICERS)
    def takes_back(self, batch: int, chosen: list[int], by: str) -> None:
        """The bank takes back what it had paid."""
        found, relief_list, lines = self._batch(batch)
        budgets = self._budgets()
        back = [Reversal(n, FailureReason.ACCOUNT_CLOSED) for n in chosen if n <= len(lines)]
        if back:
            self._decided(
                lambda: record_reversal(found, relief_list, lines, budgets, reversals=back, step=step(by, ON)), by
            )

    @rule(batch=BATCHES, by=OFFICERS, sends=st.booleans())
    def files(self, batch: int, by: str, sends: bool) -> None:
        """The bank's file is made, or the bank is given it."""
        found, relief_list, lines = self._batch(batch)
        taken = step(by, ON)
        self._decided(
            lambda: (
                filing.send(found, relief_list, lines, step=taken)
                if sends
                else filing.make_file(
                    found, relief_list, lines, accounts={}, form="pain-001", sha256="ab" * 32, size=1, step=taken
                )
            ),
            by,
        )

    def _batch(self, n: int) -> tuple[Batch, Existing, list[Application]]:
        """The n-th batch, or none, and then the first list."""
        batch_id = self.batches[n % len(self.batches)] if self.batches else uuid4()
        batch = batch_of(Act(event, who) for event, who in self.streams.get(f"batch-{batch_id}", []))
        first = next(event.list_id for event, _ in self.log if isinstance(event, ReliefListSubmitted))
        return batch, *self._found(first if isinstance(batch, Unissued) else batch.terms.list_id)

    def _found(self, list_id: UUID) -> tuple[Existing, list[Application]]:
        relief_list = list_of(Act(event, who) for event, who in self.streams[f"list-{list_id}"])
        assert not isinstance(relief_list, Unsubmitted)
        numbers = range(1, relief_list.terms.lines + 1)
        return relief_list, [application_of(self.of(f"application-{application_id(list_id, n)}")) for n in numbers]

    def _decided(self, decide: Callable[[], list[Event]], by: str) -> bool:
        try:
            events = decide()
        except Refusal:
            return False
        self.wrote(events, by)
        return True

    def _step(self, list_id: UUID, act: str, by: str) -> None:
        relief_list, lines = self._found(list_id)
        budgets = self._budgets()
        taken = step(by, ON)

        def decide() -> list[Event]:
            match act:
                case "verify":
                    return rules.verify(relief_list, lines, taken)
                case "approve":
                    return rules.approve(relief_list, lines, OPEN, budgets, taken, roles=ROLES, funding=self._funding())
                case "reject":
                    return rules.reject(relief_list, lines, budgets, rules.RejectionReason.WITHDRAWN, taken)
                case _:
                    visit = cash_visit(len(lines))
                    return paying.pay_cash(relief_list, lines, OPEN, budgets, visit=visit, step=taken)

        self._decided(decide, by)

    @invariant()
    def no_fund_is_below_zero(self) -> None:
        free: Counter[UUID] = Counter()
        for event, _ in self.log:
            match event:
                case FundsReceived() | BudgetReleased():
                    free[event.fund_id] += event.amount_fen
                case FundsReturned() | BankFeeCharged() | BudgetAllotted():
                    free[event.fund_id] -= event.amount_fen
                    assert free[event.fund_id] >= 0, event
                case _:
                    pass

    @invariant()
    def the_books_are_balanced_at_every_index_and_no_account_is_overdrawn(self) -> None:
        for index in range(self.booked, len(self.log)):
            event, _ = self.log[index]
            if isinstance(event, BudgetOpened):
                self.origins[event.budget_id] = Origin(event.fund_id, event.programme_id)
            entry = postings(event, Books(dict.fromkeys(FUNDS, "appropriation"), self.origins))
            assert sum(posting.amount_fen for posting in entry) == 0, f"index {index} does not add up: {event}"
            for posting in entry:
                self.accounts[posting.account, posting.fund_id, posting.budget_id] += posting.amount_fen
            for fund_id in FUNDS:
                assert self.balance(Account.CASH, fund_id) >= 0, f"index {index}: less than no cash"
                assert self.balance(Account.PAYABLE, fund_id) <= 0, f"index {index}: paid what was not owed"
            for (account, _, budget_id), fen in self.accounts.items():
                if budget_id is not None and account in (Account.FREE, Account.COMMITTED, Account.SPENT):
                    assert fen <= 0, f"index {index}: {account} of a budget is overdrawn"
        self.booked = len(self.log)

    def balance(self, account: Account, fund_id: UUID | None = None) -> int:
        return sum(fen for (one, of, _), fen in self.accounts.items() if one is account and fund_id in (None, of))

    @invariant()
    def the_books_say_what_the_events_add_up_to(self) -> None:
        def total(*kinds: type[Any]) -> int:
            return sum(event.amount_fen for event, _ in self.log if isinstance(event, kinds))

        paid = total(ReliefPaid) - total(PaymentReversed)
        assert self.balance(Account.CASH) == total(FundsReceived) - total(FundsReturned, BankFeeCharged) - paid
        assert self.balance(Account.RELIEF) == paid
        assert all(self.balance(Account.PAYABLE, fund_id) == 0 for fund_id in FUNDS)
        assert -self.balance(Account.COMMITTED) == sum(
            budget.committed_fen for n in range(len(self.budgets)) if isinstance(budget := self._budget(n), OpenBudget)
        )

    @invariant()
    def the_parts_of_a_payment_add_up_to_it(self) -> None:
        for event, _ in self.log:
            if isinstance(event, ReliefPaid):
                assert sum(part.amount_fen for part in event.parts) == event.amount_fen

    @invariant()
    def what_a_fund_pays_is_what_its_budgets_spend(self) -> None:
        paid: Counter[UUID] = Counter()
        spent: Counter[UUID] = Counter()
        for event, _ in self.log:
            match event:
                case ReliefPaid():
                    for part in event.parts:
                        paid[part.fund_id] += part.amount_fen
                case PaymentReversed():
                    for part in event.parts:
                        paid[part.fund_id] -= part.amount_fen
                case BudgetSpent():
                    spent[self.origins[event.budget_id].fund_id] += event.amount_fen
                case SpendingReversed():
                    spent[self.origins[event.budget_id].fund_id] -= event.amount_fen
                case _:
                    pass
        assert paid == spent

    @invariant()
    def the_lines_of_an_approved_list_share_it_out_as_the_list_is(self) -> None:
        lists: dict[UUID, Counter[UUID]] = {}
        for event, _ in self.log:
            match event:
                case ReliefListApproved():
                    lists[event.list_id] = Counter({one.budget_id: one.amount_fen for one in event.shares})
                case ReliefApproved():
                    lists[event.list_id].subtract({one.budget_id: one.amount_fen for one in event.shares})
                case _:
                    pass
        assert not any(any(left.values()) for left in lists.values())

    @invariant()
    def committed_and_spent_stay_within_what_was_allotted(self) -> None:
        free: Counter[UUID] = Counter()
        bound: Counter[UUID] = Counter()
        for event, _ in self.log:
            match event:
                case BudgetOpened():
                    free[event.budget_id] += event.amount_fen
                case BudgetReduced():
                    free[event.budget_id] -= event.amount_fen
                case BudgetCommitted():
                    free[event.budget_id] -= event.amount_fen
                    bound[event.list_id] += event.amount_fen
                case CommitmentReleased():
                    free[event.budget_id] += event.amount_fen
                    bound[event.list_id] -= event.amount_fen
                case BudgetSpent():
                    bound[event.list_id] -= event.amount_fen
                case SpendingReversed():
                    bound[event.list_id] += event.amount_fen
                case _:
                    pass
        ended = self._ended()
        assert min(free.values(), default=0) >= 0
        assert min(bound.values(), default=0) >= 0
        assert all(bound[list_id] == 0 for list_id in ended)

    @invariant()
    def each_approval_of_a_list_is_another_persons_and_none_is_missing(self) -> None:
        gave: dict[UUID, list[str]] = defaultdict(list)
        needs: dict[UUID, int] = {}
        for event, by in self.log:
            match event:
                case ReliefListSubmitted():
                    needs[event.list_id] = 2 if event.amount_fen >= BANDS[0].from_fen else 1
                case ReliefListEndorsed():
                    gave[event.list_id].append(by)
                case ReliefListApproved():
                    gave[event.list_id].append(by)
                    assert len(set(gave[event.list_id])) == len(gave[event.list_id]) == needs[event.list_id]
                case _:
                    pass

    @invariant()
    def nobody_is_paid_twice_nor_unapproved(self) -> None:
        events = [event for event, _ in self.log]
        paid = [e for e in events if isinstance(e, ReliefPaid)]
        approved = {e.application_id: e.amount_fen for e in events if isinstance(e, ReliefApproved)}
        has: Counter[UUID] = Counter()
        for event in events:
            if isinstance(event, ReliefPaid | PaymentReversed):
                has[event.person_id] += 1 if isinstance(event, ReliefPaid) else -1
                assert 0 <= has[event.person_id] <= 1, event
        assert all(approved[e.application_id] == e.amount_fen for e in paid)

    @invariant()
    def spent_is_paid(self) -> None:
        events = [event for event, _ in self.log]

        def total(*kinds: type[Any]) -> int:
            return sum(e.amount_fen for e in events if isinstance(e, kinds))

        assert total(BudgetSpent) == total(ReliefPaid)
        assert total(SpendingReversed) == total(PaymentReversed)

    @invariant()
    def every_approved_line_is_paid_or_given_up_or_waits(self) -> None:
        lines: dict[UUID, Counter[UUID]] = {}
        waiting: Counter[UUID] = Counter()
        for event, _ in self.log:
            match event:
                case ReliefApproved():
                    lines.setdefault(event.list_id, Counter())[event.application_id] = 0
                    waiting[event.list_id] += event.amount_fen
                case ReliefPaid() | ReliefCancelled():
                    lines[event.list_id][event.application_id] += 1
                    waiting[event.list_id] -= event.amount_fen
                case PaymentReversed():
                    lines[event.list_id][event.application_id] -= 1
                    waiting[event.list_id] += event.amount_fen
                case ReliefListRejected():
                    lines.pop(event.list_id, None)
                    waiting.pop(event.list_id, None)
                case _:
                    pass
        ended = self._ended()
        for list_id, ends in lines.items():
            assert set(ends.values()) <= {0, 1}
            assert (min(ends.values()) == 1) == (list_id in ended)
        bound = Counter(
            {
                list_id: sum(
                    e.amount_fen if isinstance(e, BudgetCommitted | SpendingReversed) else -e.amount_fen
                    for e, _ in self.log
                    if isinstance(e, BudgetCommitted | SpendingReversed | BudgetSpent | CommitmentReleased)
                    and e.list_id == list_id
                )
                for list_id in waiting
            }
        )
        assert bound == waiting

    def _ended(self) -> set[UUID]:
        """The lists that have ended and were not opened again since."""
        ended: set[UUID] = set()
        for event, _ in self.log:
            if isinstance(event, ENDS):
                ended.add(event.list_id)
            elif isinstance(event, ReliefListReopened):
                assert event.list_id in ended
                ended.remove(event.list_id)
        return ended

    @invariant()
    def what_a_batch_holds_is_answered_once(self) -> None:
        holds: Counter[UUID] = Counter()
        for event, _ in self.log:
            match event:
                case PaymentBatchIssued():
                    holds[event.batch_id] += event.lines
                case PaymentBatchWithdrawn():
                    holds[event.batch_id] -= event.lines
                case BankReturnRecorded():
                    holds[event.batch_id] -= event.paid_lines + event.failed_lines
                case _:
                    pass
        waits = Counter(self._waiting_in())
        assert holds == waits
        assert min(holds.values(), default=0) >= 0

    def _waiting_in(self) -> list[UUID]:
        applications = (self.of(stream) for stream in self.streams if stream.startswith("application-"))
        return [line.batch_id for line in map(application_of, applications) if isinstance(line, Ordered)]

    @invariant()
    def hands_are_kept_apart(self) -> None:
        hands: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        issued: dict[UUID, str] = {}
        for event, by in self.log:
            match event:
                case PaymentBatchIssued():
                    issued[event.batch_id] = by
                case PaymentBatchReleased() | BankReturnRecorded() | BankReversalRecorded():
                    assert by != issued[event.batch_id]
                case PaymentBatchWithdrawn():
                    del issued[event.batch_id]
                case PaymentOrdered():
                    hands[event.list_id]["issues"].add(issued[event.batch_id])
                case PaymentFailed() | PaymentReversed():
                    hands[event.list_id]["books"].add(by)
                case ReliefCancelled():
                    assert by not in hands[event.list_id]["books"]
                    assert by not in hands[event.list_id]["issues"] & set(issued.values())
            for kinds, does in HANDS:
                if isinstance(event, kinds):
                    hands[event.list_id][does].add(by)
        for did in hands.values():
            assert did["enters"].isdisjoint(did["verifies"] | did["approves"] | did["pays"] | did["gives up"])
            assert did["verifies"].isdisjoint(did["approves"] | did["pays"] | did["gives up"])
            assert did["approves"].isdisjoint(did["pays"])


HANDS: tuple[tuple[tuple[type[Any], ...], str], ...] = (
    ((ReliefListSubmitted,), "enters"),
    ((ReliefListVerified,), "verifies"),
    ((ReliefListApproved, ReliefListEndorsed), "approves"),
    (
        (
            PaymentBatchIssued,
            PaymentBatchReleased,
            PaymentBatchWithdrawn,
            BankReturnRecorded,
            BankReversalRecorded,
            ReliefPaid,
        ),
        "pays",
    ),
    ((ReliefCancelled, ReliefListRejected), "gives up"),
)


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
