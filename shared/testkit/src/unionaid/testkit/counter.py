"""A small service of counters, each part a process of its own, to be killed at any moment.

`python -m unionaid.testkit.counter {serve|relay|consume} --dsn … --kafka … --topic … [--port N]`

serve: `POST /streams/<name>` with an Idempotency-Key and an amount as body adds one event, and answers its id; own
views follow. relay: sequences and publishes. consume: drives the projections of `testkit.log.counters`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, Request, Response
from faststream.kafka import KafkaBroker

from unionaid.eventlog import (
    CONNECTION_LOST,
    INBOX_SERVER_SETTINGS,
    IdempotencyRow,
    KeyReplayed,
    KeyReused,
    Log,
    LogHalted,
    NewEvent,
    OwnViews,
    Relay,
    StreamAppend,
    WrongVersion,
    inbox_of,
    replayed,
    subscribe,
    watch,
)
from unionaid.testkit.log import SOURCE, OwnTotals, counted, counters, now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


log = logging.getLogger(__name__)


def make_app(dsn: str) -> FastAPI:
    """Return the service's HTTP side."""
    logs: list[Log] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool = await asyncpg.create_pool(dsn, min_size=1, max_size=8, command_timeout=10)
        logs.append(Log(pool))
        views = asyncio.create_task(OwnViews(pool, OwnTotals()).run())
        yield
        views.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.post("/streams/{stream}")
    async def add(stream: str, request: Request, idempotency_key: str = Header()) -> Response:
        body = await request.body()
        key, hashed = hashlib.sha256(idempotency_key.encode()).digest(), hashlib.sha256(body).digest()
        try:
            answer = await _add(logs[0], stream, int(body), key, hashed)
        except KeyReplayed as refusal:
            return Response(refusal.answer or b"", status_code=200)
        except KeyReused:
            return Response(b"key reused", status_code=422)
        except (WrongVersion, LogHalted, asyncpg.PostgresError, *CONNECTION_LOST) as error:
            return Response(type(error).__name__.encode(), status_code=503)
        return Response(answer, status_code=201)

    return app


async def _add(log: Log, stream: str, amount: int, key: bytes, body: bytes) -> bytes:
    async with log.pool.acquire() as conn:
        await replayed(conn, key, body)
    events = (await log.load([stream]))[stream]
    event = counted(stream, len(events) + 1, amount)
    with_key = event.body.replace(b"00" * 32, key.hex().encode())
    answer = str(event.id).encode()
    row = IdempotencyRow(key, body, 201, answer)
    new = NewEvent(event.id, event.type, with_key)
    await log.append([StreamAppend(stream, len(events), [new])], idempotency=row)
    return answer


async def relay(dsn: str, kafka: str, topic: str) -> None:
    """Sequence and publish until killed."""
    await Relay(dsn=dsn, bootstrap=kafka, topic=topic, source=SOURCE, clock=now).run()


async def consume(dsn: str, kafka: str, topic: str) -> None:
    """Drive the projections until killed."""
    while True:
        try:
            async with asyncpg.create_pool(dsn, min_size=0, max_size=3, server_settings=INBOX_SERVER_SETTINGS) as pool:
                inbox = inbox_of(pool, counters(topic), 1)
                broker = KafkaBroker(kafka, apply_types=False)
                subscriber = subscribe(broker, inbox, group_id=f"{topic}.counters")
                await broker.start()
                await watch(subscriber, inbox)
        except Exception as error:  # noqa: BLE001  the brokers of a test come and go
            log.warning("consume begins again: %s: %s", type(error).__name__, error)
            await asyncio.sleep(0.5)


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["serve", "relay", "consume"])
    for name in ("dsn", "kafka", "topic"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if given.part == "serve":
        uvicorn.run(make_app(given.dsn), host="127.0.0.1", port=given.port, log_level="warning")
    else:
        part = relay if given.part == "relay" else consume
        asyncio.run(part(given.dsn, given.kafka, given.topic))


if __name__ == "__main__":
    main()
