"""Routes of unions and enterprises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

from fastapi import Query
from starlette.responses import Response

from unionaid.registry.application.units import Units
from unionaid.registry.bodies.units import NewEnterprise, NewUnionOrg
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.enterprise.rules import RegisterEnterprise
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.domain.union_org.facts import Established
from unionaid.registry.domain.union_org.rules import EstablishUnionOrg
from unionaid.registry.views import units
from unionaid.registry.views.units import PAGE_ROWS_MAX, Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import OFFICE
from unionaid.registry.http.answers import page, shown


def union_orgs(registered: Units, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes of unions."""
    routes = Router(prefix="/union-orgs", tags=["unions"])

    @routes.post("", status_code=201)
    async def establish(body: NewUnionOrg, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]) -> Response:
        """Enter a union into the tree: district > sub_district > grassroots."""
        org_id = uuid4()

        async def act(issued: Issued) -> Done:
            entered = EstablishUnionOrg(
                org_id, body.level, body.parent_id, body.name, body.occurred_on, issued.business_date
            )
            return await registered.establish_union_org(issued, entered)

        return await command.run(act)

    @routes.get("")
    async def list_all(
        _: Annotated[Actor, require(*OFFICE)],
        parent_id: UUID | None = None,
        cursor: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)] = 100,
    ) -> Response:
        """List the unions from the district federation down, each with the workers entered in it."""
        await own_views.settled()
        return page(await units.union_orgs(pool, parent_id, cursor, limit + 1), "org_id", limit)

    @routes.get("/{org_id}")
    async def show(org_id: UUID, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Show a union."""
        async with pool.acquire() as conn:
            union, version = await units.union_org(conn, org_id)
        if not isinstance(union, Established):
            raise NotFound
        return shown(asdict(union), version)

    return routes


def enterprises(registered: Units, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes of enterprises."""
    routes = Router(prefix="/enterprises", tags=["enterprises"])

    @routes.post("", status_code=201)
    async def register(body: NewEnterprise, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]) -> Response:
        """Enter an enterprise by its unified social credit code."""
        enterprise_id = uuid4()

        async def act(issued: Issued) -> Done:
            entered = RegisterEnterprise(
                enterprise_id,
                read_uscc(body.uscc),
                body.name,
                body.ownership,
                body.union_org_id,
                body.occurred_on,
                issued.business_date,
            )
            return await registered.register_enterprise(issued, entered)

        return await command.run(act)

    @routes.get("")
    async def list_all(
        _: Annotated[Actor, require(*OFFICE)],
        cursor: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)] = 100,
    ) -> Response:
        """List the enterprises by name."""
        await own_views.settled()
        return page(await units.enterprises(pool, cursor, limit + 1), "enterprise_id", limit)

    @routes.get("/{enterprise_id}")
    async def show(enterprise_id: UUID, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Show an enterprise."""
        async with pool.acquire() as conn:
            enterprise, version = await units.enterprise(conn, enterprise_id)
        if not isinstance(enterprise, enterprise_facts.Registered):
            raise NotFound
        return shown(asdict(enterprise), version)

    return routes
