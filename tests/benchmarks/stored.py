"""Events to write, real ones of relief and registry, and the naive check that they were written."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg

from unionaid.contracts import Event, EventMeta, encode_with, source, uuid7
from unionaid.contracts.registry import IdentityReference, PersonRegistered, WorkerRegistered
from unionaid.contracts.relief import (
    FundPart,
    ReliefApproved,
    ReliefPaid,
    ReliefRequested,
    ReliefVerified,
    application_id,
)
from unionaid.embedded.provision import ServiceDatabase
from unionaid.eventlog import NewEvent, StreamAppend, install
from unionaid.service.settings import MigrationSettings

from .contest import Servers, demand

DIVISION = "640302"
RELIEF, REGISTRY = source(DIVISION, "relief"), source(DIVISION, "registry")
DAY = date(2017, 1, 5)
WRITERS = 16
Prepare = Callable[[MigrationSettings], Awaitable[None]]

PLAIN_TABLE = """
CREATE SCHEMA rival;
CREATE TABLE rival.plain (
    position bigint GENERATED ALWAYS AS IDENTITY,
    stream   text COLLATE "C" NOT NULL,
    version  integer NOT NULL,
    id       uuid NOT NULL,
    type     text COLLATE "C" NOT NULL,
    body     bytea NOT NULL,
    PRIMARY KEY (stream, version)
);
"""
PLAIN_INSERT = "INSERT INTO rival.plain (stream, version, id, type, body) VALUES ($1, $2, $3, $4, $5)"


class Written(NamedTuple):
    """One row of events."""

    stream: str
    version: int
    id: UUID
    type: str
    body: bytes


def rows_of(appends: Sequence[StreamAppend]) -> list[Written]:
    """Return appends as the rows they become."""
    return [
        Written(item.stream, item.expected_version + n, event.id, event.type, event.body)
        for item in appends
        for n, event in enumerate(item.events, start=1)
    ]


def meta_of(log: str) -> EventMeta:
    """Return the attributes of one command's events."""
    return EventMeta(source=log, time=datetime.now(UTC), command_id=secrets.token_bytes(32), actor=f"person-{uuid4()}")


def written(event: Event, version: int, log: str = RELIEF) -> NewEvent:
    """Return an event as its service would write it."""
    meta = meta_of(log)
    id = uuid7(meta.time)
    return NewEvent(id, event.TYPE, encode_with(meta, event, id=id, subject=event.subject, stream_version=version))


def requested() -> ReliefRequested:
    """Return the first event of a new application."""
    list_id = uuid4()
    return ReliefRequested(
        occurred_on=DAY, application_id=application_id(list_id, 1), list_id=list_id, line=1, programme_id=uuid4(),
        person_id=uuid4(), union_org_id=uuid4(), purpose="winter-warmth", period="2017", amount_fen=50_000,
    )  # fmt: skip


def application() -> list[StreamAppend]:
    """Return an application from request to payment: four commands, an event each, on one stream."""
    first = requested()
    same: dict[str, Any] = {"application_id": first.application_id, "list_id": first.list_id, "line": 1}
    same["occurred_on"] = DAY
    events: list[Event] = [
        first,
        ReliefVerified(**same),
        ReliefApproved(**same, amount_fen=50_000, policy_version="winter-warmth-2017.1"),
        ReliefPaid(
            **same, programme_id=first.programme_id, programme_kind="WINTER_WARMTH", programme_year=2017,
            person_id=first.person_id, union_org_id=first.union_org_id, method="cash", amount_fen=50_000,
            parts=(FundPart(fund_id=uuid4(), amount_fen=50_000),), signed_by="payee",
        ),
    ]  # fmt: skip
    return [StreamAppend(first.subject, n, [written(event, n + 1)]) for n, event in enumerate(events)]


def applications(events: int) -> list[StreamAppend]:
    """Return about `events` appends of one event, each stream's in order."""
    return [item for _ in range(max(1, events // 4)) for item in application()]


def roster(events: int) -> list[StreamAppend]:
    """Return the people of one roster: two events on a stream of each."""
    appends = []
    for _ in range(events // 2):
        person = uuid4()
        identity = IdentityReference(vault_version=1, commitment=secrets.token_hex(32))
        both: list[Event] = [
            PersonRegistered(occurred_on=DAY, person_id=person, identity=identity, birth_year=1975, sex="female"),
            WorkerRegistered(occurred_on=DAY, person_id=person, union_org_id=uuid4(), migrant=True),
        ]
        new = [written(event, n, REGISTRY) for n, event in enumerate(both, start=1)]
        appends.append(StreamAppend(both[0].subject, 0, new))
    return appends


@dataclass(frozen=True)
class Ledger:
    """A database with the log installed and, beside it, the plain table."""

    database: ServiceDatabase
    owner: asyncpg.Connection[asyncpg.Record]

    async def connections(self, number: int) -> list[asyncpg.Connection[asyncpg.Record]]:
        """Open connections of the runtime role, each for one writer."""
        return [await asyncpg.connect(self.database.app_dsn) for _ in range(number)]

    async def mark(self, table: str) -> int:
        """Return the last position of a table, from which `check` is to begin."""
        return int(await self.owner.fetchval(f"SELECT coalesce(max(position), 0) FROM {table}"))

    async def check(self, table: str, mark: int, expected: Sequence[Written]) -> None:
        """Replay what stands in a table after `mark`, stream by stream, against what was to be written."""
        rows = await self.owner.fetch(
            f"SELECT stream, version, id, type, body FROM {table} WHERE position > $1 ORDER BY position", mark
        )
        demand(_folded(rows) == _folded(expected), f"{table} does not hold what was written")
        if table == "eventlog.events":
            for queue in ("outbox", "own_queue"):
                lost = await self.owner.fetchval(
                    "SELECT count(*) FROM (SELECT position FROM eventlog.events WHERE position > $1 EXCEPT "
                    f"SELECT unnest(positions) FROM eventlog.{queue}) lost",
                    mark,
                )
                demand(lost == 0, f"{lost} events are not in eventlog.{queue}")


def _folded(rows: Sequence[Any]) -> dict[str, list[tuple[Any, ...]]]:
    streams: dict[str, list[tuple[Any, ...]]] = {}
    for stream, version, id, type, body in rows:
        streams.setdefault(stream, []).append((version, UUID(str(id)), type, bytes(body)))
    return streams


@asynccontextmanager
async def new_ledger(servers: Servers, prepare: Prepare | None = None) -> AsyncIterator[Ledger]:
    """Make a database for one row, and drop it again; `prepare` installs more than the log."""
    database = await servers.postgres.create_service_database("bench")
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        if prepare is None:
            await install(owner, database.roles)
        else:
            await prepare(MigrationSettings(owner_database_url=database.owner_dsn))
        await owner.execute(
            PLAIN_TABLE + f'GRANT USAGE ON SCHEMA rival TO "{database.roles.app}";'
            f'GRANT SELECT, INSERT ON rival.plain TO "{database.roles.app}"'
        )
        yield Ledger(database, owner)
    finally:
        await owner.close()
        await servers.postgres.drop(database)


class Watch:
    """Measures the seconds between two calls."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def rate(self, events: int) -> float:
        """Return events per second since the watch was made."""
        return events / (time.perf_counter() - self._began)
