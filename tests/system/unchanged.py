"""What a bad request can be about, how its refusal looks, and that it has changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import httpx
import pytest

from unionaid.embedded import sample
from unionaid.embedded.apart import run_apart
from unionaid.testkit.demo import Demo


@dataclass(frozen=True)
class Office:
    """What the sample history left that a request can be about."""

    union_id: str
    fund_id: str
    programme_id: str
    budget_id: str
    person_id: str
    taken: str
    """A resident ID that somebody has."""


@pytest.fixture(scope="module")
def office(demo: Demo) -> Office:
    payment = demo.ask("reporting", "/totals/relief/events", "auditor", from_="2017-01-01", to="2017-12-31", limit=1)
    [event] = payment["events"]
    shown = demo.ask("relief", f"/lists/{event['list_id']}", "auditor")
    budget = demo.ask("relief", f"/budgets/{shown['budget_id']}", "auditor")
    first = sample.office(4_116, 199_700_000)[0].units[0].people[0]
    return Office(
        union_id=event["union_org_id"],
        fund_id=budget["fund_id"],
        programme_id=budget["programme_id"],
        budget_id=shown["budget_id"],
        person_id=event["person_id"],
        taken=first.resident_id,
    )


def logs(demo: Demo) -> dict[str, tuple[int, ...]]:
    """Per service: events, the last index, what waits to be sequenced, reservations."""

    async def count(dsn: str) -> tuple[int, ...]:
        conn = await asyncpg.connect(dsn)
        try:
            row = await conn.fetchrow(
                "SELECT (SELECT count(*) FROM eventlog.events), (SELECT coalesce(max(index), -1) FROM eventlog.log),"
                " (SELECT count(*) FROM eventlog.outbox), (SELECT count(*) FROM eventlog.reservations)"
            )
        finally:
            await conn.close()
        assert row is not None
        return tuple(row)

    return {service: run_apart(count(dsns["owner"])) for service, dsns in demo.stack.databases.items()}


@pytest.fixture(autouse=True)
def nothing_changes(demo: Demo) -> Iterator[None]:
    before = logs(demo)
    assert before["registry"][0] > 8_000
    assert before["relief"][1] > 16_000
    yield
    assert logs(demo) == before


def assert_problem(answer: httpx.Response, status: int, code: str, field: str | None = None) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["title"]
    if field is not None:
        assert [fault["field"] for fault in problem["errors"]] == [field], problem
