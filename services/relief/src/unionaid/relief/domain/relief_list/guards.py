"""What every step of a list asks first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.refusals import (
    ApprovedBySame,
    BeforePreviousStep,
    EndorsedBySame,
    EnteredBySame,
    LineFault,
    LinesRefused,
    ListWrongStatus,
    NotFound,
    OwnMatter,
    SamePersonTwice,
    VerifiedBySame,
)
from unionaid.relief.domain.relief_list import applications, facts

Lines = Sequence[applications.Application]
"""The applications of a list, in the order of their lines."""
Barred = Mapping[UUID, LineFault]
"""Who is helped no more, with the reason: was erased, or asked to be."""
NOBODY: Barred = {}
L = TypeVar("L", bound=applications.Existing)


@dataclass(frozen=True, slots=True)
class Step:
    """Who takes a step (the event attribute `actor`), on which business date."""

    by: str
    on: date
    today: date


def existing(relief_list: facts.ReliefList) -> facts.Existing:
    """Return the list that is there. Raises NotFound."""
    if isinstance(relief_list, facts.Unsubmitted):
        raise NotFound
    return relief_list


def wrong_status(relief_list: facts.Existing) -> ListWrongStatus:
    """Return the refusal of a step that does not begin where the list is."""
    return ListWrongStatus(status=status_of(relief_list))


def status_of(state: object) -> str:
    """Return the name of a state, `approved`."""
    return type(state).__name__.lower()


def refuse_date(step: Step, *earlier: date) -> None:
    """Refuse a date that cannot be, or one before the latest of the steps it follows."""
    refuse_impossible(step.on, step.today)
    previous = max(earlier)
    if step.on < previous:
        raise BeforePreviousStep(field="occurred_on", previous=previous.isoformat())


def refuse_same_person(relief_list: facts.Existing, by: str) -> None:
    """Refuse who entered, verified, endorsed or approved the list: two pairs of eyes (domain, rules for all)."""
    earlier: tuple[tuple[str, type[SamePersonTwice]], ...] = (
        ("entered_by", EnteredBySame),
        ("verified_by", VerifiedBySame),
        ("approved_by", ApprovedBySame),
    )
    for step, refusal in earlier:
        if getattr(relief_list, step, None) == by:
            raise refusal
    if by in getattr(relief_list, "endorsed_by", ()):
        raise EndorsedBySame


def each(status: type[L], lines: Lines, relief_list: facts.Existing) -> list[L]:
    """Return the lines, all of which must have a status, for the list is decided as a whole.

    Raises LinesRefused.
    """
    passing: list[L] = [line for line in lines if isinstance(line, status)]
    if len(passing) < relief_list.terms.lines:
        raise LinesRefused(
            [
                LineFault.LINE_WRONG_STATUS.at(n, "lines", status=status_of(line))
                for n, line in enumerate(lines, start=1)
                if not isinstance(line, status)
            ]
        )
    return passing


def refuse_own_matter(lines: Lines, by: str) -> None:
    """Refuse who stands on the list."""
    asked = (line for line in lines if not isinstance(line, applications.Unrequested))
    if any(by == f"person-{line.terms.person_id}" for line in asked):
        raise OwnMatter


def refuse_barred(lines: Iterable[applications.Existing], barred: Barred) -> None:
    """Refuse lines whose payee is helped no more: they are held, and named. Raises LinesRefused.

    The way on is another: to reject the list, or to give a line up that the bank returned.
    """
    held = [(line.terms.line, barred[line.terms.person_id]) for line in lines if line.terms.person_id in barred]
    if held:
        raise LinesRefused([fault.at(n, f"lines.{n - 1}.person_id") for n, fault in held])


def fen_of(lines: Iterable[applications.Existing]) -> int:
    """Return what lines add up to, in fen."""
    return sum(line.terms.amount_fen for line in lines)
