"""Samples of the paid over HTTP: committed to, drawn, asked; whoever reads may draw again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.bodies.verifications import AnswerBody, DrawBody
from unionaid.relief.domain.verification.facts import Committed, Drawn
from unionaid.relief.http.access import MONEY_READER, step_of
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.views import verifications as verification_views
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Role
from unionaid.service.routes import Router

ByDistrict = Annotated[Command, commands(Role.DISTRICT_OFFICER)]

verifications = Router(tags=["verifications"])


@verifications.post("/programmes/{programme_id}/verifications", status_code=201)
async def commit(programme_id: UUID, body: StepBody, command: ByDistrict, desk: AtDesk) -> Response:
    """Publish the hash of a seed: what is paid of the programme from now on is drawn from."""
    verification_id = uuid4()
    return await command.run(
        lambda issued: desk.commands.verifications.commit(issued, programme_id, verification_id, step_of(issued, body))
    )


@verifications.post("/verifications/{verification_id}/draw")
async def draw(verification_id: UUID, body: DrawBody, command: ByDistrict, desk: AtDesk) -> Response:
    """Draw the sample and publish the seed, once."""
    return await command.run(
        lambda issued: desk.commands.verifications.draw(issued, verification_id, body.size, step_of(issued, body))
    )


@verifications.post("/verifications/{verification_id}/answers")
async def record_answer(verification_id: UUID, body: AnswerBody, command: ByDistrict, desk: AtDesk) -> Response:
    """Record what somebody of the sample said; not by who entered, verified or approved the list."""
    return await command.run(
        lambda issued: desk.commands.verifications.record_answer(
            issued,
            verification_id,
            body.application_id,
            outcome=body.outcome,
            received_fen=body.received_fen,
            step=step_of(issued, body),
        )
    )


@verifications.get("/programmes/{programme_id}/verifications", dependencies=[MONEY_READER])
async def list_verifications(programme_id: UUID, desk: AtDesk) -> Response:
    """List the samples of a programme, the latest first."""
    await desk.settled()
    return shown({"verifications": await verification_views.verifications(desk.pool, programme_id)})


@verifications.get("/verifications/{verification_id}", dependencies=[MONEY_READER])
async def show(verification_id: UUID, desk: AtDesk) -> Response:
    """Show a sample with all that it takes to draw it again, and what was said."""
    return shown(told_of(await desk.commands.verifications.known(verification_id)))


def told_of(known: Committed | Drawn) -> dict[str, Any]:
    """Return a sample as it is told."""
    terms = known.terms
    told: dict[str, Any] = {
        "verification_id": terms.verification_id,
        "programme_id": terms.programme_id,
        "status": "drawn" if isinstance(known, Drawn) else "committed",
        "committed_on": terms.occurred_on,
        "seed_sha256": terms.seed_sha256,
    }
    if not isinstance(known, Drawn):
        return told
    answers = known.answers
    fields = {"seed", "since_index", "upto_index", "frame_payments", "frame_sha256", "sampled_payments"}
    asked = [one for one in answers.values() if one.received_fen is not None]
    return {
        **told,
        **known.drawn.model_dump(include=fields),
        "drawn_on": known.drawn.occurred_on,
        "answered": len(answers),
        "asked_fen": sum(one.amount_fen for one in asked),
        "received_fen": sum(one.received_fen or 0 for one in asked),
        "sample": [
            {
                "application_id": one.application_id,
                "list_id": one.list_id,
                "line": one.line,
                "person_id": one.person_id,
                "amount_fen": one.amount_fen,
                "outcome": answers[id].outcome if id in answers else None,
                "received_fen": answers[id].received_fen if id in answers else None,
            }
            for id, one in known.sample.items()
        ],
    }
