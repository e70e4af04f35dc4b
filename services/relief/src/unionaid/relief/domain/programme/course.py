"""What becomes of an open programme: its name or last day is amended, and at the end it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from unionaid.contracts import Event
from unionaid.contracts.relief import ProgrammeAmended, ProgrammeClosed
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.programme.facts import Closed, Open, Programme
from unionaid.relief.domain.refusals import NotFound, NothingAmended, ProgrammeIsClosed, WindowReversed


@dataclass(frozen=True, slots=True)
class AmendProgramme:
    """Call a programme otherwise, or let its window end on another day (included); None leaves it as it is."""

    name: str | None
    window_to: date | None
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class CloseProgramme:
    """Let a programme take nothing new."""

    on: date
    today: date


def amend_programme(programme: Programme, command: AmendProgramme) -> list[Event]:
    """Amend a programme: for lists that come in after it.

    Raises NotFound, ProgrammeIsClosed, NothingAmended, WindowReversed and the refusals of dates.
    """
    terms = opened(programme).terms
    refuse_impossible(command.on, command.today)
    name = None if command.name == terms.name else command.name
    window_to = None if command.window_to == terms.window_to else command.window_to
    if name is None and window_to is None:
        raise NothingAmended
    if window_to is not None and window_to < terms.window_from:
        raise WindowReversed(field="window_to")
    return [ProgrammeAmended(occurred_on=command.on, programme_id=terms.programme_id, name=name, window_to=window_to)]


def close_programme(programme: Programme, command: CloseProgramme) -> list[Event]:
    """Close a programme: what was asked for in it goes on, and what its budgets have free is released or carried over.

    Raises NotFound, ProgrammeIsClosed and the refusals of dates.
    """
    terms = opened(programme).terms
    refuse_impossible(command.on, command.today)
    return [ProgrammeClosed(occurred_on=command.on, programme_id=terms.programme_id)]


def opened(programme: Programme) -> Open:
    """Return the programme that takes something new. Raises NotFound, ProgrammeIsClosed."""
    if not isinstance(programme, Open):
        raise NotFound
    refuse_closed_programme(programme)
    return programme


def refuse_closed_programme(programme: Open, field: str | None = None) -> None:
    """Refuse what is new in a programme that is closed. Raises ProgrammeIsClosed."""
    if isinstance(programme, Closed):
        raise ProgrammeIsClosed(field=field)
