"""What may be done about a dossier on its page: by which roles, when, what is asked, how it is carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from pydantic import BaseModel

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.dossiers import ObjectionTold
from unionaid.registry.application.matters import At
from unionaid.registry.bodies import dossiers as bodies
from unionaid.registry.domain.dossier.facts import (
    CLEARS,
    Approved,
    Closed,
    Draft,
    Existing,
    Posted,
    Verified,
    is_returned,
)
from unionaid.registry.domain.household.facts import Formed
from unionaid.registry.http.access import ENTERING
from unionaid.registry.http.dossiers import CLOSING, POSTING, RETURNING, SETTLING
from unionaid.registry.pages.typed import Ask
from unionaid.service.roles import Actor, Role

if TYPE_CHECKING:
    from unionaid.service.deciding import Done, Issued

    Run = Callable[[Commands, Issued, At, Any, Actor], Awaitable[Done]]

ON = Ask("occurred_on", "date", required=True)
CLEAR_FIELDS = tuple(Ask(name, "choice", options=name) for name in CLEARS)
WORD_FIELDS = tuple(Ask(f"words_{name}", "area") for name in CLEARS)
LOOK_FIELDS = (
    Ask("shock_yuan", "yuan"),
    Ask("shock_note", "text"),
    Ask("hardship_level", "choice", options="hardship_level"),
    Ask("override_reason", "choice", options="override_reason"),
)


@dataclass(frozen=True, slots=True)
class Doing:
    """One act: its form, and the rule of the page when it is offered."""

    roles: tuple[Role, ...]
    asked: tuple[Ask, ...]
    body: type[BaseModel]
    run: Run
    offered: Callable[[Existing, Formed, str], bool]


def _apart(dossier: Existing, by: str) -> bool:
    return by not in dossier.file.entered_by


def _ready(dossier: Existing) -> bool:
    return not dossier.file.missing and dossier.file.assessment is not None


def _waiting(dossier: Existing) -> list[UUID]:
    return [id for id, one in dossier.file.objections.items() if one.outcome is None]


def _closable(dossier: Existing, by: str) -> bool:
    if isinstance(dossier, Approved):
        return by != dossier.reviewed_by and _apart(dossier, by)
    return not isinstance(dossier, Closed)


ACTS: Mapping[str, Doing] = {
    "clears": Doing(
        ENTERING,
        (*CLEAR_FIELDS, *WORD_FIELDS, ON),
        bodies.ClearsTold,
        lambda commands, issued, at, body, _: commands.dossiers.record_clears(issued, at, body.told()),
        lambda dossier, _, __: isinstance(dossier, Draft | Approved),
    ),
    "assessment": Doing(
        ENTERING,
        (*LOOK_FIELDS, ON),
        bodies.Looked,
        lambda commands, issued, at, body, _: commands.dossiers.assess(issued, at, body.shock(), body.override()),
        lambda dossier, _, __: isinstance(dossier, Draft),
    ),
    "verification": Doing(
        (Role.SUB_DISTRICT_OFFICER,),
        (ON,),
        bodies.StepOn,
        lambda commands, issued, at, _, __: commands.dossiers.verify(issued, at),
        lambda dossier, _, by: (
            isinstance(dossier, Draft) and not is_returned(dossier) and _ready(dossier) and _apart(dossier, by)
        ),
    ),
    "notice": Doing(
        POSTING,
        (Ask("notice_place", "text", required=True), ON),
        bodies.Posting,
        lambda commands, issued, at, body, _: commands.dossiers.post(issued, at, body.notice_place),
        lambda dossier, _, by: isinstance(dossier, Verified) and _apart(dossier, by),
    ),
    "objection": Doing(
        POSTING,
        (
            Ask("objection_ground", "choice", required=True, options="objection_ground"),
            Ask("words", "area", required=True),
            Ask("objector_id", "text"),
            ON,
        ),
        bodies.Objecting,
        lambda commands, issued, at, body, _: commands.dossiers.raise_objection(
            issued, at, ObjectionTold(uuid4(), body.objection_ground, body.words, body.objector_id)
        ),
        lambda dossier, _, __: isinstance(dossier, Posted),
    ),
    "settlement": Doing(
        SETTLING,
        (
            Ask("objection_id", "objection", required=True),
            Ask("objection_outcome", "choice", required=True, options="objection_outcome"),
            ON,
        ),
        bodies.SettlingOne,
        lambda commands, issued, at, body, _: commands.dossiers.settle_objection(
            issued, at, body.objection_id, body.objection_outcome
        ),
        lambda dossier, _, by: isinstance(dossier, Posted) and bool(_waiting(dossier)) and _apart(dossier, by),
    ),
    "approval": Doing(
        (Role.APPROVER,),
        (ON,),
        bodies.StepOn,
        lambda commands, issued, at, _, __: commands.dossiers.approve(issued, at),
        lambda dossier, _, by: (
            isinstance(dossier, Posted)
            and not _waiting(dossier)
            and _apart(dossier, by)
            and by not in dossier.file.passed_by
        ),
    ),
    "return": Doing(
        RETURNING,
        (
            Ask("reason_code", "choice", required=True, options="return_reason"),
            Ask("missing_clears", "ticks", options="missing_clears"),
            ON,
        ),
        bodies.Returning,
        lambda commands, issued, at, body, _: commands.dossiers.return_(
            issued, at, body.reason_code, body.missing_clears
        ),
        lambda dossier, _, by: (
            isinstance(dossier, Draft | Verified | Posted) and not is_returned(dossier) and _apart(dossier, by)
        ),
    ),
    "review": Doing(
        ENTERING,
        (*LOOK_FIELDS, ON),
        bodies.Looked,
        lambda commands, issued, at, body, _: commands.dossiers.review(issued, at, body.shock(), body.override()),
        lambda dossier, _, __: isinstance(dossier, Approved),
    ),
    "reclassification": Doing(
        (Role.APPROVER,),
        (ON,),
        bodies.StepOn,
        lambda commands, issued, at, _, __: commands.dossiers.reclassify(issued, at),
        lambda dossier, _, by: (
            isinstance(dossier, Approved) and dossier.found is not None and by != dossier.reviewed_by
        ),
    ),
    "holder": Doing(
        ENTERING,
        (
            Ask("holder_id", "holder", required=True),
            Ask("reason_code", "choice", required=True, options="holder_reason"),
            ON,
        ),
        bodies.PassingOn,
        lambda commands, issued, at, body, _: commands.dossiers.pass_on(issued, at, body.holder_id, body.reason_code),
        lambda dossier, household, _: not isinstance(dossier, Closed) and len(household.members) > 1,
    ),
    "closing": Doing(
        CLOSING,
        (Ask("reason_code", "choice", required=True, options="closing_reason"), ON),
        bodies.Closing,
        lambda commands, issued, at, body, actor: commands.dossiers.close(
            issued, at, body.reason_code, approver=Role.APPROVER in actor.roles
        ),
        lambda dossier, _, by: _closable(dossier, by),
    ),
    "call-back": Doing(
        ENTERING,
        (Ask("call_back_outcome", "choice", required=True, options="call_back_outcome"), ON),
        bodies.CallingBack,
        lambda commands, issued, at, body, _: commands.dossiers.call_back(issued, at, body.call_back_outcome),
        lambda dossier, _, __: (
            isinstance(dossier, Closed) and dossier.reason != "entered-in-error" and dossier.erased_on is None
        ),
    ),
    "erasure": Doing(
        (Role.APPROVER,),
        (ON,),
        bodies.StepOn,
        lambda commands, issued, at, _, __: commands.keeping.erase_dossier(issued, at),
        lambda dossier, _, by: isinstance(dossier, Closed) and dossier.erased_on is None and _apart(dossier, by),
    ),
}
"""The acts, in the order in which a page offers them."""


def offered(dossier: Existing, household: Formed, actor: Actor, *, ended: bool) -> list[str]:
    """Return what somebody may do now; nothing for the own household. The rules decide again.

    `ended` says whether the period has ended of one that is closed.
    """
    if actor.person_id in household.members:
        return []
    names = [
        name
        for name, doing in ACTS.items()
        if not actor.roles.isdisjoint(doing.roles) and doing.offered(dossier, household, actor.id)
    ]
    if isinstance(dossier, Approved) and Role.APPROVER not in actor.roles and "closing" in names:
        names.remove("closing")
    return names if ended else [name for name in names if name != "erasure"]
