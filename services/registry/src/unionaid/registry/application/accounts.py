"""Commands about the accounts to which people are paid; and what there is to be looked at twice before money goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.contracts.fields import OPENED_PERSONS_MAX
from unionaid.contracts.registry import BankAccountStated
from unionaid.eventlog import Log, StoredEvent, load_many
from unionaid.registry.application.merged import unmerged
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person import accounts as rules
from unionaid.registry.domain.person.facts import has_account, person_of
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.identities import Expect, Matter, ending_account, stating_account
from unionaid.registry.views.duplicates import together
from unionaid.registry.views.units import Pool
from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.deciding import Done, Issued, carry_out
from unionaid.vault import Vault

KIND = "bank_account"
"""The vault's blind index of accounts."""
PERSONS_MAX = OPENED_PERSONS_MAX
"""Persons of one question."""


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """What there is to know of somebody's account without the account: which statement it is, from 1; the day on which
    it was recorded instead of an earlier one, None for the first; who else is paid to it.
    """

    person_id: UUID
    statement: int
    changed_on: date | None
    shared_with: Sequence[UUID]


class Accounts:
    """Commands about accounts. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._log, self._vault = pool, Log(pool), vault

    async def state(
        self,
        issued: Issued,
        command: rules.StateAccount,
        account: rules.BankAccount,
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """State the account of a person of the jurisdiction. Raises NotFound, PersonIsMerged."""
        matter = stating_account(self._vault, command, account, expect)
        return await self._carried(issued, command.person_id, matter, jurisdiction)

    async def end(self, issued: Issued, command: rules.EndAccount, jurisdiction: Jurisdiction, expect: Expect) -> Done:
        """End the account of a person of the jurisdiction. Raises NotFound, PersonIsMerged."""
        matter = ending_account(self._vault, command, expect)
        return await self._carried(issued, command.person_id, matter, jurisdiction)

    async def standing(self, persons: Sequence[UUID]) -> list[AccountStanding]:
        """Return how the accounts of persons stand, in their order; of who has none, nothing. Opens nothing.

        The day of a change is the day on which it was recorded: no date that somebody enters makes it older. Those of
        whom one stands for the other share nothing.
        """
        async with self._pool.acquire() as conn:
            stored = await load_many(conn, [stream_name("person", person_id) for person_id in persons])
            shared = await self._vault.sharing(conn, KIND, persons)
            for person_id in list(shared):
                same = await together(conn, [person_id])
                shared[person_id] = tuple(other for other in shared[person_id] if other not in same)
        return [
            found
            for person_id in persons
            if (found := _standing(person_id, stored[stream_name("person", person_id)], shared)) is not None
        ]

    async def _carried(self, issued: Issued, person_id: UUID, matter: Matter, jurisdiction: Jurisdiction) -> Done:
        if not await reached(self._pool, [person_id], jurisdiction):
            raise NotFound
        first = unmerged(person_id, jurisdiction=jurisdiction, then=matter.first)
        return await carry_out(self._log, issued, [matter.stream], matter.decide, first=first, also=matter.also)


def _standing(
    person_id: UUID, stored: Sequence[StoredEvent], shared: Mapping[UUID, Sequence[UUID]]
) -> AccountStanding | None:
    told = [decode(event.body) for event in stored]
    if not has_account(person_of(event for _, event in told)):
        return None
    stated = [envelope for envelope, event in told if isinstance(event, BankAccountStated)]
    changed = stated[-1].time.astimezone(BUSINESS_ZONE).date() if len(stated) > 1 else None
    return AccountStanding(person_id, len(stated), changed, shared.get(person_id, ()))
