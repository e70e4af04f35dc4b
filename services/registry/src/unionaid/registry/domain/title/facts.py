"""A worker's title: unknown, evaluated, appointed, ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import TitleAppointed, TitleEnded, TitleEvaluated
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody was evaluated."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A worker was found fit for a grade of a title."""

    title_id: UUID
    scheme_id: UUID
    enterprise_id: UUID
    person_id: UUID
    title_number: int
    grade: int
    evaluated_on: date


@dataclass(frozen=True, slots=True)
class Appointed:
    """The worker holds it, with a monthly allowance in fen, or none."""

    evaluated: Evaluated
    allowance_fen: int
    appointed_on: date


@dataclass(frozen=True, slots=True)
class Ended:
    """The worker holds it no more."""

    appointed: Appointed
    ended_on: date


Title: TypeAlias = Unknown | Evaluated | Appointed | Ended


def evolve(title: Title, event: Event) -> Title:
    """Return the title after an event. Raises BrokenHistory."""
    match title, event:
        case Unknown(), TitleEvaluated():
            return Evaluated(
                event.title_id, event.scheme_id, event.enterprise_id, event.person_id, event.title_number, event.grade,
                event.occurred_on,
            )  # fmt: skip
        case Evaluated(), TitleAppointed():
            return Appointed(title, event.allowance_fen, event.occurred_on)
        case Appointed(), TitleEnded():
            return Ended(title, event.occurred_on)
        case _:
            raise BrokenHistory(title, event)


def title_of(history: Iterable[Event]) -> Title:
    """Return the title that a stream tells of. Raises BrokenHistory."""
    unknown: Title = Unknown()
    return reduce(evolve, history, unknown)


def evaluated_of(title: Title) -> Evaluated | None:
    """Return what was evaluated; None where nothing was."""
    match title:
        case Evaluated():
            return title
        case Appointed():
            return title.evaluated
        case Ended():
            return title.appointed.evaluated
        case _:
            return None
