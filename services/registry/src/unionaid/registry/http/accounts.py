"""Routes of the accounts to which people are paid; no answer holds an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.responses import Response

from unionaid.registry.application.accounts import Accounts
from unionaid.registry.bodies.people import AccountBody, AccountEnding, AccountQuestion
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.accounts import EndAccount, StateAccount, read_account
from unionaid.registry.http.access import ENTERING, PAYING, jurisdiction_of
from unionaid.registry.http.answers import json_answer
from unionaid.registry.identities import Expect
from unionaid.service.access import look_up
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued


def accounts(known: Accounts) -> Router:
    """Return the routes by which an account is stated and ended."""
    routes = Router(prefix="/persons", tags=["identity"])

    @routes.post("/{person_id}/bank-account")
    async def state(person_id: UUID, body: AccountBody, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """State to which account a person is paid, or to which other one from now on; only who pays is told it."""

        async def act(issued: Issued) -> Done:
            jurisdiction = jurisdiction_of(command.actor)
            return await stated(known, issued, person_id, body, jurisdiction=jurisdiction, expect=command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/bank-account/ending")
    async def end(person_id: UUID, body: AccountEnding, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Pay nothing more to a person's account."""

        async def act(issued: Issued) -> Done:
            jurisdiction = jurisdiction_of(command.actor)
            return await ended(known, issued, person_id, body, jurisdiction=jurisdiction, expect=command.expect)

        return await command.run(act)

    return routes


def account_standings(known: Accounts, own_views: OwnViews) -> Router:
    """Return the route by which who pays learns what is to be looked at twice."""
    routes = Router(prefix="/account-standings", tags=["identity"])

    @routes.post("")
    async def standing(body: AccountQuestion, _: Annotated[Actor, look_up(*PAYING)]) -> Response:
        """Tell of payees whether an account is known, whether it was changed and when, and who else is paid to it.

        Who has none is left out. The day of a change is the day on which it was recorded.
        """
        await own_views.settled()
        told = await known.standing(list(dict.fromkeys(body.person_ids)))
        return json_answer(
            {
                "accounts": [
                    {
                        "person_id": one.person_id,
                        "statement": one.statement,
                        "changed_on": one.changed_on,
                        "shared_with": one.shared_with,
                    }
                    for one in told
                ]
            }
        )

    return routes


async def stated(
    known: Accounts, issued: Issued, person_id: UUID, body: AccountBody, *, jurisdiction: Jurisdiction, expect: Expect
) -> Done:
    """State the account of a person of the jurisdiction."""
    account = read_account(body.bank_account, body.bank_code, body.account_holder)
    asked = StateAccount(person_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date)
    return await known.state(issued, asked, account, jurisdiction, expect)


async def ended(
    known: Accounts, issued: Issued, person_id: UUID, body: AccountEnding, *, jurisdiction: Jurisdiction, expect: Expect
) -> Done:
    """End the account of a person of the jurisdiction."""
    asked = EndAccount(person_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date)
    return await known.end(issued, asked, jurisdiction, expect)
