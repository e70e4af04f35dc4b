"""The postings of the books, written with the entries of `domain.ledger`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unionaid.contracts.relief import FundYearClosed
from unionaid.eventlog import Connection, Event
from unionaid.relief.domain.ledger.posting import BOOKED, Known, Origin, postings
from unionaid.relief.views.adding import Writers, inserted, write

_YEAR = {
    "fund_id": "uuid",
    "year": "integer",
    "opening_fen": "bigint",
    "received_fen": "bigint",
    "returned_fen": "bigint",
    "fees_fen": "bigint",
    "paid_fen": "bigint",
    "came_back_fen": "bigint",
    "closing_fen": "bigint",
}
_WRITERS: Writers = {FundYearClosed: inserted("fund_year", _YEAR)}
SHOWN = (*BOOKED, *_WRITERS)


async def write_ledger(conn: Connection, events: Sequence[Event]) -> None:
    """Write the entries of events; funds and budgets that they are about must stand in the views before."""
    await write(conn, [event.data for event in events], _WRITERS)
    booked = [event for event in events if isinstance(event.data, BOOKED)]
    if not booked:
        return
    known = await _known(conn, [event.data for event in booked])
    rows = [
        (event.index, n, event.id, event.type, event.subject, event.data.occurred_on, *posting)
        for event in booked
        for n, posting in enumerate(postings(event.data, known), start=1)
    ]
    await conn.execute(_POST, *zip(*rows, strict=True))


async def _known(conn: Connection, facts: Sequence[Any]) -> Known:
    """Look up what the entries need: what one stream tells stands before its later events."""
    funds = await conn.fetch(
        "SELECT fund_id, source FROM views.fund WHERE fund_id = ANY($1::uuid[])", _ids(facts, "fund_id")
    )
    budgets = await conn.fetch(
        "SELECT budget_id, fund_id, programme_id FROM views.budget WHERE budget_id = ANY($1::uuid[])",
        _ids(facts, "budget_id"),
    )
    return Known(
        {row["fund_id"]: row["source"] for row in funds},
        {row["budget_id"]: Origin(row["fund_id"], row["programme_id"]) for row in budgets},
    )


def _ids(facts: Sequence[Any], name: str) -> list[Any]:
    return list({id for fact in facts if (id := getattr(fact, name, None)) is not None})


_POST = """
INSERT INTO views.posting (position, n, event_id, type, stream, occurred_on, account, amount_fen, fund_id, programme_id,
    budget_id)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::uuid[], $4::text[], $5::text[], $6::date[], $7::text[],
    $8::bigint[], $9::uuid[], $10::uuid[], $11::uuid[])
"""
