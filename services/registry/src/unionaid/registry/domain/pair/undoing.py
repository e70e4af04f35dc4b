"""Undoing a merge: asked for by an officer, answered by who pays persons, then done or refused.

Nothing that was entered under either id moves: a merge is an alias, and undoing takes the alias away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import UnmergeAnswered, UnmergeRefused, UnmergeRequested, WorkerUnmerged
from unionaid.contracts.registry.duplicates import AskedService, UnmergeReason, UnmergeRefusal
from unionaid.contracts.unmerging import StandingPayment
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.pair.facts import Merged, Pair, UndoAsked, Unseen
from unionaid.registry.domain.pair.rules import Thresholds, refuse_own
from unionaid.registry.domain.refusals import (
    DateBeforeLastStep,
    LaterMergeFirst,
    NotFound,
    PairNotMerged,
    UndoUnderWay,
)

ASKED: frozenset[AskedService] = frozenset(get_args(AskedService))
"""Who pays persons: each must clear it."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Ask to undo a merge. The officer has looked at the payments (applications) in `seen_payments`."""

    pair_id: UUID
    request_id: UUID
    reason: UnmergeReason
    seen_payments: Sequence[UUID]
    by: str
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Together:
    """All who stand for one another with the two persons of a pair; `survivor_merged`: into somebody else, later."""

    persons: Collection[UUID]
    survivor_merged: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service that pays persons says to a request: cleared, or the payments that stand against it."""

    service: AskedService
    request_id: UUID
    payments: Sequence[StandingPayment]
    cleared: bool


def request(pair: Pair, together: Together, policy: Thresholds, command: Undo) -> list[Event]:
    """Ask to undo a merge: of a chain, the last one first.

    Raises NotFound, PairNotMerged, UndoUnderWay, LaterMergeFirst, OwnMatter, DateBeforeLastStep and the refusals of
    dates.
    """
    match pair:
        case Unseen():
            raise NotFound
        case UndoAsked():
            raise UndoUnderWay
        case Merged():
            pass
        case _:
            raise PairNotMerged
    if together.survivor_merged:
        raise LaterMergeFirst
    refuse_own(together.persons, command.by)
    refuse_impossible(command.on, command.today)
    if command.on < pair.last_on:
        raise DateBeforeLastStep(field="occurred_on", last=pair.last_on.isoformat())
    return [
        UnmergeRequested(
            occurred_on=command.on,
            pair_id=command.pair_id,
            request_id=command.request_id,
            person_id=pair.person_id,
            survivor_id=pair.survivor_id,
            held_person_ids=tuple(sorted(together.persons)),
            reason_code=command.reason,
            merged_on=pair.decided_on,
            seen_payments=tuple(sorted(set(command.seen_payments))),
            answer_until=command.today + timedelta(days=policy.unmerge_wait_days),
            policy_version=policy.version,
        )
    ]


def take_answer(pair: Pair, answer: Answer, today: date) -> list[Event]:
    """Undo the merge when all have cleared it, refuse when one does not; nothing where it is not asked any more."""
    if not isinstance(pair, UndoAsked) or pair.asked.request_id != answer.request_id or answer.service in pair.cleared:
        return []
    told = UnmergeAnswered(
        occurred_on=today,
        pair_id=pair.asked.pair_id,
        request_id=answer.request_id,
        service=answer.service,
        cleared=answer.cleared,
        payments=tuple(answer.payments),
    )
    if not answer.cleared:
        return [told, _refused(pair, "payments-stand", today)]
    if pair.cleared | {answer.service} < ASKED:
        return [told]
    asked = pair.asked
    undone = WorkerUnmerged(
        occurred_on=today,
        pair_id=asked.pair_id,
        request_id=asked.request_id,
        person_id=asked.person_id,
        survivor_id=asked.survivor_id,
        held_person_ids=asked.held_person_ids,
    )
    return [told, undone]


def refuse_overdue(pair: Pair, today: date) -> list[Event]:
    """Refuse an undoing for which an answer has not come in time; nothing where none is late."""
    if not isinstance(pair, UndoAsked) or today <= pair.asked.answer_until:
        return []
    return [_refused(pair, "no-answer", today)]


def _refused(pair: UndoAsked, reason: UnmergeRefusal, today: date) -> UnmergeRefused:
    asked = pair.asked
    return UnmergeRefused(
        occurred_on=today,
        pair_id=asked.pair_id,
        request_id=asked.request_id,
        person_id=asked.person_id,
        survivor_id=asked.survivor_id,
        held_person_ids=asked.held_person_ids,
        reason_code=reason,
    )
