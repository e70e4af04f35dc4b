"""Answering whether a merge may be undone, as far as relief's payments go.

What was paid to anybody of the two since they were merged may have reached the wrong one of them. It stands against the
undoing until an officer has looked at it; what the bank has not answered for stands against it till then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from unionaid.contracts.registry import UnmergeRequested
from unionaid.contracts.relief import PaymentHoldLifted, ReliefRequested, UnmergeBlocked, UnmergeCleared
from unionaid.contracts.unmerging import STANDING_PAYMENTS_MAX, PaymentStanding, StandingPayment
from unionaid.relief.domain.unmerge.facts import Holding, Unanswered, Unmerge


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid, or ordered, for an application: on the business date `on`, written down on `recorded_on`."""

    terms: ReliefRequested
    status: PaymentStanding
    on: date
    recorded_on: date


def answer(
    unmerge: Unmerge, asked: UnmergeRequested, payments: Sequence[Payment], today: date
) -> list[UnmergeCleared | UnmergeBlocked]:
    """Answer, from all payments to the persons of the request; nothing where it was answered before."""
    if not isinstance(unmerge, Unanswered):
        return []
    about = {"occurred_on": today, "request_id": asked.request_id, "pair_id": asked.pair_id}
    standing = [payment for payment in payments if _stands(payment, asked)]
    if not standing:
        held = {"held_person_ids": asked.held_person_ids, "answer_until": asked.answer_until}
        return [UnmergeCleared.model_validate(about | held)]
    told = [_told(payment) for payment in sorted(standing, key=_place)[:STANDING_PAYMENTS_MAX]]
    return [UnmergeBlocked.model_validate(about | {"payments": tuple(told)})]


def lift(unmerge: Unmerge, today: date) -> list[PaymentHoldLifted]:
    """Let payments go on, whatever registry has decided; nothing where none are held."""
    if not isinstance(unmerge, Holding):
        return []
    held = unmerge.answer
    return [
        PaymentHoldLifted(
            occurred_on=today,
            request_id=held.request_id,
            pair_id=held.pair_id,
            held_person_ids=held.held_person_ids,
        )
    ]


def overdue(holds: Iterable[UnmergeCleared], today: date) -> int:
    """Count the holds about which registry should have decided."""
    return sum(hold.answer_until < today for hold in holds)


def _stands(payment: Payment, asked: UnmergeRequested) -> bool:
    if payment.status == "ordered":
        return True
    since = max(payment.on, payment.recorded_on) >= asked.merged_on
    return since and payment.terms.application_id not in asked.seen_payments


def _place(payment: Payment) -> tuple[date, str]:
    return payment.on, str(payment.terms.application_id)


def _told(payment: Payment) -> StandingPayment:
    terms = payment.terms
    return StandingPayment(
        application_id=terms.application_id,
        list_id=terms.list_id,
        line=terms.line,
        person_id=terms.person_id,
        amount_fen=terms.amount_fen,
        status=payment.status,
        on=payment.on,
    )
