"""A page offers exactly the steps that the rules let somebody take."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from unionaid.contracts import Event
from unionaid.contracts.relief import BankReturnRecorded, lines_hash
from unionaid.contracts.samples import BUDGET
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.payment_batch import filing, returning
from unionaid.relief.domain.payment_batch import rules as batch_rules
from unionaid.relief.domain.payment_batch.accounts import ConfirmationReason, Doubted, confirm_accounts
from unionaid.relief.domain.payment_batch.facts import batch_of
from unionaid.relief.domain.payment_batch.returning import Answer, Outcome
from unionaid.relief.domain.payment_batch.reversing import Reversal, record_reversal
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import Refusal
from unionaid.relief.domain.relief_list import facts, paying, rules, settling, submitting
from unionaid.relief.domain.relief_list.applications import application_of
from unionaid.relief.domain.relief_list.facts import Act, list_of
from unionaid.relief.domain.relief_list.guards import status_of
from unionaid.relief.domain.relief_list.submitting import Declared, Line
from unionaid.relief.examples import (
    APPROVED_ON,
    APPROVER,
    CASHIER,
    ENTERED_ON,
    ENTERER,
    PAID_ON,
    VERIFIED_ON,
    VERIFIER,
    budget_opened,
    cash_visit,
    known,
    person,
    programme_opened,
    step,
    submit,
)  # fmt: skip
from unionaid.relief.pages.offers import Lines, offer, offer_of_batch
from unionaid.service.roles import Actor, Role

ROLE_OF = {
    "verification": Role.SUB_DISTRICT_OFFICER,
    "approval": Role.APPROVER,
    "rejection": Role.APPROVER,
    "cash-payment": Role.CASHIER,
    "payment-batches": Role.CASHIER,
    "cancellation": Role.APPROVER,
}
BATCH_ROLE_OF = {
    "release": Role.ACCOUNTANT,
    "withdrawal": Role.CASHIER,
    "file": Role.CASHIER,
    "account-confirmations": Role.ACCOUNTANT,
    "sending": Role.CASHIER,
    "bank-return": Role.ACCOUNTANT,
    "reversals": Role.ACCOUNTANT,
}
LINES = [Line(person(1), 50_000), Line(person(2), 30_000)]
PAYEE, OTHER, ACCOUNTANT = f"person-{person(1)}", f"person-{uuid4()}", f"person-{uuid4()}"
PROGRAMME = programme_of([programme_opened()])


class Course:
    """One list on its way, and what its rules say to a step."""

    def __init__(self, *officers: str) -> None:
        self.acts: list[Act] = []
        self.lines: dict[str, list[Event]] = {}
        self.budget = [budget_opened(200_000)]
        self.on = ENTERED_ON
        command = submit(LINES)
        self._add(submitting.submit(list_of(()), PROGRAMME, budget_of(self.budget), known(LINES), command), ENTERER)
        self.batch: list[Act] = []
        steps = ("verification", "approval", "cash-payment")
        for name, by, on in zip(steps, officers, (VERIFIED_ON, APPROVED_ON, PAID_ON), strict=False):
            self.on = on
            self._add(self.decided(name, by), by)

    def by_bank(self, *names: str) -> Course:
        """Go on by the bank: the cashier makes the batch, the accountant does the rest; line 2 comes back."""
        self.on = PAID_ON
        for name in names:
            by = CASHIER if name in ("payment-batches", "file", "sending") else ACCOUNTANT
            self._add(self.decided(name, by), by)
        return self

    @property
    def relief_list(self) -> facts.ReliefList:
        return list_of(self.acts)

    def decided(self, name: str, by: str) -> list[Event]:  # noqa: PLR0911, PLR0912  one answer for each step
        lines, taken = [application_of(events) for events in self.lines.values()], step(by, self.on)
        budget = {BUDGET: budget_of(self.budget)}
        match name:
            case "verification":
                return rules.verify(self.relief_list, lines, taken)
            case "approval":
                return rules.approve(self.relief_list, lines, PROGRAMME, budget, taken)
            case "rejection":
                return rules.reject(self.relief_list, lines, budget, rules.RejectionReason.WITHDRAWN, taken)
            case "payment-batches":
                waiting = [line for line in lines if isinstance(line, batch_rules.Payable)]
                numbered = [(one.terms.line, one.terms.person_id, one.terms.amount_fen) for one in waiting]
                declared = Declared(len(numbered), sum(fen for *_, fen in numbered), lines_hash(numbered))
                return batch_rules.issue(self.relief_list, lines, uuid4(), declared, taken)
            case "cancellation":
                reason = settling.CancellationReason.DIED
                return settling.cancel(
                    self.relief_list, lines, budget, chosen=[2], reason=reason, booked_by=self.booked_by, step=taken
                )
            case "file":
                return filing.make_file(
                    batch_of(self.batch), self.relief_list, lines,
                    accounts={}, form="pain-001", sha256="ab" * 32, size=1, step=taken,
                )  # fmt: skip
            case "sending":
                return filing.send(batch_of(self.batch), self.relief_list, lines, step=taken)
            case "reversals":
                back = [Reversal(1, returning.FailureReason.ACCOUNT_CLOSED)]
                return record_reversal(
                    batch_of(self.batch), self.relief_list, lines, budget, reversals=back, step=taken
                )
            case "account-confirmations":
                changed = Doubted(1, 2, ("account-changed",), 0)
                asked = ConfirmationReason.ASKED_THE_BANK
                return confirm_accounts(
                    batch_of(self.batch), self.relief_list, lines, {1: changed}, chosen=[1], reason=asked, step=taken
                )
            case "release":
                return batch_rules.release(batch_of(self.batch), self.relief_list, lines, taken)
            case "withdrawal":
                doubt = batch_rules.WithdrawalReason.LIST_IN_DOUBT
                return batch_rules.withdraw(batch_of(self.batch), self.relief_list, lines, doubt, taken)
            case "bank-return":
                closed = returning.FailureReason.ACCOUNT_CLOSED
                answers = [Answer(1, Outcome.PAID), Answer(2, Outcome.FAILED, closed)]
                return returning.record_return(
                    batch_of(self.batch), self.relief_list, lines, PROGRAMME, budget, answers=answers, step=taken
                )
            case _:
                return paying.pay_cash(self.relief_list, lines, PROGRAMME, budget, visit=cash_visit(2), step=taken)

    @property
    def statuses(self) -> set[str]:
        return {status_of(application_of(events)) for events in self.lines.values()}

    @property
    def booked_by(self) -> frozenset[str]:
        return frozenset(act.by for act in self.batch if isinstance(act.event, BankReturnRecorded))

    def refused(self, name: str, by: str) -> str | None:
        try:
            self.decided(name, by)
        except Refusal as refusal:
            return refusal.code
        return None

    def _add(self, events: list[Event], by: str) -> None:
        for event in events:
            if event.STREAM == "list":
                self.acts.append(Act(event, by))
            elif event.STREAM == "batch":
                self.batch.append(Act(event, by))
            elif event.STREAM == "application":
                self.lines.setdefault(event.subject, []).append(event)
            else:
                self.budget.append(event)


COURSES: dict[str, Callable[[], Course]] = {
    "submitted": Course,
    "verified": lambda: Course(VERIFIER),
    "approved": lambda: Course(VERIFIER, APPROVER),
    "paid": lambda: Course(VERIFIER, APPROVER, CASHIER),
    "ordered": lambda: Course(VERIFIER, APPROVER).by_bank("payment-batches"),
    "released": lambda: Course(VERIFIER, APPROVER).by_bank("payment-batches", "release"),
    "filed": lambda: Course(VERIFIER, APPROVER).by_bank("payment-batches", "release", "file"),
    "sent": lambda: Course(VERIFIER, APPROVER).by_bank("payment-batches", "release", "file", "sending"),
    "returned": lambda: Course(VERIFIER, APPROVER).by_bank("payment-batches", "release", "bank-return"),
}
EVERYBODY = (ENTERER, VERIFIER, APPROVER, CASHIER, ACCOUNTANT, OTHER, PAYEE)


@pytest.mark.parametrize("course", list(COURSES))
@pytest.mark.parametrize(
    "by", EVERYBODY, ids=["enterer", "verifier", "approver", "cashier", "accountant", "other", "payee"]
)
def test_exactly_what_the_rules_take_is_offered(course: str, by: str) -> None:
    gone = COURSES[course]()
    lines = Lines(gone.statuses, gone.booked_by, by == PAYEE)
    for role in Role:
        actor = Actor(by, frozenset({role}))
        mine = [name for name, needed in ROLE_OF.items() if needed is role]
        offered = offer(gone.relief_list, lines, actor)
        assert [name for name in mine if gone.refused(name, by) is None] == list(offered.steps)
        if offered.hindrance:
            assert offered.hindrance in {gone.refused(name, by) for name in mine}
        if gone.batch:
            known = [name for name, needed in BATCH_ROLE_OF.items() if needed is role]
            batch = offer_of_batch(batch_of(gone.batch), gone.relief_list, lines, actor)
            assert [name for name in known if gone.refused(name, by) is None] == list(batch.steps)


def test_who_holds_several_roles_is_offered_the_steps_of_each() -> None:
    roles, approved = frozenset({Role.APPROVER, Role.CASHIER}), Course(VERIFIER, APPROVER)
    lines = Lines(approved.statuses)
    assert offer(approved.relief_list, lines, Actor(APPROVER, roles)).steps == ("rejection",)
    both = offer(approved.relief_list, lines, Actor(OTHER, roles)).steps
    assert set(both) == {"rejection", "cash-payment", "payment-batches"}
