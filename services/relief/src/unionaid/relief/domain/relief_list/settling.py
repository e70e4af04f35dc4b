"""How a list that the bank pays ends: every line paid, or paid and given up; and how what it cannot pay is given up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from enum import StrEnum

from unionaid.contracts import Event
from unionaid.contracts.relief import PaymentFailed, ReliefCancelled, ReliefListPaid, ReliefListSettled, ReliefPaid
from unionaid.relief.domain.refusals import (
    BookedBySame,
    EnteredBySame,
    Fault,
    IssuedBySame,
    LineFault,
    LinesRefused,
    VerifiedBySame,
)
from unionaid.relief.domain.relief_list import applications, drawing, facts
from unionaid.relief.domain.relief_list.drawing import Budgets
from unionaid.relief.domain.relief_list.guards import (
    Lines,
    Step,
    existing,
    fen_of,
    refuse_date,
    refuse_own_matter,
    status_of,
    wrong_status,
)


class CancellationReason(StrEnum):
    """Why a line that the bank could not pay is given up."""

    ACCOUNT_UNUSABLE = "account-unusable"
    MOVED_AWAY = "moved-away"
    DIED = "died"
    DECLINED = "declined"
    HELPED_ELSEWHERE = "helped-elsewhere"
    ENTERED_IN_ERROR = "entered-in-error"


def cancel(
    relief_list: facts.ReliefList,
    lines: Lines,
    budgets: Budgets,
    *,
    chosen: Sequence[int],
    reason: CancellationReason,
    booked_by: Set[str],
    step: Step,
) -> list[Event]:
    """Give up lines that the bank returned: what they had bound is free again, and so are their people.

    Who approved may; who entered or verified the list, made a batch of it, or booked (`booked_by`) that the bank did
    not pay a line of it, decides nothing.
    Raises NotFound, ListWrongStatus, EnteredBySame, VerifiedBySame, IssuedBySame, BookedBySame, OwnMatter, LinesRefused
    (with every line at fault), CommitmentMissing and the refusals of dates.
    """
    known = existing(relief_list)
    if not isinstance(known, facts.Ordered):
        raise wrong_status(known)
    if step.by == known.entered_by:
        raise EnteredBySame
    if step.by == known.verified_by:
        raise VerifiedBySame
    if step.by in known.orders.values():
        raise IssuedBySame
    if step.by in booked_by:
        raise BookedBySame
    refuse_own_matter(lines, step.by)
    faults = list(_faults(lines, chosen))
    if faults:
        raise LinesRefused(faults)
    wanted = set(chosen)
    given_up = [line for line in lines if isinstance(line, applications.Failed) and line.terms.line in wanted]
    refuse_date(step, known.last_on, *(line.on for line in given_up))
    list_id = known.terms.list_id
    by_line = [
        ReliefCancelled(
            occurred_on=step.on,
            application_id=line.terms.application_id,
            list_id=list_id,
            line=line.terms.line,
            amount_fen=line.terms.amount_fen,
            reason_code=reason.value,
        )
        for line in given_up
    ]
    return [
        *drawing.release(known.terms, given_up, budgets, step.on),
        *settled(known, lines, by_line),
        *by_line,
    ]


def settled(
    relief_list: facts.Existing, lines: Lines, events: Sequence[ReliefPaid | PaymentFailed | ReliefCancelled]
) -> list[Event]:
    """Return the end of a list if no line waits after these events of its lines; nothing while one does.

    It is dated as the last of its lines was.
    """
    after = list(lines)
    for event in events:
        after[event.line - 1] = applications.evolve(after[event.line - 1], event)
    paid = [line for line in after if isinstance(line, applications.Paid)]
    cancelled = [line for line in after if isinstance(line, applications.Cancelled)]
    if len(paid) + len(cancelled) < len(after):
        return []
    terms, on = relief_list.terms, max([*(line.on for line in paid), *(line.on for line in cancelled)])
    if not cancelled:
        return [
            ReliefListPaid(
                occurred_on=on,
                list_id=terms.list_id,
                budget_id=terms.budget_id,
                method="bank",
                lines=terms.lines,
                amount_fen=terms.amount_fen,
            )
        ]
    return [
        ReliefListSettled(
            occurred_on=on,
            list_id=terms.list_id,
            paid_lines=len(paid),
            paid_fen=fen_of(paid),
            cancelled_lines=len(cancelled),
            cancelled_fen=fen_of(cancelled),
        )
    ]


def _faults(lines: Lines, chosen: Sequence[int]) -> Iterator[Fault]:
    seen: set[int] = set()
    for place, number in enumerate(chosen):
        field = f"lines.{place}"
        if not 0 < number <= len(lines):
            yield LineFault.LINE_NOT_ON_LIST.at(number, field)
        elif number in seen:
            yield LineFault.LINE_TWICE.at(number, field)
        elif not isinstance(lines[number - 1], applications.Failed):
            yield LineFault.LINE_WRONG_STATUS.at(number, field, status=status_of(lines[number - 1]))
        seen.add(number)
