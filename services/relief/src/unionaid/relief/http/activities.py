"""Training sessions, job fairs and competitions over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.relief.bodies.activities import CompetitionBody, FairBody, PlacementBody, SessionBody, TraineesBody
from unionaid.relief.domain.activities.counted import HoldCompetition, HoldFair
from unionaid.relief.domain.activities.rules import HoldSession, Step
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import ListReader, jurisdiction_of
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.goods import ByIssuer, seen_by
from unionaid.relief.views import activities as views
from unionaid.service.after import after
from unionaid.service.deciding import Issued
from unionaid.service.roles import Role
from unionaid.service.routes import Router

After = Annotated[None, after]
sessions = Router(prefix="/skills-sessions", tags=["activities"])
job_fairs = Router(prefix="/job-fairs", tags=["activities"])
competitions = Router(prefix="/competitions", tags=["activities"])


@sessions.post("", status_code=201)
async def hold_session(body: SessionBody, command: ByIssuer, desk: AtDesk, _: After) -> Response:
    """Tell of a training session of a union of one's own."""
    session_id, within = uuid4(), jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    told = body.model_dump(include={"union_org_id", "name", "last_on", "hours", "places"})
    return await command.run(
        lambda issued: desk.commands.activities.hold_session(
            issued,
            body.programme_id,
            HoldSession(session_id=session_id, on=body.occurred_on, today=issued.business_date, **told),
            within,
        )
    )


@sessions.post("/{session_id}/enrolments", status_code=201)
async def enrol(session_id: UUID, body: TraineesBody, command: ByIssuer, desk: AtDesk, _: After) -> Response:
    """Enrol people: all, or none and everyone at fault named."""
    within = jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    return await command.run(
        lambda issued: desk.commands.activities.enrol(issued, session_id, step_of(body, issued), within)
    )


@sessions.post("/{session_id}/completions", status_code=201)
async def complete(session_id: UUID, body: TraineesBody, command: ByIssuer, desk: AtDesk) -> Response:
    """Record who completed."""
    within = jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    return await command.run(
        lambda issued: desk.commands.activities.complete(issued, session_id, step_of(body, issued), within)
    )


@sessions.post("/{session_id}/placements", status_code=201)
async def place(session_id: UUID, body: PlacementBody, command: ByIssuer, desk: AtDesk) -> Response:
    """Record who found work, and with whom."""
    within = jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    return await command.run(
        lambda issued: desk.commands.activities.place(issued, session_id, step_of(body, issued), body.employer, within)
    )


@sessions.get("")
async def show_sessions(reader: ListReader, desk: AtDesk) -> Response:
    """Show the sessions one may see, the latest first."""
    await desk.settled()
    return shown({"sessions": await views.sessions(desk.pool, await seen_by(reader, desk))})


@sessions.get("/{session_id}")
async def show_session(session_id: UUID, reader: ListReader, desk: AtDesk) -> Response:
    """Show a session with its trainees, by id."""
    await desk.settled()
    found, within = await views.session(desk.pool, session_id), await seen_by(reader, desk)
    if found is None or (within is not None and found["union_org_id"] not in within):
        raise NotFound
    return shown(found)


@job_fairs.post("", status_code=201)
async def hold_fair(body: FairBody, command: ByIssuer, desk: AtDesk, _: After) -> Response:
    """Tell of a job fair."""
    fair_id, within = uuid4(), jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    told = body.model_dump(exclude={"occurred_on"})
    return await command.run(
        lambda issued: desk.commands.activities.hold_fair(
            issued, HoldFair(fair_id=fair_id, on=body.occurred_on, today=issued.business_date, **told), within
        )
    )


@job_fairs.get("")
async def show_fairs(reader: ListReader, desk: AtDesk) -> Response:
    """Show the job fairs one may see, the latest first."""
    await desk.settled()
    return shown({"job_fairs": await views.fairs(desk.pool, await seen_by(reader, desk))})


@competitions.post("", status_code=201)
async def hold_competition(body: CompetitionBody, command: ByIssuer, desk: AtDesk, _: After) -> Response:
    """Tell of a competition."""
    competition_id, within = uuid4(), jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    told = body.model_dump(exclude={"occurred_on"})
    return await command.run(
        lambda issued: desk.commands.activities.hold_competition(
            issued,
            HoldCompetition(competition_id=competition_id, on=body.occurred_on, today=issued.business_date, **told),
            within,
        )
    )


@competitions.get("")
async def show_competitions(reader: ListReader, desk: AtDesk) -> Response:
    """Show the competitions one may see, the latest first."""
    await desk.settled()
    return shown({"competitions": await views.competitions(desk.pool, await seen_by(reader, desk))})


def step_of(body: TraineesBody, issued: Issued) -> Step:
    """Return the step that a body asks for."""
    return Step(body.person_ids, body.occurred_on, issued.business_date)
