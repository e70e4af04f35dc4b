"""A union: unknown, then established."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import UnionLevel
from unionaid.contracts.registry import UnionOrgEstablished
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody has entered it."""


@dataclass(frozen=True, slots=True)
class Established:
    """It stands in the tree; the district federation alone has no parent."""

    org_id: UUID
    level: UnionLevel
    parent_id: UUID | None
    name: str
    established_on: date


UnionOrg: TypeAlias = Unknown | Established


def evolve(union: UnionOrg, event: Event) -> UnionOrg:
    """Return the union after an event. Raises BrokenHistory."""
    match union, event:
        case Unknown(), UnionOrgEstablished():
            return Established(event.org_id, event.level, event.parent_id, event.name, event.occurred_on)
        case _:
            raise BrokenHistory(union, event)


def union_org_of(history: Iterable[Event]) -> UnionOrg:
    """Return the union that its stream tells of. Raises BrokenHistory."""
    unknown: UnionOrg = Unknown()
    return reduce(evolve, history, unknown)
