"""Unions and enterprises of imported files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import cast
from uuid import UUID, uuid4

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import Ownership
from unionaid.contracts.registry import UnionOrgEstablished
from unionaid.eventlog import holders
from unionaid.registry.application.holding import holding
from unionaid.registry.application.importing import About, Asker, Entering, Judged, faults_of_cells, faulty
from unionaid.registry.application.units import USCC
from unionaid.registry.domain.enterprise import rules as enterprise_rules
from unionaid.registry.domain.enterprise.facts import Unknown as UnknownEnterprise
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.refusals import Refusal
from unionaid.registry.domain.union_org import facts as union_facts
from unionaid.registry.domain.union_org import rules as union_rules
from unionaid.registry.domain.union_org.facts import union_org_of
from unionaid.registry.domain.union_org.importing import (
    ReadUnit,
    ReadUnits,
    Standing,
    TypedUnit,
    read_enterprises,
    read_unions,
)
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import History
from unionaid.sheets import Row


class ImportedEnterprises:
    """See `importing.Matter`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def judge(self, about: About, rows: Sequence[Row], asker: Asker, today: date) -> Judged:
        """Say which rows can be entered."""
        del asker
        typed = [_typed(row, about) for row in rows]
        keys = {sha256(code.encode()).digest(): code for row in typed if (code := _code(row.uscc)) is not None}
        async with self._pool.acquire() as conn:
            held = await holders(conn, USCC, list(keys))
        registered = frozenset(keys[key] for key in held)
        return _judged(rows, read_enterprises(typed, await _standing(self._pool), registered, today))

    async def entering(
        self, import_id: UUID, about: About, rows: Sequence[ReadUnit], asker: Asker, today: date
    ) -> Entering:
        """Return what enters these rows."""
        del import_id, about, asker
        unions = {row.parent_id: stream_name("union", row.parent_id) for row in rows if row.parent_id}
        ids = {row.number: uuid4() for row in rows}

        def decide(history: History) -> list[Event]:
            standing = {org_id: union_org_of(history[stream]) for org_id, stream in unions.items()}
            return [
                event
                for row in rows
                for event in enterprise_rules.register(
                    UnknownEnterprise(),
                    standing[row.parent_id] if row.parent_id else None,
                    enterprise_rules.RegisterEnterprise(
                        ids[row.number], row.uscc, row.name, cast("Ownership", row.ownership), row.parent_id, row.on,
                        today,
                    ),
                )
            ]  # fmt: skip

        told = [{"row": number, "enterprise_id": id} for number, id in ids.items()]
        return Entering(sorted(unions.values()), decide, lambda: told, also=holding(*unions))


class ImportedUnions:
    """See `importing.Matter`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def judge(self, about: About, rows: Sequence[Row], asker: Asker, today: date) -> Judged:
        """Say which rows can be entered."""
        del asker
        ids = {row.number: uuid4() for row in rows}
        typed = [_typed(row, about) for row in rows]
        return _judged(rows, read_unions(typed, await _standing(self._pool), ids, today))

    async def entering(
        self, import_id: UUID, about: About, rows: Sequence[ReadUnit], asker: Asker, today: date
    ) -> Entering:
        """Return what enters these rows; those above come first."""
        del import_id, about, asker
        own = {row.org_id for row in rows}
        rows = sorted(rows, key=lambda row: row.parent_id in own)
        above = {
            row.parent_id: stream_name("union", row.parent_id)
            for row in rows
            if row.parent_id and row.parent_id not in own
        }

        def decide(history: History) -> list[Event]:
            standing: dict[UUID, union_facts.UnionOrg] = {
                org_id: union_org_of(history[stream]) for org_id, stream in above.items()
            }
            events: list[Event] = []
            for row in rows:
                events += union_rules.establish(
                    union_facts.Unknown(), standing[cast("UUID", row.parent_id)], _establish(row, today)
                )
                standing[cast("UUID", row.org_id)] = union_org_of(
                    event for event in events[-1:] if isinstance(event, UnionOrgEstablished)
                )
            return events

        told = [{"row": row.number, "org_id": row.org_id} for row in rows]
        return Entering(sorted(above.values()), decide, lambda: told, also=holding(*above))


def _establish(row: ReadUnit, today: date) -> union_rules.EstablishUnionOrg:
    level = row.level or "grassroots"
    return union_rules.EstablishUnionOrg(cast("UUID", row.org_id), level, row.parent_id, row.name, row.on, today)


def _judged(rows: Sequence[Row], read: ReadUnits) -> Judged:
    good = {row.number: row for row in read.good}
    return Judged(sorted(good), read.known, [], [*faults_of_cells(rows), *read.faults], rows=good)


def _typed(row: Row, about: About) -> TypedUnit:
    return TypedUnit(
        row.number,
        str(row.values.get("name") or ""),
        str(row.values.get("union") or "").strip(),
        cast("date | None", row.values.get("occurred_on")) or about.on,
        str(row.values.get("uscc") or ""),
        cast("Ownership | None", row.values.get("ownership")),
        faulty(row),
    )


def _code(written: str) -> str | None:
    try:
        return read_uscc(written)
    except Refusal:
        return None


async def _standing(pool: Pool) -> Mapping[str, Sequence[Standing]]:
    """Return the unions of the tree by name."""
    named: dict[str, list[Standing]] = {}
    for row in await units.all_union_orgs(pool):
        named.setdefault(row["name"], []).append(Standing(row["org_id"], row["level"], row["parent_id"]))
    return named
