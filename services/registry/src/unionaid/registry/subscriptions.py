"""What registry listens to: what the other services keep of persons, and which erasures they confirm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from unionaid.eventlog import ProjectionSet, follow_set
from unionaid.service.settings import Settings


def following(settings: Settings, chosen: ProjectionSet) -> Callable[[], Awaitable[None]]:
    """Return what keeps the live build of a set up to date."""
    return follow_set(settings.database_url, settings.kafka, chosen, f"registry.{settings.division}.{chosen.name}")
