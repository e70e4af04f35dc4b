"""For which unions somebody may act: the whole division, or the subtree of one unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """`unit` is the top of the subtree; without one, and not of the whole division, it covers nothing."""

    whole_division: bool
    unit: UUID | None = None

    def covers(self, lineage: Iterable[UUID]) -> bool:
        """Say whether a union is covered; `lineage` is its id and those of the unions above it."""
        return self.whole_division or (self.unit is not None and self.unit in lineage)


WHOLE_DIVISION = Jurisdiction(whole_division=True)
