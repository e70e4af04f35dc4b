"""Routes of registry. Bodies are checked for their form in `bodies`; what they mean is judged by rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import msgspec
from fastapi import Query
from starlette.responses import Response

from unionaid.registry import views
from unionaid.registry.application import NewWorker, Place, Registry
from unionaid.registry.bodies import (
    Correction,
    Erasure,
    Matching,
    NewEnterprise,
    NewRoster,
    NewUnionOrg,
    NewWorkerBody,
    Opening,
    Reentry,
)
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.enterprise.rules import RegisterEnterprise
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.correcting import CorrectIdentity, ReenterIdentity
from unionaid.registry.domain.person.erasing import ErasePerson
from unionaid.registry.domain.person.facts import Erased, Worker, union_of
from unionaid.registry.domain.person.identity import Identity, read_name, read_phone
from unionaid.registry.domain.person.opening import OpenIdentity
from unionaid.registry.domain.person.resident_id import ResidentId, read_resident_id
from unionaid.registry.domain.person.roster import Row
from unionaid.registry.domain.refusals import NotFound, PersonIsErased, Refusal
from unionaid.registry.domain.union_org.facts import Established
from unionaid.registry.domain.union_org.rules import EstablishUnionOrg
from unionaid.service.access import look_up, require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]

UPLOADS = "/rosters"
"""The path on which bodies up to the shell's limit of uploads are taken."""

ENTERING = (Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER)
"""Who enters workers, each for the unions of the own jurisdiction."""
MATCHING = (Role.GRASSROOTS_OFFICER, Role.DISTRICT_OFFICER, Role.CASHIER)
"""Who asks whose a number is: who enters lists, each for the own jurisdiction, and who pays."""
OVERSEEING = (Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR)
"""Who sees the pseudonymous file of any worker of the division."""
OFFICE = (*ENTERING, Role.APPROVER, Role.SIGNER, Role.CERTIFIED_SUPERVISOR, Role.CASHIER, Role.ACCOUNTANT, Role.AUDITOR)
"""Who sees unions and enterprises: everybody of the office."""


def jurisdiction_of(actor: Actor) -> Jurisdiction:
    """Return for which unions somebody enters workers: a district officer for all of the division."""
    if Role.DISTRICT_OFFICER in actor.roles:
        return WHOLE_DIVISION
    return Jurisdiction(whole_division=False, unit=actor.unit)


async def worker_seen_by(reader: Actor, pool: views.Pool, person_id: UUID) -> tuple[Worker, int]:
    """Return a worker and the stream's version.

    Raises:
        NotFound: there is none, or none in the reader's jurisdiction.
        PersonIsErased: the reader may know that.
    """
    async with pool.acquire() as conn:
        worker, version = await views.person(conn, person_id)
        union = union_of(worker)
        if union is None:
            raise NotFound
        if reader.roles.isdisjoint(OVERSEEING):
            above = await views.lineage(conn, union)
            if not jurisdiction_of(reader).covers(above):
                raise NotFound
    if isinstance(worker, Erased):
        raise PersonIsErased
    if not isinstance(worker, Worker):
        raise NotFound
    return worker, version


def worker_command(registry: Registry, figures: Figures, body: NewWorkerBody, actor: Actor) -> Act:
    """Return what enters one worker: for a command's `run`."""
    person_id = uuid4()

    async def act(issued: Issued) -> Done:
        identity = Identity(
            read_name(body.name), read_resident_id(body.resident_id, body.occurred_on), read_phone(body.phone)
        )
        worker = NewWorker(person_id, identity, body.migrant)
        with figures.counting_duplicates():
            return await registry.register_worker(issued, _place(body, actor), worker, body.occurred_on)

    return act


def routers(registry: Registry, pool: views.Pool, own_views: OwnViews, figures: Figures) -> list[Router]:
    """Return the routes."""
    return [
        _union_orgs(registry, pool, own_views),
        _enterprises(registry, pool, own_views),
        _workers(registry, pool, figures),
        _persons(registry, figures),
        _matches(registry, figures, own_views),
        _identities(registry),
    ]


