"""All commands of registry, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from unionaid.registry.application.identities import Identities
from unionaid.registry.application.keeping import Keeping
from unionaid.registry.application.moving import Moving
from unionaid.registry.application.people import People
from unionaid.registry.application.transfers import Transfers
from unionaid.registry.application.units import Units
from unionaid.registry.domain.person.opening import Purpose
from unionaid.registry.domain.person.retention import RetentionPolicy
from unionaid.registry.views.elsewhere import Elsewhere
from unionaid.registry.views.units import Pool
from unionaid.vault import Vault


@dataclass(frozen=True, slots=True)
class Commands:
    """What registry can be asked to do, by matter."""

    units: Units
    people: People
    identities: Identities
    keeping: Keeping
    moving: Moving
    transfers: Transfers

    @classmethod
    def of(
        cls,
        pool: Pool,
        vault: Vault,
        division: str,
        purposes: Mapping[str, Purpose],
        *,
        elsewhere: Elsewhere,
        policies: Sequence[RetentionPolicy],
    ) -> Self:
        """Put the commands together over one pool and one vault."""
        return cls(
            Units(pool, division),
            People(pool, vault),
            Identities(pool, vault, purposes),
            Keeping(pool, elsewhere, policies),
            Moving(pool),
            Transfers(pool, vault),
        )
