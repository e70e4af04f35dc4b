"""A programme: nothing, then open on fixed terms, then closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.relief import ProgrammeAmended, ProgrammeClosed, ProgrammeOpened
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class Open:
    """`terms` are what it was opened with, its name and its last day as amended since."""

    terms: ProgrammeOpened

    @property
    def period(self) -> str:
        """Within which a person receives once for the purpose: the programme's year."""
        return str(self.terms.year)


@dataclass(frozen=True, slots=True)
class Closed(Open):
    """It takes nothing new. What was asked for in it is decided and paid on the same terms, so it is `Open` to that."""


Programme: TypeAlias = Unopened | Open

INITIAL: Programme = Unopened()


def evolve(programme: Programme, event: Event) -> Programme:
    """Return the programme after an event. Raises BrokenHistory."""
    match programme, event:
        case Unopened(), ProgrammeOpened():
            return Open(event)
        case Closed(), _:
            raise BrokenHistory(programme, event)
        case Open(), ProgrammeAmended():
            amended = event.model_dump(include={"name", "window_to"}, exclude_none=True)
            return replace(programme, terms=programme.terms.model_copy(update=amended))
        case Open(), ProgrammeClosed():
            return Closed(programme.terms)
        case _:
            raise BrokenHistory(programme, event)


def programme_of(history: Iterable[Event]) -> Programme:
    """Return the programme that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
