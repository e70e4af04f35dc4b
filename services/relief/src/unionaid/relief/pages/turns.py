"""Whose turn it is: the lists and batches of which somebody can take the next step now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.relief import BankReturnRecorded
from unionaid.relief.domain.payment_batch.facts import Released, Unissued, batch_of
from unionaid.relief.domain.relief_list import facts
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.http.desk import Desk
from unionaid.relief.pages.offers import (
    BATCH_TURNS,
    Lines,
    batches_await,
    offer,
    offer_of_batch,
    statuses_awaiting,
)
from unionaid.relief.views import lists as list_views
from unionaid.relief.views import payment_batches as batch_views
from unionaid.relief.views.acts import acts_in_each
from unionaid.service.roles import Actor

LISTS_LOOKED_AT = 200
"""Lists that may wait, looked at together."""
BATCHES_LOOKED_AT = 1_000
"""Batches that are not answered for, looked at in all."""


async def lines_of(desk: Desk, lists: Collection[facts.ReliefList], reader: Actor) -> dict[UUID, Lines]:
    """Return of each list what its lines have to do with what `reader` may do."""
    known = {one.terms.list_id: one for one in lists if not isinstance(one, facts.Unsubmitted)}
    batches = {
        list_id: [stream_name("batch", batch_id) for batch_id in one.orders]
        for list_id, one in known.items()
        if isinstance(one, facts.Ordered)
    }
    acts = await acts_in_each(desk.pool, [stream for streams in batches.values() for stream in streams])
    statuses = await list_views.statuses(desk.pool, known)
    own = await list_views.stood_on(desk.pool, known, reader.person_id)
    return {
        list_id: Lines(
            statuses[list_id],
            {act.by for stream in batches.get(list_id, ()) for act in acts[stream] if _tells_of_failure(act)},
            list_id in own,
        )
        for list_id in known
    }


async def lists_waiting(
    desk: Desk, reader: Actor, programme_id: UUID | None, unions: Collection[UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Return at most `limit` lists that wait for `reader`, the latest first: of a programme, of unions, or all."""
    statuses, after = statuses_awaiting(reader.roles), None
    found: list[dict[str, Any]] = []
    while statuses:
        rows = await list_views.lists(desk.pool, programme_id, unions, after, LISTS_LOOKED_AT, waiting=statuses)
        states = await _lists(desk, [row["list_id"] for row in rows])
        lines = await lines_of(desk, states.values(), reader)
        found += (row for row in rows if offer(states[row["list_id"]], lines[row["list_id"]], reader).turns)
        if len(rows) < LISTS_LOOKED_AT or len(found) >= limit:
            break
        after = rows[-1]["list_id"]
    return found[:limit]


async def batches_waiting(
    desk: Desk, reader: Actor, programme_id: UUID | None, limit: int
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return by step at most `limit` batches that wait for `reader` to take it, with what waits; the oldest first."""
    found: dict[str, list[dict[str, Any]]] = {step: [] for step in BATCH_TURNS}
    if not batches_await(reader.roles):
        return found
    rows = await batch_views.open_batches(desk.pool, programme_id, BATCHES_LOOKED_AT)
    acts = await acts_in_each(desk.pool, [stream_name("batch", row["batch_id"]) for row in rows])
    states = await _lists(desk, {row["list_id"] for row in rows})
    lines = await lines_of(desk, states.values(), reader)
    for row in rows:
        batch = batch_of(acts[stream_name("batch", row["batch_id"])])
        if isinstance(batch, Unissued):
            continue
        told = {"lines": batch.terms.lines, "amount_fen": batch.terms.amount_fen, "since": batch.terms.occurred_on}
        if isinstance(batch, Released):
            told = {"lines": batch.open_lines, "amount_fen": batch.open_fen, "since": batch.released_on}
        for step in offer_of_batch(batch, states[row["list_id"]], lines[row["list_id"]], reader).turns:
            found[step].append({**row, **told})
    return {step: sorted(waiting, key=lambda one: one["since"])[:limit] for step, waiting in found.items()}


async def _lists(desk: Desk, list_ids: Collection[UUID]) -> dict[UUID, facts.ReliefList]:
    acts = await acts_in_each(desk.pool, [stream_name("list", list_id) for list_id in list_ids])
    return {list_id: list_of(acts[stream_name("list", list_id)]) for list_id in list_ids}


def _tells_of_failure(act: facts.Act) -> bool:
    return isinstance(act.event, BankReturnRecorded) and act.event.failed_lines > 0
