"""Routes of workers, one by one and as rosters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

from fastapi import Query
from starlette.responses import Response

from unionaid.registry.application.people import NewWorker, People
from unionaid.registry.application.placing import Place
from unionaid.registry.bodies.people import NewRoster, NewWorkerBody
from unionaid.registry.domain.person.facts import Left
from unionaid.registry.domain.person.identity import Identity, read_name, read_phone
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.domain.person.roster import Row
from unionaid.registry.views import workers as worker_views
from unionaid.registry.views.units import Pool
from unionaid.registry.views.workers import After, Which
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import ENTERING, OVERSEEING, jurisdiction_of, reach_of, worker_seen_by
from unionaid.registry.http.answers import PageRows, json_answer, shown

CURSOR_CHARS = 73
"""Two ids and a dot."""
UPLOADS = "/rosters"
"""The path on which bodies up to the shell's limit of uploads are taken."""


def worker_command(people: People, figures: Figures, body: NewWorkerBody, actor: Actor) -> Act:
    """Return what enters one worker: for a command's `run`."""
    person_id = uuid4()

    async def act(issued: Issued) -> Done:
        identity = Identity(
            read_name(body.name), read_resident_id(body.resident_id, body.occurred_on), read_phone(body.phone)
        )
        worker = NewWorker(person_id, identity, body.migrant)
        with figures.counting_duplicates():
            return await people.register_worker(issued, _place(body, actor), worker, body.occurred_on)

    return act


def workers(people: People, pool: Pool, own_views: OwnViews, figures: Figures) -> Router:
    """Return the routes."""
    routes = Router(tags=["workers"])

    @routes.post("/workers", status_code=201)
    async def register(body: NewWorkerBody, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter one worker. `warnings` name what was taken but deserves a look."""
        return await command.run(worker_command(people, figures, body, command.actor))

    @routes.post("/rosters", status_code=201)
    async def register_roster(body: NewRoster, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter the workers of a roster, all or none; `person_ids` go by row."""
        rows = [Row(row.name, row.resident_id, row.phone, row.migrant) for row in body.rows]
        roster_id, person_ids = uuid4(), [uuid4() for _ in rows]

        async def act(issued: Issued) -> Done:
            with figures.counting_duplicates():
                return await people.register_roster(
                    issued,
                    _place(body, command.actor),
                    roster_id=roster_id,
                    rows=rows,
                    person_ids=person_ids,
                    on=body.occurred_on,
                )

        return await command.run(act)

    @routes.get("/workers")
    async def list_all(
        reader: Annotated[Actor, require(*ENTERING, *OVERSEEING)],
        union_org_id: UUID | None = None,
        enterprise_id: UUID | None = None,
        cursor: Annotated[str | None, Query(max_length=CURSOR_CHARS)] = None,
        limit: PageRows = 100,
    ) -> Response:
        """List the workers of the own jurisdiction without identity, union by union; of a union with all under it."""
        try:
            after = After.read(cursor) if cursor is not None else None
        except ValueError:
            raise Problem.of_input("query.cursor", "invalid") from None
        await own_views.settled()
        which = Which(union_org_id, enterprise_id)
        rows = await worker_views.workers(pool, reach_of(reader), which, after, limit + 1)
        items = rows[:limit]
        last = After(items[-1]["union_org_id"], items[-1]["person_id"]) if len(rows) > limit else None
        return json_answer({"items": items, "next_cursor": str(last) if last else None})

    @routes.get("/workers/{person_id}")
    async def show(person_id: UUID, reader: Annotated[Actor, require(*ENTERING, *OVERSEEING)]) -> Response:
        """Show what is known of a worker without identity; outside the own jurisdiction there is none."""
        seen, version = await worker_seen_by(reader, pool, person_id)
        worker = seen.worker if isinstance(seen, Left) else seen
        restriction = worker.person.restriction
        return shown(
            {
                "person_id": worker.person.person_id,
                "union_org_id": worker.union_org_id,
                "enterprise_id": worker.enterprise_id,
                "migrant": worker.migrant,
                "birth_year": worker.person.birth_year,
                "sex": worker.person.sex,
                "roster_id": worker.roster_id,
                "registered_on": worker.registered_on,
                "transferred_on": worker.transferred_on,
                "left_on": seen.left_on if isinstance(seen, Left) else None,
                "restricted": restriction is not None,
                "restricted_until": restriction.until if restriction else None,
            },
            version,
        )

    return routes


def _place(body: NewWorkerBody | NewRoster, actor: Actor) -> Place:
    return Place(body.union_org_id, body.enterprise_id, jurisdiction_of(actor))
