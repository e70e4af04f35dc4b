"""All commands of registry, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from unionaid.contracts.fields import ImportedTable
from unionaid.registry.application.accounts import Accounts
from unionaid.registry.application.dossiers import Dossiers
from unionaid.registry.application.duplicates import Duplicates
from unionaid.registry.application.exporting import Exports
from unionaid.registry.application.households import Households
from unionaid.registry.application.identities import Identities
from unionaid.registry.application.imported_dossiers import ImportedDossiers
from unionaid.registry.application.imported_households import ImportedHouseholds
from unionaid.registry.application.imported_units import ImportedEnterprises, ImportedUnions
from unionaid.registry.application.imported_workers import ImportedWorkers
from unionaid.registry.application.importing import Imports, Matter
from unionaid.registry.application.keeping import Keeping
from unionaid.registry.application.kinship import Kinship
from unionaid.registry.application.moving import Moving
from unionaid.registry.application.people import People
from unionaid.registry.application.searching import Searching
from unionaid.registry.application.statements import Statements
from unionaid.registry.application.students import Students
from unionaid.registry.application.titles import Titles
from unionaid.registry.application.transfers import Transfers
from unionaid.registry.application.undoing import Settled, Undoing
from unionaid.registry.application.unit_changes import UnitChanges
from unionaid.registry.application.units import Units
from unionaid.registry.domain.person.opening import Purpose
from unionaid.registry.policies import Policies
from unionaid.registry.views.elsewhere import Elsewhere
from unionaid.registry.views.units import Pool
from unionaid.vault import Finder, Uploads, Vault


@dataclass(frozen=True, slots=True)
class Commands:
    """What registry can be asked to do, by matter."""

    units: Units
    people: People
    identities: Identities
    households: Households
    dossiers: Dossiers
    statements: Statements
    imports: Imports
    titles: Titles
    searching: Searching
    duplicates: Duplicates
    undoing: Undoing
    keeping: Keeping
    moving: Moving
    transfers: Transfers
    unit_changes: UnitChanges
    exports: Exports
    kinship: Kinship
    students: Students
    accounts: Accounts

    @classmethod
    def of(
        cls,
        pool: Pool,
        vault: Vault,
        uploads: Uploads,
        finder: Finder,
        *,
        division: str,
        purposes: Mapping[str, Purpose],
        elsewhere: Elsewhere,
        policies: Policies,
        settled: Settled,
    ) -> Self:
        """Put the commands together over one pool and one vault; `settled` waits for the own views."""
        duplicates = Duplicates(pool, finder, policies.duplicates, settled)
        tables: Mapping[ImportedTable, Matter] = {
            "workers": ImportedWorkers(pool, vault),
            "enterprises": ImportedEnterprises(pool),
            "unions": ImportedUnions(pool),
            "households": ImportedHouseholds(pool, vault),
            "dossiers": ImportedDossiers(pool, vault, policies.hardship),
        }
        return cls(
            units=Units(pool, division),
            people=People(pool, vault, duplicates),
            identities=Identities(pool, vault, purposes),
            households=Households(pool, vault),
            statements=Statements(pool, vault, settled),
            dossiers=Dossiers(pool, vault, policies.hardship),
            imports=Imports(pool, uploads, tables, division),
            titles=Titles(pool, division),
            searching=Searching(pool, vault, finder),
            duplicates=duplicates,
            undoing=Undoing(pool, policies.duplicates, settled),
            keeping=Keeping(pool, elsewhere, policies.retention, settled),
            moving=Moving(pool),
            transfers=Transfers(pool, vault),
            unit_changes=UnitChanges(pool),
            exports=Exports(pool, vault, purposes),
            kinship=Kinship(pool, vault),
            students=Students(pool, finder),
            accounts=Accounts(pool, vault),
        )
