"""What may be done about a household on its page: who joins, how a member stands, a letter of admission, who leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.households import Departure, Letter
from unionaid.registry.application.matters import At
from unionaid.registry.bodies import households as bodies
from unionaid.registry.http.households import told_of
from unionaid.registry.pages.typed import Ask

if TYPE_CHECKING:
    from unionaid.service.deciding import Done, Issued

    Run = Callable[[Commands, Issued, At, Any], Awaitable[Done]]

ON = Ask("occurred_on", "date", required=True)
WHOSE = Ask("person_id", "member", required=True)
STANDS = (
    Ask("relation", "choice", required=True, options="relation"),
    Ask("health_code", "choice", required=True, options="health_code"),
    Ask("school_stage", "choice", options="school_stage"),
    Ask("monthly_income_yuan", "yuan", required=True),
    Ask("health_note", "text"),
)


class ChangingOne(bodies.MemberChange):
    """Which member, and how that member stands now."""

    person_id: UUID


class AdmittedOne(bodies.Admitted):
    """Which member was admitted, and where to."""

    person_id: UUID


class LeavingOne(bodies.Leaving):
    """Which member goes, and why."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class HouseholdAct:
    """One act and its form; `path`, where it is sent if not to the household's page: a file may come along there."""

    asked: tuple[Ask, ...]
    body: type[BaseModel]
    run: Run
    path: str = ""
    alone: bool = True
    """Whether it is offered where one member is left."""


HOUSEHOLD_ACTS: Mapping[str, HouseholdAct] = {
    "joining": HouseholdAct(
        (Ask("who", "text", required=True), *STANDS, ON),
        bodies.Joining,
        lambda commands, issued, at, body: commands.households.join(issued, at, told_of(body.person_id, body)),
    ),
    "member": HouseholdAct(
        (WHOSE, *STANDS, ON),
        ChangingOne,
        lambda commands, issued, at, body: commands.households.change(issued, at, told_of(body.person_id, body)),
    ),
    "admission": HouseholdAct(
        (
            WHOSE,
            Ask("school_stage", "choice", required=True, options="school_stage"),
            Ask("school", "text", required=True),
            Ask("letter", "file", required=True),
            ON,
        ),
        AdmittedOne,
        lambda commands, issued, at, body: commands.households.admit(
            issued,
            at,
            Letter(
                body.person_id,
                body.school_stage,
                body.admission_letter_sha256,
                body.admission_letter_bytes,
                body.school,
            ),
        ),
        path="admissions",
    ),
    "departure": HouseholdAct(
        (
            WHOSE,
            Ask("reason_code", "choice", required=True, options="departure_reason"),
            Ask("new_holder_id", "holder"),
            ON,
        ),
        LeavingOne,
        lambda commands, issued, at, body: commands.households.leave(
            issued, at, Departure(body.person_id, body.reason_code, body.new_holder_id)
        ),
    ),
}
"""The acts, in the order in which the page offers them."""