def _union_orgs(registry: Registry, pool: views.Pool, own_views: OwnViews) -> Router:
    routes = Router(prefix="/union-orgs", tags=["unions"])

    @routes.post("", status_code=201)
    async def establish(body: NewUnionOrg, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]) -> Response:
        """Enter a union into the tree: district > sub_district > grassroots."""
        org_id = uuid4()

        async def act(issued: Issued) -> Done:
            entered = EstablishUnionOrg(
                org_id, body.level, body.parent_id, body.name, body.occurred_on, issued.business_date
            )
            return await registry.establish_union_org(issued, entered)

        return await command.run(act)

    @routes.get("")
    async def list_all(
        _: Annotated[Actor, require(*OFFICE)],
        parent_id: UUID | None = None,
        cursor: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=views.PAGE_ROWS_MAX)] = 100,
    ) -> Response:
        """List the unions from the district federation down, each with the workers entered in it."""
        await own_views.settled()
        return _page(await views.union_orgs(pool, parent_id, cursor, limit + 1), "org_id", limit)

    @routes.get("/{org_id}")
    async def show(org_id: UUID, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Show a union."""
        async with pool.acquire() as conn:
            union, version = await views.union_org(conn, org_id)
        if not isinstance(union, Established):
            raise NotFound
        return _shown(asdict(union), version)

    return routes


def _enterprises(registry: Registry, pool: views.Pool, own_views: OwnViews) -> Router:
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
            return await registry.register_enterprise(issued, entered)

        return await command.run(act)

    @routes.get("")
    async def list_all(
        _: Annotated[Actor, require(*OFFICE)],
        cursor: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=views.PAGE_ROWS_MAX)] = 100,
    ) -> Response:
        """List the enterprises by name."""
        await own_views.settled()
        return _page(await views.enterprises(pool, cursor, limit + 1), "enterprise_id", limit)

    @routes.get("/{enterprise_id}")
    async def show(enterprise_id: UUID, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Show an enterprise."""
        async with pool.acquire() as conn:
            enterprise, version = await views.enterprise(conn, enterprise_id)
        if not isinstance(enterprise, enterprise_facts.Registered):
            raise NotFound
        return _shown(asdict(enterprise), version)

    return routes


def _workers(registry: Registry, pool: views.Pool, figures: Figures) -> Router:
    routes = Router(tags=["workers"])

    @routes.post("/workers", status_code=201)
    async def register(body: NewWorkerBody, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter one worker. `warnings` name what was taken but deserves a look."""
        return await command.run(worker_command(registry, figures, body, command.actor))

    @routes.post("/rosters", status_code=201)
    async def register_roster(body: NewRoster, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter the workers of a roster, all or none; `person_ids` go by row."""
        rows = [Row(row.name, row.resident_id, row.phone, row.migrant) for row in body.rows]
        roster_id, person_ids = uuid4(), [uuid4() for _ in rows]

        async def act(issued: Issued) -> Done:
            with figures.counting_duplicates():
                return await registry.register_roster(
                    issued,
                    _place(body, command.actor),
                    roster_id=roster_id,
                    rows=rows,
                    person_ids=person_ids,
                    on=body.occurred_on,
                )

        return await command.run(act)

    @routes.get("/workers/{person_id}")
    async def show(person_id: UUID, reader: Annotated[Actor, require(*ENTERING, *OVERSEEING)]) -> Response:
        """Show what is known of a worker without identity; outside the own jurisdiction there is none."""
        worker, version = await worker_seen_by(reader, pool, person_id)
        return _shown(
            {
                "person_id": worker.person.person_id,
                "union_org_id": worker.union_org_id,
                "enterprise_id": worker.enterprise_id,
                "migrant": worker.migrant,
                "birth_year": worker.person.birth_year,
                "sex": worker.person.sex,
                "roster_id": worker.roster_id,
                "registered_on": worker.registered_on,
            },
            version,
        )

    return routes


def _persons(registry: Registry, figures: Figures) -> Router:
    routes = Router(prefix="/persons", tags=["identity"])

    @routes.post("/{person_id}/corrections")
    async def correct(person_id: UUID, body: Correction, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Correct name, ID or phone; each version stays in the vault, and the event names the fields alone."""

        async def act(issued: Issued) -> Done:
            changes, resident_id = _changes(body)
            asked = CorrectIdentity(
                person_id, resident_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date
            )
            with figures.counting_duplicates():
                return await registry.correct_identity(
                    issued, asked, changes, jurisdiction_of(command.actor), command.expect
                )

        return await command.run(act)

    @routes.post("/{person_id}/identity")
    async def reenter(
        person_id: UUID, body: Reentry, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Enter again who a person is, after a restore without the vault's rows; no other person's."""

        async def act(issued: Issued) -> Done:
            resident_id = read_resident_id(body.resident_id, body.occurred_on)
            identity = Identity(read_name(body.name), resident_id, read_phone(body.phone))
            asked = ReenterIdentity(
                person_id, resident_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date
            )
            with figures.counting_duplicates():
                return await registry.reenter_identity(issued, asked, identity, command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/erasure")
    async def erase(person_id: UUID, body: Erasure, command: Annotated[Command, commands(Role.APPROVER)]) -> Response:
        """Destroy a person's identity, for good; neither who entered or corrected the person, nor the person."""

        async def act(issued: Issued) -> Done:
            asked = ErasePerson(person_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date)
            return await registry.erase_person(issued, asked, command.expect)

        return await command.run(act)

    return routes


def _matches(registry: Registry, figures: Figures, own_views: OwnViews) -> Router:
    routes = Router(prefix="/matches", tags=["identity"])

    @routes.post("")
    async def match(body: Matching, asker: Annotated[Actor, look_up(*MATCHING)]) -> Response:
        """Tell which persons have these numbers, in their order; null and a code for one that nobody has.

        To who enters for a subtree only, nobody of another union has any.
        """
        await own_views.settled()  # erasures since a restored backup
        read = [_number(value) for value in body.values]
        jurisdiction = WHOLE_DIVISION if Role.CASHIER in asker.roles else jurisdiction_of(asker)
        found = await registry.match({number for number, _ in read if number is not None}, jurisdiction)
        figures.matched(len(body.values))
        return _json({"matches": [_matched(number, code, found) for number, code in read]})

    return routes


def _identities(registry: Registry) -> Router:
    routes = Router(prefix="/identities", tags=["identity"])

    @routes.post("/open")
    async def open_identity(body: Opening, command: Annotated[Command, commands(*OFFICE)]) -> Response:
        """Show who persons are, for a purpose that is recorded first; outside the jurisdiction there is nobody.

        A repeat with the same key tells the opening's id alone: identity is never kept with the answer.
        """
        opening_id = uuid4()

        async def act(issued: Issued) -> Done:
            asked = OpenIdentity(
                opening_id,
                body.purpose,
                frozenset(body.fields),
                list(dict.fromkeys(body.person_ids)),
                frozenset(role.value for role in command.actor.roles),
                issued.business_date,
            )
            return await registry.open_identity(issued, asked, command.actor.unit)

        response = await command.run(act)
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _changes(body: Correction) -> tuple[dict[str, str | None], ResidentId | None]:
    """Return what was given, each in its one form, and the number if it was among it."""
    changes: dict[str, str | None] = {}
    resident_id = None
    if "name" in body.model_fields_set:
        changes["name"] = read_name(body.name or "")
    if "resident_id" in body.model_fields_set:
        resident_id = read_resident_id(body.resident_id or "", body.occurred_on)
        changes["resident_id"] = resident_id.number
    if "phone" in body.model_fields_set:
        changes["phone"] = read_phone(body.phone)
    return changes, resident_id


def _number(value: str) -> tuple[str | None, str | None]:
    try:
        return read_resident_id(value, date.max).number, None
    except Refusal as refusal:
        return None, refusal.code


def _matched(number: str | None, code: str | None, found: Mapping[str, UUID]) -> dict[str, Any]:
    person_id = found.get(number) if number is not None else None
    return {"person_id": person_id, "code": None if person_id else code or "nobody-found"}


def _place(body: NewWorkerBody | NewRoster, actor: Actor) -> Place:
    return Place(body.union_org_id, body.enterprise_id, jurisdiction_of(actor))


def _page(rows: Sequence[Mapping[str, Any]], key: str, limit: int) -> Response:
    """Answer one page; `rows` holds one more than fits if there is a next."""
    items = rows[:limit]
    return _json({"items": items, "next_cursor": items[-1][key] if len(rows) > limit else None})


def _shown(body: Mapping[str, Any], version: int) -> Response:
    response = _json(body)
    response.headers["ETag"] = f'"{version}"'
    return response


def _json(body: Mapping[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
