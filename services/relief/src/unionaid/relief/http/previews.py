"""Who would qualify for a programme: over HTTP, before it is opened. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from starlette.responses import Response

from unionaid.relief.application.previews import Thought
from unionaid.relief.bodies.previews import ConditionBody, PreviewBody, PreviewPersonBody, PreviewPersonsBody
from unionaid.relief.domain.eligibility.terms import Condition, Explanation, Judged, condition_of
from unionaid.relief.domain.programme.rules import NO_STANDARD
from unionaid.relief.http.access import jurisdiction_of
from unionaid.relief.http.answers import shown, shown_page
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.service.access import look_up
from unionaid.service.after import after
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

OVER_ALL = (Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR)
PREVIEWING = (*OVER_ALL, Role.SUB_DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)
Asker = Annotated[Actor, look_up(*PREVIEWING)]

previews = Router(prefix="/programmes/previews", tags=["programmes"])


@previews.post("")
async def preview(body: PreviewBody, asker: Asker, desk: AtDesk, _: Annotated[None, after]) -> Response:
    """Say how many would qualify, for how much, and what stands against the others."""
    version, asked, found = await desk.commands.previews.preview(thought_of(body), await unions_of(asker, desk))
    return shown(
        {
            "policy_version": version,
            "conditions": [{"condition": one.code, "rule": one.text} for one in asked.terms.conditions],
            "persons": found.persons,
            "qualify": found.qualify,
            "amount_fen": found.amount_fen,
            "standards": [
                {"standard": share.code, "persons": share.persons, "amount_fen": share.amount_fen}
                for share in found.shares
            ],
            "reasons": [
                {
                    "reason": reason.code or NO_STANDARD,
                    "not_met": reason.not_met,
                    "not_known": reason.not_known,
                    "alone": reason.alone,
                }
                for reason in found.reasons
            ],
        }
    )


@previews.post("/persons")
async def persons(body: PreviewPersonsBody, asker: Asker, desk: AtDesk, _: Annotated[None, after]) -> Response:
    """List who qualifies, or whom a reason stands against; ids alone."""
    found = await desk.commands.previews.persons(
        thought_of(body), await unions_of(asker, desk), body.reason, body.cursor, body.limit + 1
    )
    return shown_page("persons", found, body.limit, "person_id")


@previews.post("/explanations")
async def explanation(body: PreviewPersonBody, asker: Asker, desk: AtDesk, _: Annotated[None, after]) -> Response:
    """Explain one person's case, line by line."""
    version, found = await desk.commands.previews.explanation(
        thought_of(body), await unions_of(asker, desk), body.person_id
    )
    return shown({"person_id": body.person_id, "policy_version": version, **told_explanation(found)})


def conditions_in(bodies: Sequence[ConditionBody]) -> tuple[Condition, ...]:
    """Return the conditions of a body. Raises RuleRefused, with the place of the rule in the body."""
    return tuple(condition_of(one.condition, one.rule, f"conditions.{n}.rule") for n, one in enumerate(bodies))


def thought_of(body: PreviewBody) -> Thought:
    """Return the programme that a body thinks of. Raises RuleRefused."""
    return Thought(body.kind, body.purpose, body.window_from, conditions_in(body.conditions))


async def unions_of(asker: Actor, desk: Desk) -> Collection[UUID] | None:
    """Return the unions whose people the asker may be told of, None for all."""
    jurisdiction = jurisdiction_of(asker, *OVER_ALL)
    return None if jurisdiction is None else await desk.people.subtree(jurisdiction)


def told_explanation(found: Explanation) -> Mapping[str, Any]:
    """Return an explanation as it is told over HTTP."""
    return {
        "qualifies": found.qualifies,
        "amount_fen": found.amount_fen,
        "standard": found.standard,
        "conditions": [{"condition": one.code, **_told(one)} for one in found.conditions],
        "standards": [{"standard": one.code, **_told(one)} for one in found.standards],
    }


def _told(one: Judged) -> Mapping[str, Any]:
    return {"rule": one.text, "met": one.met, "facts": dict(one.facts), "lacking": list(one.lacking)}
