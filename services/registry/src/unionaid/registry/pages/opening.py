"""Who the persons on a page are: opened under the reader's name, and written down before they are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

from starlette.requests import Request

from unionaid.contracts.fields import IdentityField
from unionaid.registry.domain.person.identity import born_of
from unionaid.registry.domain.person.opening import OpenIdentity
from unionaid.registry.domain.person.resident_id import RESIDENT_ID_CHARS
from unionaid.service.forms import new_key
from unionaid.service.idempotency import command_of
from unionaid.service.roles import Actor

if TYPE_CHECKING:
    from unionaid.registry.application.identities import Identities
    from unionaid.service.deciding import Done, Issued

COMPARING = "verification"
"""What persons are opened for where one is told from another: the one purpose that needs all these fields."""
FIELDS: frozenset[IdentityField] = frozenset({"name", "resident_id", "phone", "birth_date"})


class Shown(NamedTuple):
    """A person as a page shows it; empty where nothing is known."""

    person_id: UUID
    name: str
    number: str
    """The first six and the last four: enough to compare, too little to copy."""
    born: str
    phone: str


async def opened(
    request: Request, actor: Actor, identities: Identities, persons: Sequence[UUID], *, purpose: str = COMPARING,
    fields: frozenset[IdentityField] = FIELDS,
) -> list[Shown]:  # fmt: skip
    """Open persons for a page, in their order: one opening, recorded with who looks. None of those out of reach.

    Of `fields` those are opened that the purpose needs.
    """
    if not persons:
        return []

    async def act(issued: Issued) -> Done:
        roles = frozenset(role.value for role in actor.roles)
        needed = fields & identities.needs(purpose)
        whom, today = list(dict.fromkeys(persons)), issued.business_date
        asked = OpenIdentity(uuid4(), purpose, needed, whom, roles, today, actor.unit)
        return await identities.open_identity(issued, asked)

    done = await (await command_of(request, actor, new_key())).run(act)
    told: dict[str, Any] = json.loads(bytes(done.body))
    known = {UUID(each["person_id"]): each["identity"] for each in told["persons"] if each["identity"]}
    return [_shown(person_id, known[person_id]) for person_id in persons if person_id in known]


def _shown(person_id: UUID, identity: dict[str, str]) -> Shown:
    number = identity.get("resident_id", "")
    whole = len(number) == RESIDENT_ID_CHARS
    masked = f"{number[:6]}********{number[-4:]}" if whole else ""
    return Shown(person_id, identity.get("name", ""), masked, born_of(identity), identity.get("phone", ""))
