"""The own file: what a worker sees of what is known about the worker, and who has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

from starlette.responses import Response

from unionaid.registry.application.identities import Identities
from unionaid.registry.domain.person.facts import Known, Left, Living, Worker, known_of
from unionaid.registry.domain.person.opening import OWN_FILE_FIELDS, OpenIdentity
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.answers import shown
from unionaid.registry.views import people as people_views
from unionaid.registry.views import units
from unionaid.registry.views.openings import looks
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued

OWN_FILE = "own-file"
"""The purpose under which somebody sees the own identity; in no list of purposes, for it opens nobody else."""


def own_file(known: Identities, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes."""
    routes = Router(prefix="/own-file", tags=["own file"])

    @routes.get("")
    async def show(reader: Annotated[Actor, require(Role.WORKER)]) -> Response:
        """Show the own file without identity, and its latest openings: when, by which role, what for, which fields."""
        await own_views.settled()
        told, version = await file_of(pool, own_id(reader))
        return shown(told, version)

    @routes.post("/opening")
    async def open_own(command: Annotated[Command, commands(Role.WORKER)]) -> Response:
        """Show the own identity; this too is recorded. A repeat with the same key tells the opening's id alone."""
        response = await command.run(opening_of(known, command.actor))
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def own_id(reader: Actor) -> UUID:
    """Return who reads. Raises NotFound for who is no person."""
    if reader.person_id is None:
        raise NotFound
    return reader.person_id


def opening_of(known: Identities, reader: Actor) -> Callable[[Issued], Awaitable[Done]]:
    """Return what opens the own identity: for a command's `run`."""
    opening_id, person_id = uuid4(), own_id(reader)

    async def act(issued: Issued) -> Done:
        roles = frozenset({Role.WORKER.value})
        asked = OpenIdentity(opening_id, OWN_FILE, OWN_FILE_FIELDS, [person_id], roles, issued.business_date)
        return await known.open_own(issued, asked)

    return act


async def file_of(pool: Pool, person_id: UUID) -> tuple[dict[str, Any], int]:
    """Return what is known of a person without identity, who has looked, and the version. Raises NotFound."""
    async with pool.acquire() as conn:
        person, version = await people_views.person(conn, person_id)
        if not isinstance(person, Known | Worker | Left):
            raise NotFound
        union_org_id = None if isinstance(person, Known) else person.union_org_id
        union = (await units.union_org(conn, union_org_id))[0] if union_org_id else None
    found = await looks(pool, person_id)
    names = await units.names_of(pool, {look.union_org_id for look in found if look.union_org_id})
    looked = [
        {
            "at": look.at, "on": look.on, "by": look.by, "roles": look.roles,
            "union": names.get(look.union_org_id) if look.union_org_id else None, "purpose": look.purpose,
            "fields": look.fields,
        }
        for look in found
    ]  # fmt: skip
    return {**_told(person), "union": getattr(union, "name", None), "looks": looked}, version


def _told(person: Living) -> dict[str, Any]:
    known = known_of(person)
    worker = person.worker if isinstance(person, Left) else person if isinstance(person, Worker) else None
    return {
        "person_id": known.person_id,
        "birth_year": known.birth_year,
        "sex": known.sex,
        "union_org_id": worker.union_org_id if worker else None,
        "enterprise_id": worker.enterprise_id if worker else None,
        "migrant": worker.migrant if worker else None,
        "registered_on": worker.registered_on if worker else None,
        "left_on": person.left_on if isinstance(person, Left) else None,
        "restricted": known.restriction is not None,
        "restricted_until": known.restriction.until if known.restriction else None,
    }
