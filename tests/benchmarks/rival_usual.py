"""The usual way: a FastStream handler per message, pydantic models, one transaction per event.

The transaction also notes the event's id, as usual handlers do to drop what comes twice. Offsets are committed in the
background (FastStream's default), which may lose events at a crash; safer policies are several times slower.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from pydantic import BaseModel, Field

from .naive_reporting import columns
from .stored import Watch


class Received(BaseModel):
    """The envelope."""

    id: UUID
    type: str
    source: str
    subject: str
    logindex: int
    logtime: datetime
    data: dict[str, Any]


class _Part(BaseModel):
    fund_id: UUID
    amount_fen: int


class _Paid(BaseModel):
    occurred_on: date
    programme_id: UUID
    programme_kind: str
    programme_year: int
    person_id: UUID
    union_org_id: UUID
    list_id: UUID
    method: str
    amount_fen: int
    parts: list[_Part]


class _Programme(BaseModel):
    programme_id: UUID
    kind: str
    year: int
    name: str
    window_from: date
    window_to: date
    policy_version: str


class _Fund(BaseModel):
    fund_id: UUID
    source: str
    name: str


class _Union(BaseModel):
    org_id: UUID
    level: str
    parent_id: UUID | None = None
    name: str


class _Enterprise(BaseModel):
    enterprise_id: UUID
    ownership: str
    union_org_id: UUID | None = None
    holds_from: date = Field(validation_alias="occurred_on")


class _Person(BaseModel):
    person_id: UUID
    birth_year: int | None = None
    sex: str | None = None


class _Worker(BaseModel):
    person_id: UUID
    union_org_id: UUID
    enterprise_id: UUID | None = None
    migrant: bool
    holds_from: date = Field(validation_alias="occurred_on")


_KINDS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "unionaid.relief.ProgrammeOpened.v1": ("programme", _Programme),
    "unionaid.relief.FundOpened.v1": ("fund", _Fund),
    "unionaid.registry.UnionOrgEstablished.v1": ("union_org", _Union),
    "unionaid.registry.EnterpriseRegistered.v2": ("enterprise", _Enterprise),
    "unionaid.registry.PersonRegistered.v1": ("person", _Person),
    "unionaid.registry.WorkerRegistered.v1": ("worker", _Worker),
}
_DAILY = (
    "INSERT INTO relief_daily AS d VALUES ($1, $2, $3, $4, $5, $6, 1, $7) "
    "ON CONFLICT (programme_id, kind, occurred_on, union_org_id, method) "
    "DO UPDATE SET times = d.times + 1, fen = d.fen + excluded.fen"
)


def _insert(table: str) -> str:
    names = columns(table)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f'${n + 1}' for n in range(len(names)))})"


async def _apply(conn: Any, topic: str, event: Received) -> None:
    fresh = await conn.fetchval("INSERT INTO processed VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", event.id)
    own = (topic, event.logindex, event.logtime)
    if not fresh:
        return
    if event.type == "unionaid.relief.ReliefPaid.v1":
        paid = _Paid.model_validate(event.data)
        await conn.execute(
            _insert("relief_payment"), *own, event.id, paid.occurred_on, paid.programme_id, paid.programme_kind,
            paid.programme_year, paid.person_id, paid.union_org_id, paid.list_id, paid.method, paid.amount_fen,
        )  # fmt: skip
        for part in paid.parts:
            await conn.execute(_insert("payment_part"), topic, event.logindex, part.fund_id, part.amount_fen)
        await conn.execute(
            _DAILY, paid.programme_id, paid.programme_kind, paid.occurred_on, paid.union_org_id, paid.method,
            event.logindex, paid.amount_fen,
        )  # fmt: skip
    elif event.type in _KINDS:
        table, model = _KINDS[event.type]
        read = model.model_validate(event.data)
        await conn.execute(_insert(table), *own, *(getattr(read, name) for name in columns(table)[len(own) :]))


async def read_as_usual(dsn: str, bootstrap: str, ends: Mapping[str, int], schema: str) -> float:
    """Handle each message of the topics; return events per second, from the first message to the last."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings={"search_path": schema})
    broker = KafkaBroker(bootstrap, logger=None)
    remaining, done, watch = sum(ends.values()), asyncio.Event(), Watch()

    @broker.subscriber(
        *ends,
        group_id=f"usual-{secrets.token_hex(4)}",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.ACK_FIRST,  # the default, and the fastest: a commit per message holds it at 130 a second
    )
    async def handle(event: Received) -> None:
        nonlocal remaining, watch
        if remaining == sum(ends.values()):
            watch = Watch()
        async with pool.acquire() as conn, conn.transaction():
            await _apply(conn, _topic(event.source), event)
        remaining -= 1
        if remaining == 0:
            done.set()

    await broker.start()
    try:
        await done.wait()
        return watch.rate(sum(ends.values()))
    finally:
        await broker.stop()
        await pool.close()


def _topic(source: str) -> str:
    return source.strip("/").replace("/", ".")
