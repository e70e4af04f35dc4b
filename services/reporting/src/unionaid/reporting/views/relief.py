"""Figures of relief and of title schemes, each from one snapshot of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import asyncpg

from unionaid.eventlog import list_parked
from unionaid.reporting.domain.figures import (
    Breakdown,
    Citation,
    ParkedEvent,
    PaymentEvent,
    PaymentPage,
    ReliefTotal,
    Share,
    TitleSchemeTotal,
)
from unionaid.reporting.domain.ids import count_distinct, hash_of_sorted
from unionaid.reporting.domain.refusals import FigureDisagrees
from unionaid.reporting.domain.registry.question import TitleSchemeQuestion
from unionaid.reporting.domain.relief.question import ReliefQuestion
from unionaid.reporting.views.snapshot import (
    BELOW,
    BELOW_THEN,
    NAMED,
    PERSONS,
    STANDS,
    STANDS_FOR,
    Snapshots,
    incomplete,
    only,
    read_cursor,
)

if TYPE_CHECKING:
    from unionaid.eventlog import Connection


class Dimension(StrEnum):
    """What a total can be broken down by."""

    UNION = "union"
    LEVEL = "level"
    MONTH = "month"
    METHOD = "method"
    FUND = "fund"
    PROGRAMME = "programme"
    OWNERSHIP = "ownership"


class Totals:
    """Reads payments and title schemes by `snapshots`. `relief` is the topic that payments stand in."""

    def __init__(self, snapshots: Snapshots, relief: str) -> None:
        self._snapshots, self._relief = snapshots, relief

    async def total(self, asked: ReliefQuestion) -> ReliefTotal:
        """Count people, times and fen.

        Raises:
            FigureDisagrees: the daily sums are not what the payments add up to.
        """
        async with self._snapshots.reading() as conn:
            return await self._total(conn, asked)

    async def title_schemes(self, asked: TitleSchemeQuestion) -> TitleSchemeTotal:
        """Count the enterprises that began to run in-house titles."""
        async with self._snapshots.reading() as conn:
            vector = await self._snapshots.vector(conn, asked.as_of)
            row = await only(conn, _SCHEMES, (asked.since, asked.until, asked.as_of))
            sha256 = hash_of_sorted(row["events"])
            citation = Citation(asked.query, [], self._snapshots.fingerprint, vector, row["times"], sha256)
            return TitleSchemeTotal(row["enterprises"], await incomplete(conn, vector), citation)

    async def by(self, asked: ReliefQuestion, dimension: Dimension) -> Breakdown:
        """Count, and break down by one dimension."""
        key, name, joins, fen = _DIMENSIONS[dimension]
        query = (
            f"SELECT {key} AS key, {name} AS name, {PERSONS} AS persons, count(*) AS times, "
            f"sum({fen})::bigint AS amount_fen FROM relief_payment p {joins} {{merges}} WHERE {{where}} "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
        less = (
            f"SELECT key, name, {_LEFT_PERSONS} AS persons, sum(times)::bigint AS times, "
            f"sum(fen)::bigint AS amount_fen FROM (SELECT {key} AS key, {name} AS name, {{person}} AS person, "
            f"sum(sign(p.amount_fen))::bigint AS times, sum({fen})::bigint AS fen "
            f"FROM relief_payment p {joins} {{merges}} WHERE {{where}} GROUP BY 1, 2, 3) one "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
        async with self._snapshots.reading() as conn:
            condition = await condition_of(conn, asked)
            rows = await conn.fetch(condition.told(less if condition.reversals else query), *condition.values)
            shares = await asyncio.to_thread(_shares, rows)
            return Breakdown(dimension, await self._total(conn, asked), shares)

    async def events(self, asked: ReliefQuestion, cursor: str | None, limit: int) -> PaymentPage:
        """Return the events a total is made of, in index order, from a cursor on.

        Raises:
            CursorMalformed: the cursor is none of ours.
        """
        async with self._snapshots.reading() as conn:
            if cursor is None:
                after, upto = -1, (await self._vector_of(conn, asked))[self._relief]
            else:
                after, upto = read_cursor(cursor)
            asked = replace(asked, upto=min(upto, upto if asked.upto is None else asked.upto))
            condition = await condition_of(conn, asked)
            beyond, most = condition.value(after), condition.value(limit + 1)
            rows = await conn.fetch(
                f"SELECT {_EVENT_COLUMNS} FROM relief_payment p WHERE {condition.where} AND p.index > {beyond} "
                f"ORDER BY p.index LIMIT {most}",
                *condition.values,
            )
        page = [PaymentEvent(**row) for row in rows[:limit]]
        return PaymentPage(page, f"{page[-1].index}-{upto}" if len(rows) > limit else None)

    async def parked(self) -> list[ParkedEvent]:
        """List what the live build could not apply, oldest first."""
        async with self._snapshots.reading() as conn:
            rows = await list_parked(conn, await conn.fetchval("SELECT current_schema()"))
        return [
            ParkedEvent(
                topic=row["topic"],
                offset=row["kafka_offset"],
                index=row["index"],
                key=row["blocks"],
                foreign=row["blocks"] is None,
                reason=row["reason"],
                length=row["length"],
                parked_at=row["parked_at"],
            )
            for row in rows
        ]

    async def _total(self, conn: Connection, asked: ReliefQuestion) -> ReliefTotal:
        condition, vector = await condition_of(conn, asked), await self._vector_of(conn, asked)
        row = await only(conn, condition.told(_LESS_REVERSED if condition.reversals else _PAYMENTS), condition.values)
        if asked.of_now:
            await _refuse_disagreeing(conn, asked, row)
        people, sha256 = await asyncio.gather(
            asyncio.to_thread(count_distinct, row["persons"]), asyncio.to_thread(hash_of_sorted, row["events"])
        )
        by_day = await condition_of(conn, asked, by_day_upto=vector[self._relief])
        policies = await only(conn, by_day.told(_POLICIES), by_day.values)
        citation = Citation(
            query=asked.query,
            policy_versions=policies["policy_versions"],
            projection=self._snapshots.fingerprint,
            vector=vector,
            events=row["counted"],
            sha256=sha256,
        )
        return ReliefTotal(people, row["times"], row["amount_fen"], await incomplete(conn, vector), citation)

    async def _vector_of(self, conn: Connection, asked: ReliefQuestion) -> dict[str, int]:
        vector = await self._snapshots.vector(conn, asked.as_of)
        if asked.upto is not None:
            vector[self._relief] = min(asked.upto, vector[self._relief])
        return vector


class Condition:
    """What a question asks for, in SQL on `relief_payment p` or another table of the same columns, with its values.

    With `by_day_upto`, an index of relief's log, on `_BY_DAY`: those with a payment up to it.
    """

    def __init__(
        self,
        asked: ReliefQuestion,
        by_day_upto: int | None = None,
        *,
        merges: bool = False,
        moves: bool = False,
        reversals: bool = False,
    ) -> None:
        self.values: list[Any] = []
        self.merges, self.reversals = merges, reversals
        self._as_of = "" if asked.as_of is None else self.value(asked.as_of)
        self._upto = "" if asked.upto is None else self.value(asked.upto)
        since, self._until = self.value(asked.since), self.value(asked.until)
        parts = [f"p.occurred_on BETWEEN {since} AND {self._until}"]
        if asked.kind is not None:
            parts.append(f"p.programme_kind = {self.value(asked.kind)}")
        if asked.programme is not None:
            parts.append(f"p.programme_id = {self.value(asked.programme)}")
        if by_day_upto is not None:
            parts.append(f"p.first_index <= {self.value(by_day_upto)}")
        elif not asked.of_now:
            parts.append(self.in_relief("p"))
        if asked.union is not None:
            known = {f"known_{row}": self.in_registry(row) for row in ("o", "v")}
            parts.append((BELOW_THEN if moves else BELOW).format(root=self.value(asked.union), **known).strip())
        self.where = " AND ".join(parts)

    def value(self, given: object) -> str:
        """Return the place of one more value."""
        self.values.append(given)
        return f"${len(self.values)}"

    def in_registry(self, row: str) -> str:
        """Say that a row made of an event of registry was known at the moment asked for."""
        return f"{row}.logtime <= {self._as_of}" if self._as_of else "true"

    def in_relief(self, row: str) -> str:
        """Say the same of an event of relief."""
        known = self.in_registry(row)
        return f"{known} AND {row}.index <= {self._upto}" if self._upto else known

    def told(self, query: str) -> str:
        """Fill a query's `{where}`, and the `{known_<row>}` of each row it joins."""
        registry = {f"known_{row}": self.in_registry(row) for row in ("o", "n", "w", "e")}
        registry["known_m"] = f"{self.in_registry('m')} AND {STANDS.format(known_u=self.in_registry('u'))}"
        relief = {f"known_{row}": self.in_relief(row) for row in ("f", "g")}
        people = {
            "person": "coalesce(s.survivor_id, p.person_id)" if self.merges else "p.person_id",
            "merges": STANDS_FOR.format(**registry) if self.merges else "",
        }
        return query.format(where=self.where, until=self._until, **people, **registry, **relief)


