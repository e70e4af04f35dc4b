"""All screens of registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unionaid.registry.http.exports import Lists
from unionaid.registry.pages.dossier_desk import desk_pages
from unionaid.registry.pages.dossier_export import dossier_export
from unionaid.registry.pages.dossiers import dossier_pages
from unionaid.registry.pages.duplicates import duplicate_pages
from unionaid.registry.pages.enterprises import enterprise_pages
from unionaid.registry.pages.household import household_page
from unionaid.registry.pages.households import household_pages
from unionaid.registry.pages.imports import import_pages
from unionaid.registry.pages.keeping import keeping_pages
from unionaid.registry.pages.kinship import kinship_pages
from unionaid.registry.pages.naming import naming_pages
from unionaid.registry.pages.notice import notice_pages
from unionaid.registry.pages.own_file import own_file_pages
from unionaid.registry.pages.pair_list import pair_list_pages
from unionaid.registry.pages.persons import person_pages
from unionaid.registry.pages.searching import search_pages
from unionaid.registry.pages.splitting import splitting_pages
from unionaid.registry.pages.students import student_pages
from unionaid.registry.pages.titles import title_pages
from unionaid.registry.pages.transfers import provisional_pages, transfer_pages
from unionaid.registry.pages.union_tree import union_tree
from unionaid.registry.pages.unions import union_pages
from unionaid.registry.pages.worker_list import worker_list_pages
from unionaid.registry.pages.workers import worker_pages

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.commands import Commands
    from unionaid.registry.figures import Figures
    from unionaid.registry.views.units import Pool
    from unionaid.service.screens import PageRouter


def pages_of(commands: Commands, pool: Pool, own_views: OwnViews, figures: Figures) -> list[PageRouter]:
    """Return the screens."""
    lists = Lists(commands, pool, own_views)
    return [
        household_pages(commands, pool, own_views, figures),
        splitting_pages(commands, pool),
        household_page(commands, pool),
        person_pages(commands, pool, own_views, figures),
        provisional_pages(commands, pool, own_views),
        transfer_pages(commands, pool, own_views),
        keeping_pages(commands.keeping, commands.identities, pool, own_views),
        kinship_pages(commands.kinship),
        naming_pages(commands.identities),
        desk_pages(commands, pool, own_views),
        notice_pages(commands, pool),
        dossier_pages(commands, pool),
        import_pages(commands.imports, pool, own_views, figures),
        title_pages(commands.titles, pool, own_views),
        worker_pages(
            commands.people, commands.duplicates, commands.identities, pool, own_views=own_views, figures=figures
        ),
        dossier_export(lists),
        student_pages(commands, lists, pool, own_views),
        worker_list_pages(commands.identities, lists, pool, own_views),
        union_tree(lists, pool, own_views),
        union_pages(commands.unit_changes, pool, own_views),
        enterprise_pages(commands.unit_changes, lists, pool, own_views),
        search_pages(commands.searching, commands.identities, pool, own_views, figures),
        pair_list_pages(commands.duplicates, pool, own_views),
        duplicate_pages(commands.duplicates, commands.undoing, commands.identities, pool, own_views),
        own_file_pages(commands.identities, pool, own_views),
    ]
