"""Whom an officer has declared to be a relative."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import RelativeDeclared, RelativeWithdrawn
from unionaid.service.refusals import BrokenHistory


def relatives_of(history: Iterable[Event]) -> frozenset[UUID]:
    """Return the relatives that an officer's stream tells of. Raises BrokenHistory."""
    declared: frozenset[UUID] = frozenset()
    for event in history:
        match event:
            case RelativeDeclared() if event.person_id not in declared:
                declared |= {event.person_id}
            case RelativeWithdrawn() if event.person_id in declared:
                declared -= {event.person_id}
            case _:
                raise BrokenHistory(declared, event)
    return declared
