"""All commands of registry, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from unionaid.registry.application.duplicates import Duplicates
from unionaid.registry.application.identities import Identities
from unionaid.registry.application.people import People
from unionaid.registry.application.searching import Searching
from unionaid.registry.application.units import Units
from unionaid.registry.domain.pair.rules import Thresholds
from unionaid.registry.domain.person.opening import Purpose
from unionaid.registry.views.units import Pool
from unionaid.vault import Finder, Vault


@dataclass(frozen=True, slots=True)
class Commands:
    """What registry can be asked to do, by matter."""

    units: Units
    people: People
    identities: Identities
    searching: Searching
    duplicates: Duplicates

    @classmethod
    def of(
        cls,
        pool: Pool,
        vault: Vault,
        finder: Finder,
        division: str,
        *,
        purposes: Mapping[str, Purpose],
        thresholds: Sequence[Thresholds],
    ) -> Self:
        """Put the commands together over one pool and one vault."""
        duplicates = Duplicates(pool, finder, thresholds)
        return cls(
            Units(pool, division),
            People(pool, vault, duplicates),
            Identities(pool, vault, purposes),
            Searching(pool, vault, finder),
            duplicates,
        )
