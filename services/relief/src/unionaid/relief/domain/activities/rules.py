"""What may happen to a training session and its trainees: known persons, once each, one stage after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import SkillsSessionHeld, TraineeCompleted, TraineeEnrolled, TraineePlaced
from unionaid.relief.domain.activities.facts import Held, Session, Trainee, Unheld
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.programme.course import refuse_closed_programme
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    DaysReversed,
    Fault,
    LineFault,
    LinesRefused,
    NotATrainingProgramme,
    NotFound,
    OutsideWindow,
    ReferenceUnknown,
    SessionFull,
)

_TOO_EARLY: Mapping[str, LineFault] = {
    "completed": LineFault.NOT_ENROLLED,
    "placed": LineFault.NOT_COMPLETED,
}


@dataclass(frozen=True, slots=True)
class HoldSession:
    """Tell of a session from its first day to its last."""

    session_id: UUID
    union_org_id: UUID
    name: str
    last_on: date
    hours: int
    places: int
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Known:
    """What registry has told of those named: whom the officer sees, who is helped no more, who stands for whom."""

    seen: frozenset[UUID]
    barred: Mapping[UUID, LineFault] = field(default_factory=dict)
    merged: frozenset[UUID] = frozenset()
    aliases: Mapping[UUID, UUID] = field(default_factory=dict)
    """Who was merged into one of those named, with that one."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of several trainees: all of them, or none."""

    persons: Sequence[UUID]
    on: date
    today: date


def hold_session(session: Session, programme: programme_facts.Programme, command: HoldSession) -> list[Event]:
    """Tell of a session that has begun.

    Raises AlreadyOpened, ReferenceUnknown, ProgrammeIsClosed, NotATrainingProgramme, OutsideWindow, DaysReversed and
    the refusals of dates.
    """
    if not isinstance(session, Unheld):
        raise AlreadyOpened(field="session_id")
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_closed_programme(programme, "programme_id")
    refuse_impossible(command.on, command.today)
    terms = programme.terms
    if terms.kind != "SPRING_SKILLS":
        raise NotATrainingProgramme(field="programme_id")
    if not terms.window_from <= command.on <= terms.window_to:
        first, last = terms.window_from.isoformat(), terms.window_to.isoformat()
        raise OutsideWindow(field="occurred_on", first=first, last=last)
    if command.last_on < command.on:
        raise DaysReversed(field="last_on")
    return [
        SkillsSessionHeld(
            occurred_on=command.on,
            session_id=command.session_id,
            programme_id=terms.programme_id,
            programme_kind=terms.kind,
            programme_year=terms.year,
            union_org_id=command.union_org_id,
            name=command.name,
            last_on=command.last_on,
            hours=command.hours,
            places=command.places,
        )
    ]


def enrol(session: Session, known: Known, command: Step) -> list[Event]:
    """Enrol people. Raises NotFound, SessionFull, LinesRefused and the refusals of dates."""
    held = _held(session, command)
    enrolled = {known.aliases.get(person, person) for person in held.trainees}

    def fault(person: UUID) -> LineFault | None:
        if person not in known.seen:
            return LineFault.PERSON_UNKNOWN
        if person in known.merged:
            return LineFault.PERSON_MERGED
        return LineFault.ALREADY_ENROLLED if person in enrolled else known.barred.get(person)

    _refuse(command.persons, fault)
    if len(held.trainees) + len(command.persons) > held.terms.places:
        raise SessionFull(field="person_ids", places=held.terms.places)
    _refuse_before(command, dict.fromkeys(command.persons, held.terms.occurred_on))
    return [TraineeEnrolled.model_validate(told) for told in _told(held, command)]


def complete(session: Session, known: Known, command: Step) -> list[Event]:
    """Record who completed. Raises NotFound, LinesRefused and the refusals of dates."""
    held = _held(session, command)
    _refuse_out_of_turn(held, known, command, "enrolled", "completed")
    return [TraineeCompleted.model_validate(told) for told in _told(held, command)]


def place(session: Session, known: Known, command: Step, employer: str) -> list[Event]:
    """Record who found work. Raises NotFound, LinesRefused and the refusals of dates."""
    held = _held(session, command)
    _refuse_out_of_turn(held, known, command, "completed", "placed")
    return [TraineePlaced.model_validate({**told, "employer": employer}) for told in _told(held, command)]


def _held(session: Session, command: Step) -> Held:
    if not isinstance(session, Held):
        raise NotFound
    refuse_impossible(command.on, command.today)
    return session


def _refuse_out_of_turn(held: Held, known: Known, command: Step, before: str, after: str) -> None:
    """Refuse who is not where the step begins, and a day before that."""

    def fault(person: UUID) -> LineFault | None:
        trainee = held.trainees.get(person)
        if trainee is None:
            return LineFault.NOT_ENROLLED
        if trainee.stage == before:
            return known.barred.get(person)
        return _TOO_EARLY[after] if trainee.stage == "enrolled" else LineFault.STEP_TAKEN

    _refuse(command.persons, fault)
    since: dict[UUID, date] = {person: held.trainees.get(person, _NOBODY).since for person in command.persons}
    _refuse_before(command, since)


_NOBODY = Trainee("enrolled", date.min)


def _refuse(persons: Sequence[UUID], fault_of: Callable[[UUID], LineFault | None]) -> None:
    faults = list(_faults(persons, fault_of))
    if faults:
        raise LinesRefused(faults)


def _faults(persons: Sequence[UUID], fault_of: Callable[[UUID], LineFault | None]) -> Iterator[Fault]:
    first: dict[UUID, int] = {}
    for n, person in enumerate(persons, start=1):
        earlier = first.setdefault(person, n)
        if earlier != n:
            yield LineFault.PERSON_TWICE.at(n, f"person_ids.{n - 1}", earlier=earlier)
        elif found := fault_of(person):
            yield found.at(n, f"person_ids.{n - 1}")


def _refuse_before(command: Step, since: Mapping[UUID, date]) -> None:
    faults = [
        LineFault.STEP_TOO_EARLY.at(n, "occurred_on", previous=since[person].isoformat())
        for n, person in enumerate(command.persons, start=1)
        if command.on < since[person]
    ]
    if faults:
        raise LinesRefused(faults)


def _told(held: Held, command: Step) -> Iterator[dict[str, Any]]:
    terms = held.terms
    for person in command.persons:
        yield {
            "occurred_on": command.on,
            "session_id": terms.session_id,
            "programme_id": terms.programme_id,
            "programme_kind": terms.programme_kind,
            "programme_year": terms.programme_year,
            "union_org_id": terms.union_org_id,
            "person_id": person,
        }
