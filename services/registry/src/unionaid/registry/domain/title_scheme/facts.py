"""A scheme of titles: unknown, then adopted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import TitleSchemeAdopted
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody has entered it."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """The enterprise runs it; `grades` has each title's number of grades, in the order of the scheme."""

    scheme_id: UUID
    enterprise_id: UUID
    grades: Mapping[str, int]
    adopted_on: date


TitleScheme: TypeAlias = Unknown | Adopted


def evolve(scheme: TitleScheme, event: Event) -> TitleScheme:
    """Return the scheme after an event. Raises BrokenHistory."""
    match scheme, event:
        case Unknown(), TitleSchemeAdopted():
            grades = {title.title_name: title.grades for title in event.titles}
            return Adopted(event.scheme_id, event.enterprise_id, grades, event.occurred_on)
        case _:
            raise BrokenHistory(scheme, event)


def title_scheme_of(history: Iterable[Event]) -> TitleScheme:
    """Return the scheme that its stream tells of. Raises BrokenHistory."""
    unknown: TitleScheme = Unknown()
    return reduce(evolve, history, unknown)
