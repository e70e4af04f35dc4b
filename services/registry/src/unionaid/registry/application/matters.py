"""What commands about households and dossiers share: where one stands, and what is said of persons there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts.registry import StatementReference
from unionaid.eventlog import Connection, ReservationTaken
from unionaid.registry.domain.dossier.facts import Act, Dossier, Existing, Unopened, dossier_of
from unionaid.registry.domain.household.facts import Formed
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.refusals import DossierOpenAlready, HouseholdUnknown, InOtherHousehold, NotFound, Refusal
from unionaid.registry.reserving import OPEN_DOSSIER
from unionaid.registry.views import dossiers as dossier_views
from unionaid.registry.views import households as household_views
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import History
from unionaid.vault import SealedStatements, Vault

Write: TypeAlias = Callable[[Connection], Awaitable[None]]
Expect: TypeAlias = Callable[[int], None]
"""Refuses the command if the caller has read another version than this one."""


@dataclass(frozen=True, slots=True)
class At:
    """Which household or dossier a command is about, whose reach it must be in, for which business date."""

    id: UUID
    jurisdiction: Jurisdiction
    on: date
    expect: Expect


class Saying:
    """What is said of persons in one matter, sealed before a decision and stored with its events."""

    def __init__(self, vault: Vault, matter_id: UUID, topic: str, said: Mapping[UUID, Mapping[str, str]]) -> None:
        self._vault, self._matter_id, self._topic = vault, matter_id, topic
        self._said = {person_id: fields for person_id, fields in said.items() if fields}
        self._sealed: SealedStatements | None = None

    async def seal(self, conn: Connection) -> None:
        """Encrypt it: `first` of `carry_out`."""
        if self._said:
            self._sealed = await self._vault.statements.seal(conn, self._matter_id, self._topic, self._said)

    def reference(self, person_id: UUID) -> StatementReference | None:
        """Return what the event says of it; None where nothing was said, or the vault does not know the person."""
        made = self._sealed.references.get(person_id) if self._sealed else None
        return StatementReference(**made._asdict()) if made else None

    async def put(self, conn: Connection) -> None:
        """Store it: `also` of `carry_out`."""
        if self._sealed is not None and self._sealed.references:
            await self._vault.statements.put(conn, self._sealed)


async def household_within(pool: Pool, household_id: UUID, jurisdiction: Jurisdiction) -> Formed:
    """Return a household of the jurisdiction. Raises HouseholdUnknown."""
    async with pool.acquire() as conn:
        household, _ = await household_views.household(conn, household_id)
        if not isinstance(household, Formed):
            raise HouseholdUnknown
        if not jurisdiction.covers(await lineage(conn, household.union_org_id)):
            raise HouseholdUnknown
    return household


async def dossier_within(pool: Pool, dossier_id: UUID, jurisdiction: Jurisdiction) -> Existing:
    """Return a dossier of the jurisdiction. Raises NotFound."""
    async with pool.acquire() as conn:
        dossier, _ = await dossier_views.dossier(conn, dossier_id)
        if isinstance(dossier, Unopened):
            raise NotFound
        if not jurisdiction.covers(await lineage(conn, dossier.file.union_org_id)):
            raise NotFound
    return dossier


def dossier_in(history: History, stream: str) -> Dossier:
    """Return the dossier that a loaded stream tells of."""
    return dossier_of(Act(event, by) for event, by in zip(history[stream], history.actors[stream], strict=True))


def taken(refusal: ReservationTaken) -> Refusal:
    """Return what is told of something that can be had once and is had."""
    scopes: Sequence[str] = [conflict.scope for conflict in refusal.conflicts]
    return DossierOpenAlready(field="household_id") if OPEN_DOSSIER in scopes else InOtherHousehold(field="members")
