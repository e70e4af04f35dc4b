"""The screen on which a programme is thought through: who would qualify, what it costs, and why others would not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.relief.application.previews import Thought
from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded
from unionaid.relief.domain.eligibility.refusals import RuleRefused
from unionaid.relief.domain.eligibility.terms import Explanation, condition_of
from unionaid.relief.domain.programme.rules import NO_STANDARD
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.previews import PREVIEWING, unions_of
from unionaid.relief.identities import Names
from unionaid.relief.views.eligible import Preview
from unionaid.service.access import require
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.contracts.fields import ProgrammeKind
    from unionaid.service.app import Shell

PERSONS_SHOWN = 50
"""Persons of one page."""
OWN = "own"
"""The code of the condition that is typed on the page."""
QUALIFIES = "qualifies"
"""Asks for those against whom nothing stands."""
FIELDS = ("matter", "window_from", "rule")

preview_page = PageRouter(tags=["screens"])


@dataclass
class Looked:
    """What the page found; `faults` by field, in the reader's language, "" for the whole."""

    faults: dict[str, str] = field(default_factory=dict)
    version: str = ""
    preview: Preview | None = None
    persons: Sequence[Mapping[str, Any]] = ()
    next: UUID | None = None
    unions: Mapping[UUID, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    explanation: Explanation | None = None


@preview_page.get("/pages/programmes/preview")
async def preview(request: Request, reader: Annotated[Actor, require(*PREVIEWING)], desk: AtDesk) -> Response:
    """The form, and below it what it comes to, once a matter was chosen; then persons, then one person's case."""
    shell: Shell = request.app.state.shell
    asked = request.query_params
    today = shell.clock.business_date().isoformat()
    typed = {name: asked.get(name, "").strip() for name in FIELDS}
    typed["window_from"] = typed["window_from"] or today
    looked = Looked()
    if typed["matter"]:
        try:
            await _look(request, reader, desk, typed, looked)
        except Refusal as refusal:
            looked.faults |= _told(request, refusal)
    reason = asked.get("reason", "")
    person = _id(asked.get("person", ""))
    return shell.screens.page(
        request,
        "preview.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if looked.faults else HTTPStatus.OK,
        typed=typed,
        matters=[(f"{kind}:{purpose}", kind, purpose) for kind, purpose in desk.commands.previews.purposes],
        faults=looked.faults,
        looked=looked,
        reason=reason,
        person_id=person,
        attributes=ATTRIBUTES.values(),
        coded={name: sorted(one.type.values) for name, one in ATTRIBUTES.items() if isinstance(one.type, Coded)},
        no_standard=NO_STANDARD,
        qualifies=QUALIFIES,
    )


async def _look(request: Request, reader: Actor, desk: Desk, typed: Mapping[str, str], looked: Looked) -> None:
    thought = _thought(typed)
    unions = await unions_of(reader, desk)
    previews = desk.commands.previews
    looked.version, _, looked.preview = await previews.preview(thought, unions)
    if reason := request.query_params.get("reason"):
        after = _id(request.query_params.get("cursor", ""))
        wanted = None if reason == QUALIFIES else reason
        found = await previews.persons(thought, unions, wanted, after, PERSONS_SHOWN + 1)
        looked.persons = found[:PERSONS_SHOWN]
        looked.next = found[PERSONS_SHOWN - 1]["person_id"] if len(found) > PERSONS_SHOWN else None
        at = {row["union_org_id"] for row in looked.persons if row["union_org_id"] is not None}
        looked.unions = await desk.people.names_of(at)
    shown = [row["person_id"] for row in looked.persons]
    if person := _id(request.query_params.get("person", "")):
        _, looked.explanation = await previews.explanation(thought, unions, person)
        shown = [person, *shown]
    if request.query_params.get("names") == "yes" and shown:
        looked.names = await desk.identities.names(request, reader, shown)


def _thought(typed: Mapping[str, str]) -> Thought:
    kind, _, purpose = typed["matter"].partition(":")
    own = () if not typed["rule"] else (condition_of(OWN, typed["rule"].replace("\r\n", "\n"), "rule"),)
    return Thought(cast("ProgrammeKind", kind), purpose, _day(typed["window_from"]), own)


class DayUnread(Refusal):
    """What was typed is no date."""

    code = "screen-not-a-date"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayUnread(field="window_from") from None


def _told(request: Request, refusal: Refusal) -> dict[str, str]:
    shell: Shell = request.app.state.shell
    language = language_of(request)
    if isinstance(refusal, RuleRefused):
        (fault,) = refusal.faults
        return {fault.field: shell.catalogue.text(language, fault.code, fault.params)}
    known = refusal.field if refusal.field in FIELDS else ""
    return {known: shell.catalogue.text(language, refusal.code, refusal.params)}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
