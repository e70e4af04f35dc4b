"""Totals of goods and training: those of a fold that knows JSON and nothing of ours, as of any moment."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from unionaid.contracts import topic_name
from unionaid.contracts.event import Event as Fact
from unionaid.reporting.domain.activities.question import ActivityQuestion
from unionaid.reporting.views.activities import ActivityDimension, ActivityTotals
from unionaid.reporting.views.snapshot import Snapshots

from .histories import HISTORIES, NUMBER, Logs, uuid, written
from .test_dossier_totals import above, survivor
from .test_projections import TOLD_OF_ACTIVITIES
from .test_time_travel import moments, read, recorded, tables_are_cleared

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Reporting

PAGE = 3
NARROWED = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(("SUMMER_COOLNESS", "SPRING_SKILLS")),
        "programme": NUMBER.map(lambda n: uuid(4, n)),
        "union": NUMBER.map(lambda n: uuid(1, n)),
    },
)
QUESTIONS = st.one_of(
    st.just(ActivityQuestion(date(2013, 1, 1), date(2017, 12, 31))),
    st.builds(
        lambda since, more: ActivityQuestion(since, date(2017, 12, 31), **more),
        st.sampled_from((date(2013, 1, 1), date(2017, 1, 1))),
        NARROWED,
    ),
)


# --- the fold that shares nothing ---------------------------------------------------------------------------------


def known(values: Sequence[bytes], asked: ActivityQuestion, upto: int | None) -> list[dict[str, Any]]:
    """The events of a log that were known at the moment of a question."""
    return [
        event
        for event in map(json.loads, values)
        if (asked.as_of is None or datetime.fromisoformat(event["logtime"]) <= asked.as_of)
        and (upto is None or int(event["logindex"]) <= upto)
    ]


def counted(logs: Logs, division: str, asked: ActivityQuestion) -> list[dict[str, Any]]:
    """The events that a question counts, in the order of the log."""
    told = known(logs[topic_name(division, "registry")], asked, None)
    rows = []
    for event in known(logs[topic_name(division, "relief")], asked, asked.upto):
        kind, d = event["type"].split(".")[2], event["data"]
        if kind not in TOLD_OF_ACTIVITIES or not asked.since <= date.fromisoformat(d["occurred_on"]) <= asked.until:
            continue
        on = date.fromisoformat(d["occurred_on"])
        if (
            asked.kind in (None, d["programme_kind"])
            and (asked.programme is None or str(asked.programme) == d["programme_id"])
            and (asked.union is None or str(asked.union) in above(told, d["union_org_id"], on))
        ):
            step, about = TOLD_OF_ACTIVITIES[kind]
            person = survivor(told, d.get("person_id"))
            rows.append({**d, "id": event["id"], "index": int(event["logindex"]), "step": step, "about": d[about],
                         "person": person})  # fmt: skip
    return rows


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    sites: Counter[tuple[str, str]] = Counter()
    heads = fen = 0
    for row in rows:
        if "site" in row:
            sign = -1 if row["step"] == "returned" else 1
            sites[row["union_org_id"], row["site"]] += sign * row["head_count"]
            heads, fen = heads + sign * row["head_count"], fen + sign * row["amount_fen"]

    def people(step: str) -> int:
        return len({row["person"] for row in rows if row["step"] == step})

    return {
        "sites": sum(served > 0 for served in sites.values()), "head_count": heads, "amount_fen": fen,
        "sessions": len({row["about"] for row in rows if row["step"] == "held"}), "trainees": people("enrolled"),
        "completed": people("completed"), "placed": people("placed"), "times": len(rows),
    }  # fmt: skip


Row = Mapping[str, Any]
KEYS: Mapping[str, Callable[[Row], str]] = {
    "union": lambda row: row["union_org_id"],
    "month": lambda row: row["occurred_on"][:7],
    "programme": lambda row: row["programme_id"],
    "step": lambda row: row["step"],
}


# --- what is told -------------------------------------------------------------------------------------------------


async def all_events(totals: ActivityTotals, asked: ActivityQuestion) -> AsyncIterator[Any]:
    page = await totals.events(asked, None, PAGE)
    while True:
        for event in page.events:
            yield event
        if page.next is None:
            return
        page = await totals.events(asked, page.next, PAGE)


@tables_are_cleared
@given(history=HISTORIES, seed=st.integers(0, 2**32), data=st.data())
async def test_a_total_of_activities_is_that_of_a_fold_at_any_moment(
    reporting: Reporting, *, history: tuple[list[Fact], list[Fact]], seed: int, data: st.DataObject
) -> None:
    relief, draw = topic_name(reporting.division, "relief"), Random(seed)
    logs = recorded(written(reporting.division, history), draw)
    await read(reporting, logs, draw)
    totals = ActivityTotals(Snapshots(reporting.pool, reporting.set), relief)
    for _ in range(4):
        as_of, upto = data.draw(moments(logs, relief) | st.just((None, None)))
        asked = replace(data.draw(QUESTIONS), as_of=as_of, upto=upto)
        rows, total = counted(logs, reporting.division, asked), await totals.total(asked)
        expected = figures(rows)
        assert {name: getattr(total, name) for name in expected} == expected
        cited = total.citation
        assert (cited.events, cited.query) == (len(rows), asked.query)
        assert cited.query.startswith("activities?")
        assert cited.sha256 == hashlib.sha256("\n".join(sorted(row["id"] for row in rows)).encode()).hexdigest()
        told = [event async for event in all_events(totals, asked)]
        assert [(one.index, str(one.event_id), one.step, f"{one.occurred_on}") for one in told] == [
            (row["index"], row["id"], row["step"], row["occurred_on"]) for row in rows
        ]
        for dimension, key in KEYS.items():
            found = await totals.by(asked, ActivityDimension(dimension))
            assert found.total == total
            lines = {line.key: {name: getattr(line, name) for name in expected} for line in found.lines}
            assert lines == {k: figures([r for r in rows if key(r) == k]) for k in {key(r) for r in rows}}