async def condition_of(conn: Connection, asked: ReliefQuestion, by_day_upto: int | None = None) -> Condition:
    """Return the condition of a question, as simple as it can be: mostly nobody was merged, no union moved, nothing
    came back.
    """
    known = await conn.fetchrow(
        "SELECT EXISTS (SELECT FROM person_merge) AS merges, EXISTS (SELECT FROM union_move) AS moves, "
        "EXISTS (SELECT FROM relief_payment WHERE amount_fen < 0) AS reversals"
    )
    return Condition(asked, by_day_upto, **dict(known or {}))


async def _refuse_disagreeing(conn: Connection, asked: ReliefQuestion, row: asyncpg.Record) -> None:
    """Add the same up from the daily sums, which other code wrote: a total must be what its events add up to."""
    condition = await condition_of(conn, asked)
    daily = await only(
        conn,
        "SELECT coalesce(sum(p.times), 0)::bigint AS times, coalesce(sum(p.fen), 0)::bigint AS fen "
        f"FROM {_BY_DAY} WHERE {condition.where}",
        condition.values,
    )
    if (daily["times"], daily["fen"]) != (row["times"], row["amount_fen"]):
        raise FigureDisagrees


def _shares(rows: Sequence[asyncpg.Record]) -> list[Share]:
    return [
        Share(row["key"], row["name"], count_distinct(row["persons"]), row["times"], row["amount_fen"]) for row in rows
    ]


