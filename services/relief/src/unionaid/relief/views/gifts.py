"""What became of the money that came into a fund: the statement a giver gets, without anybody's name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import decode, stream_name
from unionaid.contracts.relief import FundsReceived, FundsReturned
from unionaid.eventlog import load
from unionaid.relief.domain.fund.tracing import Move, Use, traced

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
GIFTS_PAGE_MAX = 500
"""Receipts of one page."""
USES_PAGE_MAX = 1_000
"""Events of one page of a statement."""
_CASH = """
SELECT p.position, min(l.index) AS index, p.event_id, split_part(min(p.type), '.', 3) AS kind, min(p.stream) AS stream,
    min(p.occurred_on) AS occurred_on, min(p.programme_id::text)::uuid AS programme_id, min(g.name) AS programme,
    sum(p.amount_fen)::bigint AS amount_fen
FROM views.posting p LEFT JOIN eventlog.log l USING (position)
LEFT JOIN views.programme g ON g.programme_id = p.programme_id
WHERE p.fund_id = $1 AND p.account = 'cash' GROUP BY p.position, p.event_id HAVING sum(p.amount_fen) <> 0
ORDER BY p.position
"""


@dataclass(frozen=True, slots=True)
class Donor:
    """Who gave: an organisation by its public name, or a person by id; anybody where neither is named."""

    organisation: str | None = None
    person_id: UUID | None = None

    def gave(self, received: FundsReceived) -> bool:
        """Say whether a receipt is this giver's."""
        wanted = self.organisation, self.person_id
        return wanted in ((None, None), (received.donor_organisation, received.donor_person_id))


ANYBODY = Donor()


@dataclass(frozen=True, slots=True)
class Traced:
    """The movements of a fund's cash by event, its receipts, and where each receipt went."""

    rows: Mapping[UUID, Mapping[str, Any]]
    receipts: Mapping[UUID, FundsReceived]
    uses: Mapping[UUID, Sequence[Use]]

    def gifts(self, after: int, limit: int, donor: Donor = ANYBODY) -> list[dict[str, Any]]:
        """Return at most `limit` receipts of a giver after a position, each with what is used and left, in fen."""
        later = (id for id in self.uses if self.rows[id]["position"] > after and donor.gave(self.receipts[id]))
        return [self.gift(id) for id, _ in zip(later, range(limit), strict=False)]

    def gift(self, receipt_id: UUID) -> dict[str, Any]:
        """Return a receipt with what is used and left of it, in fen."""
        row, received = self.rows[receipt_id], self.receipts[receipt_id]
        used = sum(use.amount_fen for use in self.uses[receipt_id])
        return {
            "receipt_id": receipt_id,
            "position": row["position"],
            "index": row["index"],
            "received_on": row["occurred_on"],
            "voucher": received.voucher,
            "pledge_id": received.pledge_id,
            "donor_organisation": received.donor_organisation,
            "donor_person_id": received.donor_person_id,
            "amount_fen": received.amount_fen,
            "used_fen": used,
            "left_fen": received.amount_fen - used,
        }

    def shares(self, receipt_id: UUID) -> list[dict[str, Any]]:
        """Return what a receipt was used for, by kind of event and programme, first use first."""
        shares: dict[tuple[str, UUID | None], dict[str, Any]] = {}
        for use in self.uses[receipt_id]:
            row = self.rows[use.event_id]
            share = shares.setdefault(
                (row["kind"], row["programme_id"]),
                {
                    "kind": row["kind"],
                    "programme_id": row["programme_id"],
                    "programme": row["programme"],
                    "events": 0,
                    "amount_fen": 0,
                    "first_on": row["occurred_on"],
                    "last_on": row["occurred_on"],
                },
            )
            share["events"] += 1
            share["amount_fen"] += use.amount_fen
            share["first_on"] = min(share["first_on"], row["occurred_on"])
            share["last_on"] = max(share["last_on"], row["occurred_on"])
        return list(shares.values())

    def events(self, receipt_id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` events after a position that a receipt bore a part of, in the order of the log."""
        later = (use for use in self.uses[receipt_id] if self.rows[use.event_id]["position"] > after)
        summed: dict[UUID, int] = {}
        for use in later:
            if len(summed) == limit and use.event_id not in summed:
                break
            summed[use.event_id] = summed.get(use.event_id, 0) + use.amount_fen
        shown = ("position", "index", "event_id", "kind", "occurred_on", "programme")
        return [{**{name: self.rows[id][name] for name in shown}, "amount_fen": fen} for id, fen in summed.items()]


async def trace(pool: Pool, fund_id: UUID) -> Traced:
    """Trace the money of a fund, all of it; a fund that is not there has none."""
    async with pool.acquire() as conn:
        rows = await conn.fetch(_CASH, fund_id)
        told = [(event.id, decode(event.body)[1]) for event in await load(conn, stream_name("fund", fund_id))]
    receipts = {id: event for id, event in told if isinstance(event, FundsReceived)}
    corrects = {id: event.reference for id, event in told if isinstance(event, FundsReturned)}
    uses = await asyncio.to_thread(lambda: traced(_moves(rows, receipts, corrects)))
    return Traced({row["event_id"]: dict(row) for row in rows}, receipts, uses)


def _moves(
    rows: Sequence[asyncpg.Record], receipts: Mapping[UUID, FundsReceived], corrects: Mapping[UUID, str | None]
) -> Iterable[Move]:
    for row in rows:
        id, received = row["event_id"], receipts.get(row["event_id"])
        voucher = None if received is None else received.voucher
        yield Move(id, row["stream"], row["amount_fen"], received is not None, voucher, corrects.get(id))
