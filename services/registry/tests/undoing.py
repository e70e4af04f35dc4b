"""What relief and mutual aid answer to an undoing, taken in as registry's subscription does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, mutualaid, relief, stream_name, topic_name
from unionaid.contracts.registry import UnmergeRequested
from unionaid.contracts.unmerging import StandingPayment
from unionaid.eventlog import Event, load
from unionaid.registry.application.undoing import Answers
from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

from .conftest import ISSUER, TODAY

if TYPE_CHECKING:
    from .conftest import Office

DIVISION = "640302"


@dataclass(frozen=True)
class At:
    """A clock that stands."""

    instant: datetime = TODAY
    simulated = True

    def now(self) -> datetime:
        return self.instant

    def business_date(self) -> date:
        return self.instant.astimezone(BUSINESS_ZONE).date()


def itself(office: Office, instant: datetime = TODAY) -> Itself:
    settings = Settings(
        database_url=office.database.app_dsn,
        kafka="localhost:1",
        division=DIVISION,
        http_host="127.0.0.1",
        http_port=0,
        issuer=ISSUER,
        secrets_dir=Path("/nowhere"),
        clock_start=TODAY,
        clock_origin=datetime.now(UTC),
    )
    keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32))
    return Itself(settings, keys, name="registry", matter="undoings", clock=At(instant))


async def facts_of(office: Office, pair: str) -> list[Fact]:
    """The events of a pair."""
    async with office.pool.acquire() as conn:
        return [decode(event.body)[1] for event in await load(conn, stream_name("pair", UUID(pair)))]


async def asked_about(office: Office, pair: str) -> UnmergeRequested:
    """The last request to undo the merge of a pair."""
    return [fact for fact in await facts_of(office, pair) if isinstance(fact, UnmergeRequested)][-1]


def relief_clears(asked: UnmergeRequested) -> Fact:
    return relief.UnmergeCleared(
        occurred_on=asked.occurred_on,
        request_id=asked.request_id,
        pair_id=asked.pair_id,
        held_person_ids=asked.held_person_ids,
        answer_until=asked.answer_until,
    )


def relief_blocks(asked: UnmergeRequested, *payments: StandingPayment) -> Fact:
    return relief.UnmergeBlocked(
        occurred_on=asked.occurred_on, request_id=asked.request_id, pair_id=asked.pair_id, payments=payments
    )


def mutualaid_clears(asked: UnmergeRequested) -> Fact:
    return mutualaid.UnmergeCleared(
        occurred_on=asked.occurred_on,
        request_id=asked.request_id,
        pair_id=asked.pair_id,
        held_person_ids=asked.held_person_ids,
    )


async def hear(office: Office, *facts: Fact) -> None:
    """Take answers in, all in one transaction."""
    answers = Answers(DIVISION, itself(office))
    heard = [Event(topic_name(DIVISION, f.SERVICE), 0, "", str(uuid4()), f.TYPE, f.subject, f) for f in facts]
    async with office.pool.acquire() as conn, conn.transaction():
        await answers.apply(conn, heard)


async def undone(office: Office, pair: str) -> None:
    """All clear the last request."""
    asked = await asked_about(office, pair)
    await hear(office, relief_clears(asked), mutualaid_clears(asked))
