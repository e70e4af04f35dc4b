"""All routes of registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unionaid.registry.http.accounts import account_standings, accounts
from unionaid.registry.http.dossiers import dossier_steps, dossiers
from unionaid.registry.http.duplicates import pair_routes
from unionaid.registry.http.exports import Lists, exports
from unionaid.registry.http.households import households, relatives
from unionaid.registry.http.identities import identities, matches
from unionaid.registry.http.imports import imports
from unionaid.registry.http.keeping import dossiers_kept, kept_lists, persons_kept
from unionaid.registry.http.kinship import own_relatives
from unionaid.registry.http.moving import provisional, transfer_requests, worker_life
from unionaid.registry.http.own_file import own_file
from unionaid.registry.http.persons import persons
from unionaid.registry.http.searches import searches
from unionaid.registry.http.students import students
from unionaid.registry.http.titles import title_schemes, titles
from unionaid.registry.http.units import enterprises, union_orgs
from unionaid.registry.http.workers import workers

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.commands import Commands
    from unionaid.registry.figures import Figures
    from unionaid.registry.views.units import Pool
    from unionaid.service.routes import Router


def routers(commands: Commands, pool: Pool, own_views: OwnViews, figures: Figures) -> list[Router]:
    """Return the routes."""
    return [
        union_orgs(commands.units, commands.unit_changes, pool, own_views),
        enterprises(commands.units, commands.unit_changes, pool, own_views),
        workers(commands.people, pool, own_views, figures),
        persons(commands.people, figures),
        persons_kept(commands.keeping),
        dossiers_kept(commands.keeping),
        kept_lists(pool, own_views, commands.keeping),
        worker_life(commands.moving),
        provisional(commands.people, pool, own_views),
        transfer_requests(commands.transfers, own_views),
        own_relatives(commands.kinship),
        own_file(commands.identities, pool, own_views),
        matches(commands.identities, figures, own_views),
        identities(commands.identities),
        accounts(commands.accounts),
        account_standings(commands.accounts, own_views),
        relatives(commands.households, figures),
        households(commands.households, commands.dossiers, commands.statements, pool),
        dossiers(commands.dossiers, commands.statements, pool, own_views),
        dossier_steps(commands.dossiers, commands.statements, pool),
        students(commands.students, own_views),
        imports(commands.imports, own_views, figures),
        title_schemes(commands.titles, pool, own_views),
        titles(commands.titles, pool),
        pair_routes(commands.duplicates, commands.undoing, pool, own_views),
        exports(Lists(commands, pool, own_views)),
        searches(commands.searching, figures, own_views),
    ]
