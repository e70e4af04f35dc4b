"""All screens of registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unionaid.registry.pages.own_file import own_file_pages
from unionaid.registry.pages.workers import worker_pages

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.commands import Commands
    from unionaid.registry.figures import Figures
    from unionaid.registry.views.units import Pool
    from unionaid.service.screens import PageRouter


def pages_of(commands: Commands, pool: Pool, own_views: OwnViews, figures: Figures) -> list[PageRouter]:
    """Return the screens."""
    return [
        worker_pages(commands.people, pool, own_views, figures),
        own_file_pages(commands.identities, pool, own_views),
    ]
