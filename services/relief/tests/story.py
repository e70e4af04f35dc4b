"""A list so far, for tests that read: given these steps, when the next, then its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from unionaid.contracts import Event
from unionaid.contracts.fields import ApproverRole
from unionaid.contracts.relief import ApprovalBand, PaymentFailed, PaymentReversed, application_id, lines_hash
from unionaid.contracts.samples import BATCH, BUDGET, DISTRICT, LIST
from unionaid.relief.domain.budget.facts import Budget, budget_of
from unionaid.relief.domain.funding.facts import funding_of
from unionaid.relief.domain.payment_batch import facts as batch_facts
from unionaid.relief.domain.payment_batch import returning
from unionaid.relief.domain.payment_batch import rules as batch_rules
from unionaid.relief.domain.payment_batch.returning import Answer, FailureReason, Outcome
from unionaid.relief.domain.payment_batch.reversing import Reversal, record_reversal
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.relief_list import facts, paying, rules, settling, submitting
from unionaid.relief.domain.relief_list.applications import Application, Approved, Failed, application_of
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.submitting import Declared, Line
from unionaid.relief.examples import (
    APPROVED_ON,
    APPROVER,
    CASHIER,
    ENTERER,
    PAID_ON,
    VERIFIED_ON,
    VERIFIER,
    acts,
    budget_opened,
    cash_visit,
    known,
    person,
    programme_opened,
    step,
    submit,
)

ACCOUNTANT = f"person-{uuid5(DISTRICT, 'accountant')}"
ISSUED_ON, RELEASED_ON, RETURNED_ON, REVERSED_ON, CANCELLED_ON = (date(2017, 1, day) for day in (6, 9, 12, 14, 16))
PROGRAMME_OPEN = programme_of([programme_opened()])
LINES = [Line(person(1), 50_000), Line(person(2), 30_000)]
SUM = 80_000


class Story:
    """A list so far: given these steps, when the next, then its events."""

    def __init__(
        self,
        lines: Sequence[Line] = LINES,
        budget_fen: int = SUM,
        stated: Sequence[Event] = (),
        others: Sequence[Event] = (),
        bands: Sequence[ApprovalBand] = (),
    ) -> None:
        """With a statement of funding, `others` are budgets beside the one, and the list names none."""
        programme = programme_of([programme_opened().model_copy(update={"bands": tuple(bands)})])
        self.events: list[Event] = []
        self.acts: list[facts.Act] = []
        self.budget: list[Event] = [budget_opened(budget_fen), *others]
        self.stated = stated
        self.batches: dict[UUID, list[facts.Act]] = {}
        self.booked_by: set[str] = set()
        self.n = len(lines)
        source = funding_of(stated) if stated else self.budgets[BUDGET]
        self._happened(submitting.submit(list_of([]), programme, source, known(lines), submit(lines)), ENTERER)

    def _happened(self, events: list[Event], by: str) -> list[Event]:
        self.events += events
        self.acts += acts(events, by)
        self.budget += [e for e in events if e.STREAM == "budget"]
        self.booked_by |= {by for e in events if isinstance(e, PaymentFailed | PaymentReversed)}
        for event in events:
            if event.STREAM == "batch":
                self.batches.setdefault(UUID(event.subject.removeprefix("batch-")), []).append(facts.Act(event, by))
        return events

    @property
    def budgets(self) -> dict[UUID, Budget]:
        streams = dict.fromkeys(event.subject for event in self.budget)
        return {
            UUID(name.removeprefix("budget-")): budget_of(e for e in self.budget if e.subject == name)
            for name in streams
        }

    @property
    def relief_list(self) -> facts.ReliefList:
        return list_of(self.acts)

    @property
    def lines(self) -> list[Application]:
        streams = [f"application-{application_id(LIST, n)}" for n in range(1, self.n + 1)]
        return [application_of(e for e in self.events if e.subject == stream) for stream in streams]

    def verified(self, by: str = VERIFIER, on: date = VERIFIED_ON) -> Story:
        self._happened(rules.verify(self.relief_list, self.lines, step(by, on)), by)
        return self

    def approved(self, by: str = APPROVER, on: date = APPROVED_ON, role: ApproverRole = "approver") -> Story:
        events = rules.approve(
            self.relief_list,
            self.lines,
            PROGRAMME_OPEN,
            self.budgets,
            step(by, on),
            roles={role},
            funding=funding_of(self.stated),
        )
        self._happened(events, by)
        return self

    def rejected(self, by: str = APPROVER, on: date = APPROVED_ON) -> Story:
        reason = rules.RejectionReason.NOT_ELIGIBLE
        self._happened(rules.reject(self.relief_list, self.lines, self.budgets, reason, step(by, on)), by)
        return self

    def paid(self, by: str = CASHIER, on: date = PAID_ON, **visit: object) -> Story:
        chosen = replace(cash_visit(self.n), **visit)  # type: ignore[arg-type]
        events = paying.pay_cash(
            self.relief_list, self.lines, PROGRAMME_OPEN, self.budgets, visit=chosen, step=step(by, on)
        )
        self._happened(events, by)
        return self

    def batch(self, batch_id: UUID = BATCH) -> batch_facts.Batch:
        return batch_facts.batch_of(self.batches.get(batch_id, []))

    def declared(self) -> Declared:
        """What agrees with the lines that wait for a batch."""
        terms = [line.terms for line in self.lines if isinstance(line, Approved | Failed)]
        numbered = [(term.line, term.person_id, term.amount_fen) for term in terms]
        return Declared(len(terms), sum(term.amount_fen for term in terms), lines_hash(numbered))

    def issued(
        self, batch_id: UUID = BATCH, by: str = CASHIER, on: date = ISSUED_ON, declared: Declared | None = None
    ) -> Story:
        asked = declared or self.declared()
        self._happened(batch_rules.issue(self.relief_list, self.lines, batch_id, asked, step(by, on)), by)
        return self

    def released(self, batch_id: UUID = BATCH, by: str = ACCOUNTANT, on: date = RELEASED_ON) -> Story:
        self._happened(batch_rules.release(self.batch(batch_id), self.relief_list, self.lines, step(by, on)), by)
        return self

    def withdrawn(self, batch_id: UUID = BATCH, by: str = CASHIER, on: date = RELEASED_ON) -> Story:
        reason, batch = batch_rules.WithdrawalReason.CASH_INSTEAD, self.batch(batch_id)
        self._happened(batch_rules.withdraw(batch, self.relief_list, self.lines, reason, step(by, on)), by)
        return self

    def answered(self, *answers: Answer, batch_id: UUID = BATCH, by: str = ACCOUNTANT, on: date = RETURNED_ON) -> Story:
        events = returning.record_return(
            self.batch(batch_id),
            self.relief_list,
            self.lines,
            PROGRAMME_OPEN,
            self.budgets,
            answers=answers,
            step=step(by, on),
        )
        self._happened(events, by)
        return self

    def reversed_(
        self, *reversals: Reversal, batch_id: UUID = BATCH, by: str = ACCOUNTANT, on: date = REVERSED_ON
    ) -> Story:
        events = record_reversal(
            self.batch(batch_id),
            self.relief_list,
            self.lines,
            self.budgets,
            reversals=reversals,
            step=step(by, on),
        )
        self._happened(events, by)
        return self

    def cancelled(self, *lines: int, by: str = APPROVER, on: date = CANCELLED_ON) -> Story:
        reason = settling.CancellationReason.MOVED_AWAY
        events = settling.cancel(
            self.relief_list,
            self.lines,
            self.budgets,
            chosen=lines,
            reason=reason,
            booked_by=self.booked_by,
            step=step(by, on),
        )
        self._happened(events, by)
        return self

    def last(self, n: int) -> list[Event]:
        return self.events[-n:]


def at(line: int) -> UUID:
    return application_id(LIST, line)


def paid(line: int) -> Answer:
    return Answer(line, Outcome.PAID)


def failed(line: int, reason: FailureReason = FailureReason.ACCOUNT_CLOSED) -> Answer:
    return Answer(line, Outcome.FAILED, reason)
