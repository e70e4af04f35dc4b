"""Routes of a worker's life: provisional, corrected, transferred, gone, back again; transfers that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.registry.application.moving import Details, Moving
from unionaid.registry.application.people import NewProvisional, People
from unionaid.registry.application.placing import Place
from unionaid.registry.application.transfers import Seen, Transfers
from unionaid.registry.bodies.people import (
    Declining,
    DetailsCorrection,
    Leaving,
    ProvisionalWorker,
    Return,
    TakingUp,
    TransferBody,
    TransferRequest,
)
from unionaid.registry.domain.person.identity import read_name, read_phone
from unionaid.registry.domain.person.moving import Move
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.http.answers import PageRows, json_answer, page, shown
from unionaid.registry.views import provisional as provisional_views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from datetime import date

    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued

ByOfficer = Annotated[Command, commands(*ENTERING)]
Officer = Annotated[Actor, require(*ENTERING)]


def worker_life(moving: Moving) -> Router:
    """Return the routes of one worker."""
    routes = Router(prefix="/workers", tags=["workers"])

    @routes.post("/{person_id}/corrections")
    async def correct(person_id: UUID, body: DetailsCorrection, command: ByOfficer) -> Response:
        """Correct what was entered wrong: migrant worker or not, and the enterprise."""
        details = Details(body.migrant, "enterprise_id" in body.model_fields_set, body.enterprise_id)

        async def act(issued: Issued) -> Done:
            move = _move(person_id, issued, body.occurred_on)
            return await moving.correct_details(issued, move, details, jurisdiction_of(command.actor), command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/transfer")
    async def transfer(person_id: UUID, body: TransferBody, command: ByOfficer) -> Response:
        """Transfer a worker to another union, another enterprise, or both; who sees but one side asks for it."""

        async def act(issued: Issued) -> Done:
            move = _move(person_id, issued, body.occurred_on)
            return await moving.transfer(issued, move, _place(body, command.actor), command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/leaving")
    async def leave(person_id: UUID, body: Leaving, command: ByOfficer) -> Response:
        """End the role of a worker; the person may come back."""

        async def act(issued: Issued) -> Done:
            move = _move(person_id, issued, body.occurred_on)
            return await moving.leave(issued, move, body.reason_code, jurisdiction_of(command.actor), command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/return")
    async def come_back(person_id: UUID, body: Return, command: ByOfficer) -> Response:
        """Give the role of a worker to somebody known who has none now."""

        async def act(issued: Issued) -> Done:
            move = _move(person_id, issued, body.occurred_on)
            return await moving.come_back(issued, move, _place(body, command.actor), body.migrant, command.expect)

        return await command.run(act)

    return routes


def provisional(people: People, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes of workers without the ID at hand; the ID is given later as a correction of identity."""
    routes = Router(prefix="/provisional-workers", tags=["workers"])

    @routes.post("", status_code=201)
    async def register(body: ProvisionalWorker, command: ByOfficer) -> Response:
        """Enter a worker whose ID is not at hand."""
        person_id = uuid4()

        async def act(issued: Issued) -> Done:
            worker = NewProvisional(person_id, read_name(body.name), read_phone(body.phone), body.migrant)
            place = Place(body.union_org_id, body.enterprise_id, jurisdiction_of(command.actor))
            return await people.register_provisionally(issued, place, worker, body.occurred_on)

        return await command.run(act)

    @routes.get("")
    async def list_all(reader: Officer, cursor: UUID | None = None, limit: PageRows = 100) -> Response:
        """List the workers of the own jurisdiction whose ID is still to be given."""
        await own_views.settled()
        rows = await provisional_views.provisional(pool, jurisdiction_of(reader), cursor, limit + 1)
        return page(rows, "person_id", limit)

    return routes


def transfer_requests(transfers: Transfers, own_views: OwnViews) -> Router:
    """Return the routes of transfers that are asked for."""
    routes = Router(prefix="/transfer-requests", tags=["workers"])

    @routes.post("", status_code=201)
    async def request(body: TransferRequest, command: ByOfficer) -> Response:
        """Ask that the worker with an ID come to a union of one's own; tells neither person nor union."""
        request_id = uuid4()

        async def act(issued: Issued) -> Done:
            resident_id = read_resident_id(body.resident_id, body.occurred_on)
            place = _place(body, command.actor)
            return await transfers.request_transfer(issued, request_id, resident_id, place, body.occurred_on)

        return await command.run(act)

    @routes.get("")
    async def list_waiting(reader: Officer) -> Response:
        """List the requests that wait and that the reader may take up: who sees both unions."""
        await own_views.settled()
        return json_answer({"items": [_told(seen) for seen in await transfers.waiting(jurisdiction_of(reader))]})

    @routes.get("/{request_id}")
    async def show(request_id: UUID, reader: Officer) -> Response:
        """Show a request for a union of one's own; the person only to who sees both unions."""
        seen = await transfers.seen(request_id, jurisdiction_of(reader))
        return shown(_told(seen), seen.version)

    @routes.post("/{request_id}/taking-up")
    async def take_up(request_id: UUID, body: TakingUp, command: ByOfficer) -> Response:
        """Transfer the worker, or take back into the role who had left."""

        async def act(issued: Issued) -> Done:
            return await transfers.take_up(
                issued, request_id, body.occurred_on, jurisdiction_of(command.actor), command.expect
            )

        return await command.run(act)

    @routes.post("/{request_id}/declining")
    async def decline(request_id: UUID, body: Declining, command: ByOfficer) -> Response:
        """Decline, with the reason."""

        async def act(issued: Issued) -> Done:
            return await transfers.decline(
                issued,
                request_id,
                body.occurred_on,
                body.reason_code,
                jurisdiction=jurisdiction_of(command.actor),
                expect=command.expect,
            )

        return await command.run(act)

    return routes


def _move(person_id: UUID, issued: Issued, on: date) -> Move:
    return Move(person_id, issued.actor, on, issued.business_date)


def _place(body: TransferBody, actor: Actor) -> Place:
    return Place(body.union_org_id, body.enterprise_id, jurisdiction_of(actor))


def _told(seen: Seen) -> dict[str, Any]:
    terms = seen.terms
    told = {
        "request_id": terms.request_id,
        "status": seen.status,
        "union_org_id": terms.union_org_id,
        "enterprise_id": terms.enterprise_id,
        "requested_on": terms.occurred_on,
    }
    return told | ({"person_id": terms.person_id} if seen.both else {})
