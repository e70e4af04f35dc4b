"""A programme: nothing, then open on fixed terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.relief import ProgrammeOpened
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class Open:
    """`terms` are what it was opened with: kind, year, window, purpose, amounts, the policy applied."""

    terms: ProgrammeOpened

    @property
    def period(self) -> str:
        """Within which a person receives once for the purpose: the programme's year."""
        return str(self.terms.year)


Programme: TypeAlias = Unopened | Open

INITIAL: Programme = Unopened()


def evolve(programme: Programme, event: Event) -> Programme:
    """Return the programme after an event. Raises BrokenHistory."""
    match programme, event:
        case Unopened(), ProgrammeOpened():
            return Open(event)
        case _:
            raise BrokenHistory(programme, event)


def programme_of(history: Iterable[Event]) -> Programme:
    """Return the programme that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
