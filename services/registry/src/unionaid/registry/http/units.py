"""Routes of unions and enterprises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import Query
from starlette.responses import Response

from unionaid.registry.application.unit_changes import Changes, UnitChanges
from unionaid.registry.application.units import Units
from unionaid.registry.bodies.units import (
    Dissolution,
    EnterpriseCorrection,
    NewEnterprise,
    NewUnionOrg,
    UnionCorrection,
    UnionMove,
)
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.enterprise.rules import RegisterEnterprise
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.domain.union_org.changing import DissolveUnionOrg, MoveUnionOrg
from unionaid.registry.domain.union_org.correcting import CorrectUnionOrg
from unionaid.registry.domain.union_org.facts import Dissolved, Existing, Unknown
from unionaid.registry.domain.union_org.rules import EstablishUnionOrg
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import OFFICE
from unionaid.registry.http.answers import PageRows, page, shown


def union_orgs(registered: Units, changes: UnitChanges, pool: Pool, own_views: OwnViews) -> Router:
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
        limit: PageRows = 100,
        dissolved: Annotated[bool, Query(description="Also those that are no more")] = False,
    ) -> Response:
        """List the unions from the district federation down, each with the workers entered in it."""
        await own_views.settled()
        found = await units.union_orgs(pool, parent_id, cursor, limit + 1, dissolved=dissolved)
        return page(found, "org_id", limit)

    @routes.get("/{org_id}")
    async def show(org_id: UUID, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Show a union."""
        async with pool.acquire() as conn:
            union, version = await units.union_org(conn, org_id)
        if isinstance(union, Unknown):
            raise NotFound
        return shown(told_union(union), version)

    @routes.post("/{org_id}/move")
    async def move(
        org_id: UUID, body: UnionMove, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Let a union stand under another of the level above, with all that is in it and under it."""
        return await command.run(moving(changes, org_id, body, command))

    @routes.post("/{org_id}/corrections")
    async def correct(
        org_id: UUID, body: UnionCorrection, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Call a union otherwise; what it was called before stays in its history."""
        return await command.run(renaming(changes, org_id, body, command))

    @routes.post("/{org_id}/dissolution")
    async def dissolve(
        org_id: UUID, body: Dissolution, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Dissolve a union in which nothing remains; it keeps its place, for what was done in it."""
        return await command.run(dissolving(changes, org_id, body, command))

    return routes


def told_union(union: Existing) -> dict[str, Any]:
    """Return what is told of a union."""
    known = union.was if isinstance(union, Dissolved) else union
    return {
        **asdict(known),
        "dissolved_on": union.dissolved_on if isinstance(union, Dissolved) else None,
        "dissolved_for": union.reason_code if isinstance(union, Dissolved) else None,
    }


def enterprises(registered: Units, changes: UnitChanges, pool: Pool, own_views: OwnViews) -> Router:
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
        limit: PageRows = 100,
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

    @routes.post("/{enterprise_id}/corrections")
    async def correct(
        enterprise_id: UUID,
        body: EnterpriseCorrection,
        command: Annotated[Command, commands(Role.DISTRICT_OFFICER)],
    ) -> Response:
        """Correct what is known of an enterprise; what was known before stays in its history."""
        return await command.run(correcting(changes, enterprise_id, body, command))

    return routes


def moving(changes: UnitChanges, org_id: UUID, body: UnionMove, command: Command) -> Act:
    """Return what moves a union: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        asked = MoveUnionOrg(org_id, body.parent_id, body.occurred_on, issued.business_date)
        return await changes.move_union_org(issued, asked, command.expect)

    return act


def judging_move(changes: UnitChanges, org_id: UUID, body: UnionMove, command: Command) -> Act:
    """Return what refuses what a move would be refused for: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        asked = MoveUnionOrg(org_id, body.parent_id, body.occurred_on, issued.business_date)
        return await changes.judge_move(asked, command.expect)

    return act


def renaming(changes: UnitChanges, org_id: UUID, body: UnionCorrection, command: Command) -> Act:
    """Return what calls a union otherwise: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        asked = CorrectUnionOrg(org_id, body.name, body.reason_code, body.occurred_on, issued.business_date)
        return await changes.correct_union_org(issued, asked, command.expect)

    return act


def dissolving(changes: UnitChanges, org_id: UUID, body: Dissolution, command: Command) -> Act:
    """Return what dissolves a union: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        asked = DissolveUnionOrg(org_id, body.reason_code, body.occurred_on, issued.business_date)
        return await changes.dissolve_union_org(issued, asked, command.expect)

    return act


def correcting(changes: UnitChanges, enterprise_id: UUID, body: EnterpriseCorrection, command: Command) -> Act:
    """Return what corrects an enterprise: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        corrected = Changes(
            read_uscc(body.uscc) if body.uscc is not None else None,
            body.name,
            body.ownership,
            "union_org_id" in body.model_fields_set,
            body.union_org_id,
            body.reason_code,
            body.occurred_on,
        )
        return await changes.correct_enterprise(issued, enterprise_id, corrected, command.expect)

    return act
