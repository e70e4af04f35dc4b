"""Routes of hardship dossiers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.application.dossiers import Dossiers, ObjectionTold
from unionaid.registry.application.matters import At, dossier_within
from unionaid.registry.application.statements import Statements
from unionaid.registry.bodies.dossiers import (
    CallingBack,
    ClearsTold,
    Closing,
    Looked,
    NewDossier,
    Objecting,
    PassingOn,
    Posting,
    Returning,
    Settling,
    StepOn,
)
from unionaid.registry.domain.dossier.assessing import HardshipPolicy, policy_on
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.views import dossiers as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from datetime import date

    from unionaid.eventlog import OwnViews
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

    Run = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import ENTERING, READING_DOSSIERS, jurisdiction_of, reach_of
from unionaid.registry.http.answers import PageRows, page, shown
from unionaid.registry.http.dossier_told import acts_seen_by, told_of

POSTING = (Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER)
"""Who puts notices up, and takes objections."""
SETTLING = (Role.DISTRICT_OFFICER, Role.APPROVER)
RETURNING = (Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.APPROVER)
CLOSING = (*ENTERING, Role.APPROVER)
Status = Literal["draft", "returned", "verified", "posted", "approved", "closed"]


def dossiers(kept: Dossiers, statements: Statements, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes of lists and of what is entered."""
    routes = Router(prefix="/dossiers", tags=["dossiers"])

    @routes.post("", status_code=201)
    async def open_dossier(body: NewDossier, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Begin a household's file, held by one worker of it."""
        return await command.run(dossier_command(kept, body, command))

    @routes.get("")
    async def list_all(
        request: Request,
        reader: Annotated[Actor, require(*READING_DOSSIERS)],
        *,
        status: Status | None = None,
        due: views.Due | None = None,
        union_org_id: UUID | None = None,
        cursor: UUID | None = None,
        limit: PageRows = 100,
    ) -> Response:
        """List the dossiers of the own jurisdiction, the next review first; `due` narrows to those to be looked at.

        `union_org_id` narrows to a union and all under it.
        """
        shell: Shell = request.app.state.shell
        today = shell.clock.business_date()
        await own_views.settled()
        rows = await views.dossiers(
            pool, unit_of(reach_of(reader)), of=union_org_id, statuses=[status] if status else None, due=due,
            today=today, due_before_days=due_days(kept.policies, today), after=cursor, limit=limit + 1,
        )  # fmt: skip
        return page(rows, "dossier_id", limit)

    @routes.get("/counts")
    async def count(request: Request, reader: Annotated[Actor, require(*READING_DOSSIERS)]) -> Response:
        """Count the dossiers of the own jurisdiction by where they stand, and those to be looked at."""
        shell: Shell = request.app.state.shell
        today = shell.clock.business_date()
        await own_views.settled()
        days = due_days(kept.policies, today)
        return shown(await views.counts(pool, unit_of(reach_of(reader)), today=today, due_before_days=days), 0)

    @routes.get("/{dossier_id}")
    async def show(dossier_id: UUID, reader: Annotated[Actor, require(*READING_DOSSIERS)]) -> Response:
        """Show a dossier without identity, with the steps it went and how its level was computed."""
        acts = await acts_seen_by(reader, pool, dossier_id)
        return shown(told_of(acts, kept.policies), len(acts))

    @routes.post("/{dossier_id}/clears")
    async def record(dossier_id: UUID, body: ClearsTold, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Record more of the five clears; what is left out stays."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.record_clears(issued, where, body.told()))

    @routes.post("/{dossier_id}/assessments")
    async def assess(dossier_id: UUID, body: Looked, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Compute the household's hardship, or set a level with a reason."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.assess(issued, where, body.shock(), body.override()))

    @routes.post("/{dossier_id}/reviews")
    async def review(dossier_id: UUID, body: Looked, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Look again how the household stands."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.review(issued, where, body.shock(), body.override()))

    @routes.post("/{dossier_id}/holder")
    async def pass_on(dossier_id: UUID, body: PassingOn, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Give the file to another member of the household."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.pass_on(issued, where, body.holder_id, body.reason_code))

    @routes.post("/{dossier_id}/call-backs")
    async def call_back(
        dossier_id: UUID, body: CallingBack, command: Annotated[Command, commands(*ENTERING)]
    ) -> Response:
        """Record a look after the closing."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.call_back(issued, where, body.call_back_outcome))

    @routes.post("/{dossier_id}/statements/open")
    async def read(
        dossier_id: UUID, command: Annotated[Command, commands(*ENTERING, Role.APPROVER, Role.AUDITOR)]
    ) -> Response:
        """Show the five clears and the shock in words. Recorded before it is told."""
        await dossier_within(pool, dossier_id, reach_of(command.actor))
        opening_id = uuid4()
        answered = await command.run(
            lambda issued: statements.open(issued, opening_id, dossier_id, ["five-clears", "assessment"])
        )
        answered.headers["Cache-Control"] = "no-store"
        return answered

    return routes


def dossier_steps(kept: Dossiers, statements: Statements, pool: Pool) -> Router:
    """Return the routes of the steps that others take."""
    routes = Router(prefix="/dossiers", tags=["dossiers"])

    @routes.post("/{dossier_id}/verification")
    async def verify(
        dossier_id: UUID, body: StepOn, command: Annotated[Command, commands(Role.SUB_DISTRICT_OFFICER)]
    ) -> Response:
        """Find the file to be so: all five clears known, hardship assessed; not by who entered it."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.verify(issued, where))

    @routes.post("/{dossier_id}/notice")
    async def post(dossier_id: UUID, body: Posting, command: Annotated[Command, commands(*POSTING)]) -> Response:
        """Post the file for the policy's working days."""
        where = at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.post(issued, where, body.notice_place))

    @routes.post("/{dossier_id}/objections", status_code=200)
    async def object_to(dossier_id: UUID, body: Objecting, command: Annotated[Command, commands(*POSTING)]) -> Response:
        """Record an objection; who objects is kept in the vault alone."""
        where = at(command, dossier_id, body.occurred_on)
        told = ObjectionTold(uuid4(), body.objection_ground, body.words, body.objector_id)
        return await command.run(lambda issued: kept.raise_objection(issued, where, told))

    @routes.post("/{dossier_id}/objections/{objection_id}/settlement")
    async def settle(
        dossier_id: UUID, objection_id: UUID, body: Settling, command: Annotated[Command, commands(*SETTLING)]
    ) -> Response:
        """Say what was found about an objection."""
        where = seen_at(command, dossier_id, body.occurred_on)
        outcome = body.objection_outcome
        return await command.run(lambda issued: kept.settle_objection(issued, where, objection_id, outcome))

    @routes.post("/{dossier_id}/objections/{objection_id}/statements/open")
    async def read_objection(
        dossier_id: UUID, objection_id: UUID, command: Annotated[Command, commands(*SETTLING)]
    ) -> Response:
        """Show an objection in words, never whose it is. Recorded before it is told."""
        found = await dossier_within(pool, dossier_id, reach_of(command.actor))
        if objection_id not in found.file.objections:
            raise NotFound
        opening_id = uuid4()
        answered = await command.run(
            lambda issued: statements.open(issued, opening_id, objection_id, ["objection"], persons=False)
        )
        answered.headers["Cache-Control"] = "no-store"
        return answered

    @routes.post("/{dossier_id}/approval")
    async def approve(dossier_id: UUID, body: StepOn, command: Annotated[Command, commands(Role.APPROVER)]) -> Response:
        """Approve the file after its notice; by nobody who entered, verified or posted it."""
        where = seen_at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.approve(issued, where))

    @routes.post("/{dossier_id}/return")
    async def return_(dossier_id: UUID, body: Returning, command: Annotated[Command, commands(*RETURNING)]) -> Response:
        """Send the file back, with the reason and which of the five clears are missing."""
        where = seen_at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.return_(issued, where, body.reason_code, body.missing_clears))

    @routes.post("/{dossier_id}/reclassification")
    async def reclassify(
        dossier_id: UUID, body: StepOn, command: Annotated[Command, commands(Role.APPROVER)]
    ) -> Response:
        """Take over the level that the last review found."""
        where = seen_at(command, dossier_id, body.occurred_on)
        return await command.run(lambda issued: kept.reclassify(issued, where))

    @routes.post("/{dossier_id}/closing")
    async def close(dossier_id: UUID, body: Closing, command: Annotated[Command, commands(*CLOSING)]) -> Response:
        """Close the file; one in force is closed by an approver."""
        where = seen_at(command, dossier_id, body.occurred_on)
        approver = Role.APPROVER in command.actor.roles
        return await command.run(lambda issued: kept.close(issued, where, body.reason_code, approver=approver))

    return routes


def dossier_command(kept: Dossiers, body: NewDossier, command: Command) -> Run:
    """Return what begins a file: for a command's `run`."""
    dossier_id = uuid4()

    async def act(issued: Issued) -> Done:
        where = at(command, dossier_id, body.occurred_on)
        return await kept.open(
            issued, where, household_id=body.household_id, holder_id=body.holder_id, clears=body.told()
        )

    return act


def at(command: Command, dossier_id: UUID, on: date) -> At:
    """Return which dossier an officer's command is about."""
    return At(dossier_id, jurisdiction_of(command.actor), on, command.expect)


def seen_at(command: Command, dossier_id: UUID, on: date) -> At:
    """Return which dossier a command is about that an approver of the division may give too."""
    return At(dossier_id, reach_of(command.actor), on, command.expect)


def unit_of(reach: Jurisdiction) -> UUID | None:
    """Return the top of the subtree that is listed, None for the division; of no unit, nothing is listed."""
    return None if reach.whole_division else reach.unit or UUID(int=0)


def due_days(policies: Sequence[HardshipPolicy], today: date) -> int:
    """Return how many days before its date a review is due."""
    return policy_on(policies, today).due_before_days
