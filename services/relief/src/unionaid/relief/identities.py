"""Who the persons on a page are: asked of registry by the officer who looks, for a purpose, and kept nowhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.contracts.fields import OPENED_PERSONS_MAX
from unionaid.relief.domain.payment_batch.accounts import Standing
from unionaid.service.calling import Neighbour, NeighbourAway, NeighbourRefuses
from unionaid.service.roles import Actor, Role

if TYPE_CHECKING:
    from starlette.requests import Request

PURPOSES: Sequence[tuple[Role, str]] = (
    (Role.DISTRICT_OFFICER, "verification"),
    (Role.SUB_DISTRICT_OFFICER, "verification"),
    (Role.GRASSROOTS_OFFICER, "verification"),
    (Role.APPROVER, "approval"),
    (Role.CASHIER, "payment"),
    (Role.ACCOUNTANT, "payment"),
    (Role.AUDITOR, "audit"),
)
"""What each role opens names for (registry's `purposes.yaml`); of several roles the first."""


PAYEE_FIELDS = ["name", "bank_account", "bank_code", "account_holder"]
"""What a bank is told of a payee."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by person; `away` where registry did not say. Who is unknown or out of reach has none."""

    of: Mapping[UUID, str] = field(default_factory=dict)
    away: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Whose a number is; without a person, the code of the reason."""

    person_id: UUID | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """To whom money goes."""

    name: str = field(repr=False)
    account: str = field(repr=False)
    bank_code: str = field(default="", repr=False)


class Identities:
    """Registry's answers to the person of a request."""

    def __init__(self, registry: Neighbour) -> None:
        self._registry = registry

    async def names(self, request: Request, actor: Actor, persons: Collection[UUID]) -> Names:
        """Open the names of a page's persons: one opening, recorded by registry, of at most `OPENED_PERSONS_MAX`."""
        purpose = next((purpose for role, purpose in PURPOSES if role in actor.roles), None)
        wanted = list(dict.fromkeys(persons))[:OPENED_PERSONS_MAX]
        if purpose is None or not wanted:
            return Names()
        body = {"person_ids": [str(one) for one in wanted], "fields": ["name"], "purpose": purpose}
        try:
            told = await self._registry.ask(request, "/identities/open", body)
        except (NeighbourAway, NeighbourRefuses):
            return Names(away=True)
        return Names(
            {UUID(one["person_id"]): one["identity"]["name"] for one in told.get("persons", ()) if one["identity"]}
        )

    async def payees(self, request: Request, persons: Sequence[UUID]) -> dict[UUID, Payee]:
        """Open name and account of payees, so many at once as registry opens; who is unknown or has none is left out.

        Raises:
            NeighbourAway: registry does not answer.
            NeighbourRefuses: the caller may not ask.
        """
        found: dict[UUID, Payee] = {}
        wanted = list(dict.fromkeys(persons))
        for start in range(0, len(wanted), OPENED_PERSONS_MAX):
            some = [str(one) for one in wanted[start : start + OPENED_PERSONS_MAX]]
            body = {"person_ids": some, "fields": PAYEE_FIELDS, "purpose": "payment"}
            told = await self._registry.ask(request, "/identities/open", body)
            for one in told.get("persons", ()):
                identity = one["identity"] or {}
                if identity.get("name") and identity.get("bank_account"):
                    found[UUID(one["person_id"])] = Payee(
                        identity.get("account_holder") or identity["name"],
                        identity["bank_account"],
                        identity.get("bank_code") or "",
                    )
        return found

    async def standings(self, request: Request, persons: Sequence[UUID]) -> dict[UUID, Standing]:
        """Ask how the accounts of payees stand, so many at once as registry tells; of who has none there is nothing.

        Raises:
            NeighbourAway: registry does not answer.
            NeighbourRefuses: the caller may not ask.
        """
        found: dict[UUID, Standing] = {}
        wanted = list(dict.fromkeys(persons))
        for start in range(0, len(wanted), OPENED_PERSONS_MAX):
            some = [str(one) for one in wanted[start : start + OPENED_PERSONS_MAX]]
            told = await self._registry.ask(request, "/account-standings", {"person_ids": some})
            for one in told.get("accounts", ()):
                changed = date.fromisoformat(one["changed_on"]) if one["changed_on"] else None
                found[UUID(one["person_id"])] = Standing(one["statement"], changed, len(one["shared_with"]))
        return found

    async def matched(self, request: Request, typed: Collection[str]) -> dict[str, Found]:
        """Say whose each of these is: an ID number, or already the id of a person.

        Raises:
            NeighbourAway: registry does not answer.
            NeighbourRefuses: the caller may not ask.
        """
        found = {text: Found(read) for text in typed if (read := _id_of(text)) is not None}
        numbers = [text for text in dict.fromkeys(typed) if text not in found]
        if numbers:
            values = [plain(number) for number in numbers]
            told = await self._registry.ask(request, "/matches", {"kind": "resident_id", "values": values})
            for number, match in zip(numbers, told["matches"], strict=True):
                person_id = match["person_id"]
                found[number] = Found(UUID(person_id) if person_id else None, match["code"])
        return found


def plain(text: str) -> str:
    """Return an ID number as it is compared: width and case do not matter."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text) if "-" in text else None
    except ValueError:
        return None
