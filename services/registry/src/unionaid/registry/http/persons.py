"""Routes of a person's identity: corrected, entered again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.responses import Response

from unionaid.contracts.fields import CorrectionReason
from unionaid.registry.application.people import People
from unionaid.registry.bodies.people import Correction, Reentry
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.correcting import CorrectIdentity, ReenterIdentity
from unionaid.registry.domain.person.identity import Identity, read_name, read_phone
from unionaid.registry.domain.person.resident_id import ResidentId, read_resident_id
from unionaid.registry.identities import Expect
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.registry.figures import Figures
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import ENTERING, jurisdiction_of


def persons(people: People, figures: Figures) -> Router:
    """Return the routes."""
    routes = Router(prefix="/persons", tags=["identity"])

    @routes.post("/{person_id}/corrections")
    async def correct(person_id: UUID, body: Correction, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Correct name, ID or phone; each version stays in the vault, and the event names the fields alone."""

        async def act(issued: Issued) -> Done:
            with figures.counting_duplicates():
                return await corrected(
                    people, issued, person_id, body, jurisdiction=jurisdiction_of(command.actor), expect=command.expect
                )

        return await command.run(act)

    @routes.post("/{person_id}/identity")
    async def reenter(
        person_id: UUID, body: Reentry, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Enter again who a person is, after a restore without the vault's rows; no other person's."""

        async def act(issued: Issued) -> Done:
            resident_id = read_resident_id(body.resident_id, body.occurred_on)
            identity = Identity(read_name(body.name), resident_id, read_phone(body.phone))
            asked = ReenterIdentity(
                person_id, resident_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date
            )
            with figures.counting_duplicates():
                return await people.reenter_identity(issued, asked, identity, command.expect)

        return await command.run(act)

    return routes


async def corrected(
    people: People, issued: Issued, person_id: UUID, body: Correction, *, jurisdiction: Jurisdiction, expect: Expect
) -> Done:
    """Correct who a person of the jurisdiction is."""
    changes, resident_id = _changes(body)
    asked = CorrectIdentity(
        person_id, resident_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date
    )
    return await people.correct_identity(issued, asked, changes, jurisdiction, expect)


NUMBER_INVALID: CorrectionReason = "number-invalid"
"""The one reason for which a person's ID number is taken away without another."""


def _changes(body: Correction) -> tuple[dict[str, str | None], ResidentId | None]:
    """Return what was given, each in its one form, and the number if it was among it."""
    changes: dict[str, str | None] = {}
    resident_id = None
    if "name" in body.model_fields_set:
        changes["name"] = read_name(body.name or "")
    if body.reason_code == NUMBER_INVALID and body.resident_id is None and "resident_id" in body.model_fields_set:
        changes["resident_id"] = None
    elif "resident_id" in body.model_fields_set:
        resident_id = read_resident_id(body.resident_id or "", body.occurred_on)
        changes["resident_id"] = resident_id.number
    if "phone" in body.model_fields_set:
        changes["phone"] = read_phone(body.phone)
    return changes, resident_id
