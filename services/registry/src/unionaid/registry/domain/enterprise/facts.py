"""An enterprise: unknown, then registered, and corrected as often as need be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import Ownership
from unionaid.contracts.registry import EnterpriseDetailsCorrected, EnterpriseRegistered
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody has entered it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """It is known by its code; it may have no union yet."""

    enterprise_id: UUID
    uscc: str
    name: str
    ownership: Ownership
    union_org_id: UUID | None
    registered_on: date
    corrected_on: date | None = None

    @property
    def since(self) -> date:
        """The day since when it is what it is."""
        return self.corrected_on or self.registered_on


Enterprise: TypeAlias = Unknown | Registered


def evolve(enterprise: Enterprise, event: Event) -> Enterprise:
    """Return the enterprise after an event. Raises BrokenHistory."""
    match enterprise, event:
        case Unknown(), EnterpriseRegistered():
            return Registered(
                event.enterprise_id,
                event.uscc,
                event.name,
                event.ownership,
                event.union_org_id,
                event.occurred_on,
            )
        case Registered(), EnterpriseDetailsCorrected():
            return replace(
                enterprise,
                uscc=event.uscc,
                name=event.name,
                ownership=event.ownership,
                union_org_id=event.union_org_id,
                corrected_on=event.since or event.occurred_on,
            )
        case _:
            raise BrokenHistory(enterprise, event)


def enterprise_of(history: Iterable[Event]) -> Enterprise:
    """Return the enterprise that its stream tells of. Raises BrokenHistory."""
    unknown: Enterprise = Unknown()
    return reduce(evolve, history, unknown)
