"""Routes of pairs of persons who may be one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.registry.application.duplicates import Duplicates
from unionaid.registry.application.undoing import Undoing
from unionaid.registry.bodies.duplicates import KeepingApart, Merging, Scan
from unionaid.registry.bodies.duplicates import Undoing as UndoingBody
from unionaid.registry.domain.pair.rules import KeepApart, Merge
from unionaid.registry.domain.pair.undoing import Undo
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.access import DECIDING
from unionaid.registry.http.answers import PageRows, json_answer, page
from unionaid.registry.views import duplicates as pairs
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]

Status = Literal["found", "kept-apart", "merged", "undo-asked"]


def keeping_apart(duplicates: Duplicates, pair_id: UUID, body: KeepingApart) -> Act:
    """Return what keeps two persons apart: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        asked = KeepApart(pair_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date)
        return await duplicates.keep_apart(issued, asked)

    return act


def merging(duplicates: Duplicates, body: Merging, *, judge: bool = False) -> Act:
    """Return what merges two persons, or with `judge` only refuses what that would be refused for: for a `run`."""

    async def act(issued: Issued) -> Done:
        asked = Merge(
            body.person_id, body.survivor_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date
        )
        return await (duplicates.judge_merge(asked) if judge else duplicates.merge(issued, asked))

    return act


def asking_to_undo(undoing: Undoing, pair_id: UUID, body: UndoingBody) -> Act:
    """Return what asks to undo a merge: for a command's `run`."""
    request_id = uuid4()

    async def act(issued: Issued) -> Done:
        asked = Undo(
            pair_id, request_id, body.reason_code, body.seen_payments, issued.actor, body.occurred_on,
            issued.business_date,
        )  # fmt: skip
        return await undoing.request(issued, asked)

    return act


def pair_routes(duplicates: Duplicates, undoing: Undoing, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes."""
    routes = Router(tags=["duplicates"])

    @routes.post("/duplicates/scans")
    async def scan(body: Scan, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]) -> Response:
        """Compare the next persons who have something in common; answers where the next step begins."""

        async def act(issued: Issued) -> Done:
            return await duplicates.scan(issued, body.kind, None if body.after is None else int(body.after))

        return await command.run(act)

    @routes.get("/duplicates")
    async def list_all(
        _: Annotated[Actor, require(*DECIDING)],
        status: Status = "found",
        cursor: UUID | None = None,
        limit: PageRows = 100,
    ) -> Response:
        """List pairs, the likeliest first. Of merged ones `person_id` stands for `other_person_id`."""
        await own_views.settled()
        return page(await pairs.pairs(pool, status, cursor, limit + 1), "pair_id", limit)

    @routes.get("/duplicates/{pair_id}")
    async def show(pair_id: UUID, _: Annotated[Actor, require(*DECIDING)]) -> Response:
        """Show a pair; of an undoing who has answered what, and the payments that stood against it."""
        await own_views.settled()
        found = await pairs.pair(pool, pair_id)
        if found is None:
            raise NotFound
        told = {"service", "cleared", "occurred_on", "payments"}
        answers = [answer.model_dump(mode="json", include=told) for answer in await pairs.answers(pool, pair_id)]
        return json_answer({**found, "answers": answers})

    @routes.post("/duplicates/{pair_id}/kept-apart")
    async def keep_apart(
        pair_id: UUID, body: KeepingApart, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Decide that two persons are two; nobody is asked about them again."""
        return await command.run(keeping_apart(duplicates, pair_id, body))

    @routes.post("/duplicates/{pair_id}/undoing", status_code=202)
    async def undo(
        pair_id: UUID, body: UndoingBody, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Ask to undo a merge: relief and mutual aid hold payments to both and answer; then it is undone, or stays."""
        return await command.run(asking_to_undo(undoing, pair_id, body))

    @routes.post("/merges", status_code=201)
    async def merge(body: Merging, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]) -> Response:
        """Let one person stand for another: an alias, no history is rewritten."""
        return await command.run(merging(duplicates, body))

    return routes
