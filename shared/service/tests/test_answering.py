"""What is answered of another service's events: each once, whatever is heard again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.contracts import decode
from unionaid.contracts.registry import PersonErased
from unionaid.contracts.relief import ErasureConfirmed
from unionaid.contracts.samples import SAMPLES
from unionaid.eventlog import Event, Roles, install, load
from unionaid.eventlog.handling import Interest
from unionaid.eventlog.records import head
from unionaid.service.answering import Answering, Answers
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings
from unionaid.testkit.stack import Postgres

FIRST, SECOND = uuid4(), uuid4()
TOPIC = "unionaid.640302.registry"


class Today:
    simulated = False

    def now(self) -> datetime:
        return datetime(2017, 3, 1, 2, tzinfo=UTC)

    def business_date(self) -> date:
        return date(2017, 3, 1)


@pytest.fixture
def answering() -> Answering[PersonErased]:
    settings = Settings(
        database_url="postgresql://app@127.0.0.1:1/unused",
        kafka="unused:1",
        division="640302",
        http_host="127.0.0.1",
        http_port=0,
        issuer="http://issuer.test",
        secrets_dir=Path("/nowhere"),
    )
    answers = Answers(PersonErased, lambda e, today: ErasureConfirmed(occurred_on=today, person_id=e.person_id))
    keys = Keys(b"k" * 32, b"h" * 32)
    return Answering(settings, keys, answers, name="relief", subscription="erasures", clock=Today())


def erased(person_id: UUID) -> Event:
    told = PersonErased(occurred_on=date(2017, 2, 28), person_id=person_id, reason_code="ordered")
    return Event(TOPIC, 0, "", str(uuid4()), told.TYPE, told.subject, told)


async def test_each_is_answered_once_and_names_its_cause(postgres: Postgres, answering: Answering[Any]) -> None:
    database = await postgres.create_service_database("answering")
    owner = await asyncpg.connect(database.owner_dsn)
    await install(owner, Roles.of(database.name))
    conn = await asyncpg.connect(database.app_dsn)
    first, second = erased(FIRST), erased(SECOND)
    for batch in ([first, second], [second], [first, erased(FIRST)]):
        async with conn.transaction():
            await answering.apply(conn, batch)
    for person_id, cause in ((FIRST, first), (SECOND, second)):
        (stored,) = await load(conn, f"erasure-{person_id}")
        envelope, event = decode(stored.body)
        assert event == ErasureConfirmed(occurred_on=date(2017, 3, 1), person_id=person_id)
        assert (envelope.actor, str(envelope.causationid)) == ("service:relief", cause.id)
    assert await conn.fetchval("SELECT count(*) FROM eventlog.idempotency") == 2
    await conn.close()
    await owner.close()
    await postgres.drop(database)


def test_it_reads_what_it_answers_and_nothing_else(answering: Answering[Any]) -> None:
    assert dict(answering.topics) == {TOPIC: "/unionaid/640302/registry"}
    interest = Interest(answering.decoders)
    for kind, sample in SAMPLES.items():
        known = head(sample.value())
        assert known is not None
        read = interest.read(TOPIC, 0, known)
        assert (read.data if isinstance(read, Event) else read) == (sample.event if kind is PersonErased else None)
