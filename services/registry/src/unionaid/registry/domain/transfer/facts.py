"""A transfer: unrequested, requested, then taken up or declined. The worker's own stream tells where the worker is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.registry import TransferDeclined, TransferRequested, TransferTakenUp
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unrequested:
    """There is no such request."""


@dataclass(frozen=True, slots=True)
class Requested:
    """Waits for an officer who sees both unions."""

    terms: TransferRequested


@dataclass(frozen=True, slots=True)
class TakenUp:
    """The worker went. The end."""

    terms: TransferRequested


@dataclass(frozen=True, slots=True)
class Declined:
    """The worker stays. The end."""

    terms: TransferRequested
    reason_code: str


Transfer: TypeAlias = Unrequested | Requested | TakenUp | Declined


def evolve(transfer: Transfer, event: Event) -> Transfer:
    """Return the transfer after an event. Raises BrokenHistory."""
    match transfer, event:
        case Unrequested(), TransferRequested():
            return Requested(event)
        case Requested(terms), TransferTakenUp() if event.person_id == terms.person_id:
            return TakenUp(terms)
        case Requested(terms), TransferDeclined() if event.person_id == terms.person_id:
            return Declined(terms, event.reason_code)
        case _:
            raise BrokenHistory(transfer, event)


def transfer_of(history: Iterable[Event]) -> Transfer:
    """Return the transfer that a stream tells of. Raises BrokenHistory."""
    unrequested: Transfer = Unrequested()
    return reduce(evolve, history, unrequested)