_BY_DAY = "(SELECT *, kind AS programme_kind FROM relief_daily) p"
_PAYMENTS = f"""
SELECT count(*) AS times, count(*) AS counted, coalesce(sum(p.amount_fen), 0)::bigint AS amount_fen,
    {PERSONS} AS persons,
    coalesce(string_agg(uuid_send(p.event_id), ''), '') AS events
FROM relief_payment p {{merges}} WHERE {{where}}"""
_LEFT_PERSONS = "coalesce(string_agg(uuid_send(person), '') FILTER (WHERE times > 0), '')"
"""Those of whose payments one is left."""
_LESS_REVERSED = f"""
SELECT coalesce(sum(times), 0)::bigint AS times, coalesce(sum(counted), 0)::bigint AS counted,
    coalesce(sum(fen), 0)::bigint AS amount_fen, {_LEFT_PERSONS} AS persons,
    coalesce(string_agg(events, ''), '') AS events
FROM (SELECT {{person}} AS person, sum(sign(p.amount_fen))::bigint AS times, count(*) AS counted,
    sum(p.amount_fen)::bigint AS fen, string_agg(uuid_send(p.event_id), '') AS events
    FROM relief_payment p {{merges}} WHERE {{where}} GROUP BY 1) one"""
_POLICIES = f"""
SELECT coalesce(array_agg(DISTINCT g.policy_version ORDER BY g.policy_version), '{{{{}}}}') AS policy_versions
FROM programme g WHERE {{known_g}} AND g.programme_id IN (SELECT p.programme_id FROM {_BY_DAY} WHERE {{where}})"""

_SCHEMES = """
SELECT count(DISTINCT s.enterprise_id) AS enterprises, count(*) AS times,
    coalesce(string_agg(uuid_send(s.event_id), ''), '') AS events
FROM title_scheme s WHERE s.occurred_on BETWEEN $1 AND $2 AND ($3::timestamptz IS NULL OR s.logtime <= $3)"""

_EVENT_COLUMNS = ", ".join(f"p.{name}" for name in PaymentEvent.__dataclass_fields__)

_PART = "JOIN payment_part t ON (t.topic, t.index) = (p.topic, p.index)"
_WORKER = (
    "LEFT JOIN LATERAL (SELECT w.enterprise_id FROM worker w WHERE w.person_id = p.person_id AND {known_w} "
    # where the worker was on the day; before the first registration, where that one put the worker
    "ORDER BY w.holds_from <= p.occurred_on DESC, CASE WHEN w.holds_from <= p.occurred_on THEN w.holds_from END DESC, "
    "CASE WHEN w.holds_from <= p.occurred_on THEN -w.index ELSE w.index END LIMIT 1) w ON true"
)
_ENTERPRISE = (
    "LEFT JOIN LATERAL (SELECT e.ownership FROM enterprise e WHERE e.enterprise_id = w.enterprise_id AND {known_e} "
    # what it was on the day; before it was registered, what it was first
    "ORDER BY e.holds_from <= p.occurred_on DESC, CASE WHEN e.holds_from <= p.occurred_on THEN e.holds_from END DESC, "
    "CASE WHEN e.holds_from <= p.occurred_on THEN -e.index ELSE e.index END LIMIT 1) e ON true"
)
_UNION = "LEFT JOIN union_org o ON o.org_id = p.union_org_id AND {known_o}"
# dimension -> key, name, joins, fen
_DIMENSIONS: Mapping[Dimension, tuple[str, str, str, str]] = {
    Dimension.UNION: ("p.union_org_id::text", "o.name", NAMED, "p.amount_fen"),
    Dimension.LEVEL: ("o.level", "NULL::text", _UNION, "p.amount_fen"),
    Dimension.MONTH: ("to_char(p.occurred_on, 'YYYY-MM')", "NULL::text", "", "p.amount_fen"),
    Dimension.METHOD: ("p.method", "NULL::text", "", "p.amount_fen"),
    Dimension.FUND: (
        "t.fund_id::text",
        "f.name",
        f"{_PART} LEFT JOIN fund f ON f.fund_id = t.fund_id AND {{known_f}}",
        "t.amount_fen",
    ),
    Dimension.PROGRAMME: (
        "p.programme_id::text",
        "g.name",
        "LEFT JOIN programme g ON g.programme_id = p.programme_id AND {known_g}",
        "p.amount_fen",
    ),
    Dimension.OWNERSHIP: (
        "e.ownership",
        "NULL::text",
        f"{_WORKER} {_ENTERPRISE}",
        "p.amount_fen",
    ),
}
