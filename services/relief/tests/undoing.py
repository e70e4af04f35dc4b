"""A merge that may be undone, as relief hears of it from registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, stream_name
from unionaid.contracts.registry import UnmergeRefused, UnmergeRequested, WorkerUnmerged, pair_id
from unionaid.eventlog import Event, load
from unionaid.relief.application.holding import Holding
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys

from .conftest import DIVISION, TOPIC, FixedClock, settings_for

if TYPE_CHECKING:
    from unionaid.eventlog import Connection

    from .conftest import Service

MERGED_ON = date(2017, 1, 3)
UNTIL = date(2017, 3, 4)


def asking(
    person: UUID, survivor: UUID, *others: UUID, seen: Sequence[UUID] = (), merged_on: date = MERGED_ON
) -> UnmergeRequested:
    """An officer asks to undo the merge of two; `others` were merged with them."""
    return UnmergeRequested(
        occurred_on=date(2017, 3, 1),
        pair_id=pair_id(person, survivor),
        request_id=uuid4(),
        person_id=person,
        survivor_id=survivor,
        held_person_ids=(person, survivor, *others),
        reason_code="different-people",
        merged_on=merged_on,
        seen_payments=tuple(seen),
        answer_until=UNTIL,
        policy_version="duplicates-2013.1",
    )


def decided(asked: UnmergeRequested, *, undone: bool) -> WorkerUnmerged | UnmergeRefused:
    """Registry has decided about it."""
    told = asked.model_dump(include={"occurred_on", "pair_id", "request_id", "person_id", "survivor_id"})
    held = {**told, "held_person_ids": asked.held_person_ids}
    return WorkerUnmerged(**held) if undone else UnmergeRefused(**held, reason_code="no-answer")


def holding_of(service: Service) -> Holding:
    """The handler, as the subscription has it."""
    settings = settings_for(service.database)
    keys = Keys(b"k" * 32, b"h" * 32)
    return Holding(DIVISION, Itself(settings, keys, name="relief", matter="unmerges", clock=FixedClock()))


def heard(fact: Fact) -> Event:
    return Event(TOPIC, 0, "", str(uuid4()), fact.TYPE, fact.subject, fact)


async def hear(service: Service, *facts: Fact) -> None:
    """Take in what registry tells, as the subscription does."""
    async with service.pool.acquire() as conn, conn.transaction():
        await holding_of(service).apply(conn, [heard(fact) for fact in facts])


async def answered(conn: Connection, asked: UnmergeRequested) -> list[Fact]:
    """What relief has answered, and done after it."""
    return [decode(event.body)[1] for event in await load(conn, stream_name("unmerge", asked.request_id))]


async def answer(service: Service, asked: UnmergeRequested) -> list[Fact]:
    async with service.pool.acquire() as conn:
        return await answered(conn, asked)
