"""A union: unknown, established, moved and called otherwise as often as need be, dissolved for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import DissolutionReason, UnionLevel
from unionaid.contracts.registry import (
    UnionOrgDetailsCorrected,
    UnionOrgDissolved,
    UnionOrgEstablished,
    UnionOrgMoved,
)
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
    moved_on: date | None = None
    renamed_on: date | None = None

    @property
    def since(self) -> date:
        """The day since when it stands where it stands."""
        return self.moved_on or self.established_on

    @property
    def called_so_since(self) -> date:
        """The day since when it has its name."""
        return self.renamed_on or self.established_on


@dataclass(frozen=True, slots=True)
class Dissolved:
    """It is no more, and keeps its place in the tree: what was done in it is seen from above."""

    was: Established
    dissolved_on: date
    reason_code: DissolutionReason

    @property
    def org_id(self) -> UUID:
        """Its id, which no other union gets."""
        return self.was.org_id

    @property
    def parent_id(self) -> UUID | None:
        """The union above it."""
        return self.was.parent_id


UnionOrg: TypeAlias = Unknown | Established | Dissolved
Existing: TypeAlias = Established | Dissolved


def evolve(union: UnionOrg, event: Event) -> UnionOrg:
    """Return the union after an event. Raises BrokenHistory."""
    match union, event:
        case Unknown(), UnionOrgEstablished():
            return Established(event.org_id, event.level, event.parent_id, event.name, event.occurred_on)
        case Established(), UnionOrgMoved() if union.parent_id is not None:
            return replace(union, parent_id=event.parent_id, moved_on=event.occurred_on)
        case Established(), UnionOrgDetailsCorrected():
            return replace(union, name=event.name, renamed_on=event.since or event.occurred_on)
        case Established(), UnionOrgDissolved() if union.parent_id is not None:
            return Dissolved(union, event.occurred_on, event.reason_code)
        case _:
            raise BrokenHistory(union, event)


def union_org_of(history: Iterable[Event]) -> UnionOrg:
    """Return the union that its stream tells of. Raises BrokenHistory."""
    unknown: UnionOrg = Unknown()
    return reduce(evolve, history, unknown)
