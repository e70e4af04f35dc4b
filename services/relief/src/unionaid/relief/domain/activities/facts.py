"""A training session: nothing, then held; each trainee enrolled, completed, placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import SkillsSessionHeld, TraineeCompleted, TraineeEnrolled, TraineePlaced
from unionaid.service.refusals import BrokenHistory

Stage: TypeAlias = Literal["enrolled", "completed", "placed"]


class Trainee(NamedTuple):
    """How far a trainee is, and since when."""

    stage: Stage
    since: date


@dataclass(frozen=True, slots=True)
class Unheld:
    """Nobody has told of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """`terms` are name, days and places; `trainees` by person."""

    terms: SkillsSessionHeld
    trainees: Mapping[UUID, Trainee] = field(default_factory=dict)


Session: TypeAlias = Unheld | Held

INITIAL: Session = Unheld()
_STAGES: Mapping[type[Event], tuple[Stage | None, Stage]] = {
    TraineeEnrolled: (None, "enrolled"),
    TraineeCompleted: ("enrolled", "completed"),
    TraineePlaced: ("completed", "placed"),
}
"""Which stage an event follows, and which it leads to."""


def evolve(session: Session, event: Event) -> Session:
    """Return the session after an event. Raises BrokenHistory."""
    match session, event:
        case Unheld(), SkillsSessionHeld():
            return Held(event)
        case Held(), TraineeEnrolled() | TraineeCompleted() | TraineePlaced():
            before, after = _STAGES[type(event)]
            trainee = session.trainees.get(event.person_id)
            if (trainee.stage if trainee else None) != before:
                raise BrokenHistory(session, event)
            return replace(session, trainees={**session.trainees, event.person_id: Trainee(after, event.occurred_on)})
        case _:
            raise BrokenHistory(session, event)


def session_of(history: Iterable[Event]) -> Session:
    """Return the session that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
