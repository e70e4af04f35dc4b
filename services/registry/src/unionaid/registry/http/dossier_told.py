"""What is told of a dossier: where it stands, what is known, how it came there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from unionaid.registry.application.matters import dossier_within
from unionaid.registry.domain.dossier.assessing import HardshipPolicy, explain
from unionaid.registry.domain.dossier.facts import Act, Approved, Closed, Draft, Posted, Unopened, dossier_of, status_of
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.access import reach_of
from unionaid.registry.views import dossiers as views
from unionaid.registry.views.units import Pool
from unionaid.service.roles import Actor

_TELLS = ("reason_code", "missing_clears", "hardship_level", "former_level", "next_review_on", "objection_outcome")
"""What an act tells beside its name, who took it and when."""


async def acts_seen_by(reader: Actor, pool: Pool, dossier_id: UUID) -> list[Act]:
    """Return what happened to a dossier within reach. Raises NotFound."""
    await dossier_within(pool, dossier_id, reach_of(reader))
    async with pool.acquire() as conn:
        return await views.acts_of(conn, dossier_id)


def told_of(acts: Sequence[Act], policies: Sequence[HardshipPolicy]) -> dict[str, Any]:
    """Return what is shown of a dossier: where it stands, what is known, how it came there."""
    dossier = dossier_of(acts)
    if isinstance(dossier, Unopened):
        raise NotFound
    file, assessment = dossier.file, dossier.file.assessment
    by_version = {policy.version: policy for policy in policies}
    policy = by_version.get(assessment.policy_version) if assessment else None
    return {
        "dossier_id": file.dossier_id,
        "household_id": file.household_id,
        "holder_id": file.holder_id,
        "union_org_id": file.union_org_id,
        "status": status_of(dossier),
        "opened_on": file.opened_on,
        "clears": file.clears.model_dump(),
        "missing_clears": list(file.missing),
        "returned_for": dossier.returned_for if isinstance(dossier, Draft) else None,
        "returned_clears": list(dossier.returned_clears) if isinstance(dossier, Draft) else [],
        "assessment": assessment.model_dump() if assessment else None,
        "explanation": [line._asdict() for line in explain(policy, assessment)] if policy and assessment else [],
        "hardship_level": dossier.level if isinstance(dossier, Approved | Closed) else None,
        "found_level": dossier.found.hardship_level if isinstance(dossier, Approved) and dossier.found else None,
        "next_review_on": dossier.next_review_on if isinstance(dossier, Approved) else None,
        "notice": {
            "place": dossier.place,
            "posted_on": dossier.posted_on,
            "posted_until": dossier.posted_until,
            "working_days": dossier.working_days,
            "calendar_version": dossier.calendar_version,
        }
        if isinstance(dossier, Posted)
        else None,
        "objections": [
            {"objection_id": id, "ground": one.ground, "raised_on": one.raised_on, "outcome": one.outcome}
            for id, one in file.objections.items()
        ],
        "closed": {
            "reason_code": dossier.reason,
            "closed_on": dossier.closed_on,
            "called_back": dossier.called_back,
            "erased_on": dossier.erased_on,
        }
        if isinstance(dossier, Closed)
        else None,
        "steps": [_step(act) for act in acts],
    }


def _step(act: Act) -> dict[str, Any]:
    told = act.event.model_dump(mode="json", include=set(_TELLS), exclude_none=True)
    return {"step": type(act.event).__name__, "occurred_on": act.event.occurred_on, "by": act.by, **told}
