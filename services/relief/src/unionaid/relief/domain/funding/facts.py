"""A programme's funding: nothing, then stated; the last statement holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.relief import FundingStated
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unstated:
    """Nobody has said from which budgets: every list names its own."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What was stated last, and which version of the stream that is."""

    terms: FundingStated
    version: int


Funding: TypeAlias = Unstated | Stated

INITIAL: Funding = Unstated()


def evolve(funding: Funding, event: Event) -> Funding:
    """Return the funding after an event. Raises BrokenHistory."""
    match event:
        case FundingStated():
            return Stated(event, 1 if isinstance(funding, Unstated) else funding.version + 1)
        case _:
            raise BrokenHistory(funding, event)


def funding_of(history: Iterable[Event]) -> Funding:
    """Return the funding that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
