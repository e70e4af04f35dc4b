"""Who may ask for what, and where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.facts import Erased, Left, Worker, union_of
from unionaid.registry.domain.refusals import NotFound, PersonIsErased
from unionaid.registry.views import people as people_views
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.roles import Actor, Role

if TYPE_CHECKING:
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]


ENTERING = (Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER)
"""Who enters workers, each for the unions of the own jurisdiction."""


MATCHING = (Role.GRASSROOTS_OFFICER, Role.DISTRICT_OFFICER, Role.CASHIER)
"""Who asks whose a number is: who enters lists, each for the own jurisdiction, and who pays."""


PAYING = (Role.CASHIER, Role.ACCOUNTANT)
"""Who asks how the accounts of payees stand: who pays, and who releases what is paid."""


SEARCHING = ENTERING
"""Who searches for people, each in the own jurisdiction."""


DECIDING = (Role.DISTRICT_OFFICER, Role.AUDITOR)
"""Who sees the pairs of persons who may be one; district officers decide."""


OVERSEEING = (Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR)
"""Who sees the pseudonymous file of any worker of the division."""


OFFICE = (*ENTERING, Role.APPROVER, Role.SIGNER, Role.CERTIFIED_SUPERVISOR, Role.CASHIER, Role.ACCOUNTANT, Role.AUDITOR)
"""Who sees unions and enterprises: everybody of the office."""


READING_DOSSIERS = (*ENTERING, Role.APPROVER, Role.AUDITOR)
"""Who sees dossiers and households: officers those of their jurisdiction, approver and auditor the division's."""


def reach_of(actor: Actor) -> Jurisdiction:
    """Return what somebody sees of dossiers and households."""
    return jurisdiction_of(actor) if actor.roles.isdisjoint(OVERSEEING) else WHOLE_DIVISION


def jurisdiction_of(actor: Actor) -> Jurisdiction:
    """Return for which unions somebody enters workers: a district officer for all of the division."""
    if Role.DISTRICT_OFFICER in actor.roles:
        return WHOLE_DIVISION
    return Jurisdiction(whole_division=False, unit=actor.unit)


async def worker_seen_by(reader: Actor, pool: Pool, person_id: UUID) -> tuple[Worker | Left, int]:
    """Return who is or was a worker, and the stream's version.

    Raises:
        NotFound: there is none, or none in the reader's jurisdiction.
        PersonIsErased: the reader may know that.
    """
    async with pool.acquire() as conn:
        worker, version = await people_views.person(conn, person_id)
        union = union_of(worker)
        if union is None:
            raise NotFound
        if reader.roles.isdisjoint(OVERSEEING):
            above = await units.lineage(conn, union)
            if not jurisdiction_of(reader).covers(above):
                raise NotFound
    if isinstance(worker, Erased):
        raise PersonIsErased
    if not isinstance(worker, Worker | Left):
        raise NotFound
    return worker, version
