"""Totals of hardship dossiers: those of a fold that knows JSON and nothing of ours, as of any moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.contracts import topic_name
from unionaid.contracts.event import Event as Fact
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierClosed,
    DossierHolderChanged,
    DossierMoved,
    DossierOpened,
    DossierReclassified,
    DossierVerified,
    FiveClears,
    FiveClearsRecorded,
    UnionOrgDetailsCorrected,
    UnionOrgEstablished,
    UnionOrgMoved,
)
from unionaid.reporting.domain.dossiers.question import STATUSES, STEPS, DossierQuestion
from unionaid.reporting.views.dossiers import DossierDimension, DossierTotals
from unionaid.reporting.views.snapshot import Snapshots
from unionaid.service.roles import Role

from .histories import HISTORIES, NUMBER, merge, uuid, written
from .test_projections import TOLD_OF_DOSSIERS
from .test_time_travel import logtime_of, moments, read, recorded, tables_are_cleared

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Publish, Reporting, Served

PAGE = 3


# --- the fold that shares nothing ---------------------------------------------------------------------------------


@dataclass
class Told:
    """One event of a dossier, as JSON says it."""

    index: int
    id: str
    on: date
    dossier: str
    step: str | None
    attributes: Mapping[str, str | None]


def known_of(values: Sequence[bytes], asked: DossierQuestion) -> list[dict[str, Any]]:
    """The events of registry that were known at the moment of a question."""
    upto = len(values) if asked.upto is None else asked.upto
    return [
        event
        for value in values
        if (event := json.loads(value)) and int(event["logindex"]) <= upto
        and (asked.as_of is None or datetime.fromisoformat(event["logtime"]) <= asked.as_of)
    ]  # fmt: skip


def told_of(events: Sequence[Mapping[str, Any]]) -> list[Told]:
    found = []
    for event in events:
        kind, d = event["type"].split(".")[2], event["data"]
        if kind not in TOLD_OF_DOSSIERS:
            continue
        level = d.get("hardship_level") or d.get("assessment", {}).get("hardship_level")
        attributes = {
            "holder_id": d.get("holder_id"), "union_org_id": d.get("union_org_id"),
            "hardship_level": None if kind == "DossierReviewed" else level,
            "hardship_cause": d.get("hardship_cause") or d.get("clears", {}).get("hardship_cause"),
        }  # fmt: skip
        said = d.get("policy_version") or d.get("assessment", {}).get("policy_version")
        attributes["policy_version"] = None if kind == "DossierReviewed" else said
        on = date.fromisoformat(d["occurred_on"])
        found.append(Told(int(event["logindex"]), event["id"], on, d["dossier_id"], TOLD_OF_DOSSIERS[kind], attributes))
    return found


def as_told(events: Sequence[Told], dossier: str, name: str, by_then: set[int]) -> str | None:
    """The last that was told by then; where nothing was, the first."""
    said = [one for one in events if one.dossier == dossier and one.attributes[name] is not None]
    before = [one for one in said if one.index in by_then]
    return before[-1].attributes[name] if before else said[0].attributes[name] if said else None


def above(events: Sequence[Mapping[str, Any]], union: str | None, day: date) -> set[str]:
    """A union, and those above it on a day as far as the tree is known."""
    found: set[str] = set()
    while union is not None and union not in found:
        found.add(union)
        placed: list[tuple[date, int, str | None]] = []
        for event in events:
            d = event["data"]
            if d.get("org_id") == union and event["type"].endswith("UnionOrgEstablished.v1"):
                placed.append((date.min, int(event["logindex"]), d.get("parent_id")))
            elif d.get("org_id") == union and event["type"].endswith("UnionOrgMoved.v1"):
                placed.append((date.fromisoformat(d["occurred_on"]), int(event["logindex"]), d["parent_id"]))
        stood = [parent for since, _, parent in sorted(placed, key=lambda one: one[:2]) if since <= day]
        union = stood[-1] if stood else None
    return found


def survivor(events: Sequence[Mapping[str, Any]], person: str | None) -> str | None:
    """For whom a person stands in the end."""
    standing: dict[str, str] = {}
    for event in events:
        d = event["data"]
        if event["type"].endswith(".WorkerMerged.v1"):
            standing[d["person_id"]] = d["survivor_id"]
        elif event["type"].endswith(".WorkerUnmerged.v1"):
            standing.pop(d["person_id"], None)
    while person in standing:
        person = standing[person]
    return person


def counted(values: Sequence[bytes], asked: DossierQuestion) -> list[dict[str, Any]]:
    """The events that a question counts, in the order of the log, each with its dossier as told by then."""
    events = known_of(values, asked)
    every = told_of(events)
    if asked.since is None:
        last = {one.dossier: one for one in every if one.step in STATUSES and one.on <= asked.until}
        chosen = sorted(last.values(), key=lambda one: one.index)
    else:
        chosen = [one for one in every if one.step in STEPS and asked.since <= one.on <= asked.until]
    rows = []
    for one in chosen:
        by_then = {t.index for t in every if (t.on <= asked.until if asked.since is None else t.index <= one.index)}
        told = {name: as_told(every, one.dossier, name, by_then) for name in one.attributes}
        day = asked.until if asked.since is None else one.on
        if (
            asked.step in (None, one.step)
            and _fits(asked.level, told["hardship_level"])
            and _fits(asked.cause, told["hardship_cause"])
            and (asked.union is None or str(asked.union) in above(events, told["union_org_id"], day))
        ):
            rows.append({"index": one.index, "id": one.id, "on": one.on, "dossier": one.dossier, "step": one.step,
                         "person": survivor(events, told["holder_id"]), **told})  # fmt: skip
    return rows


def _fits(wanted: str | None, value: str | None) -> bool:
    return wanted is None or value == (None if wanted == "unknown" else wanted)


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    people = {row["person"] for row in rows} - {None}
    return {"dossiers": len({row["dossier"] for row in rows}), "people": len(people), "times": len(rows)}


# --- what is told -------------------------------------------------------------------------------------------------


def totals_of(reporting: Reporting) -> DossierTotals:
    return DossierTotals(Snapshots(reporting.pool, reporting.set), topic_name(reporting.division, "registry"))


async def all_events(totals: DossierTotals, asked: DossierQuestion) -> AsyncIterator[Any]:
    page = await totals.events(asked, None, PAGE)
    while True:
        for event in page.events:
            yield event
        if page.next is None:
            return
        page = await totals.events(asked, page.next, PAGE)


SINCE = st.none() | st.sampled_from((date(2013, 1, 1), date(2017, 1, 1)))
UNTIL = st.sampled_from((date(2017, 1, 1), date(2017, 12, 31)))
NARROWED = st.fixed_dictionaries(
    {},
    optional={
        "step": st.sampled_from(STEPS),
        "level": st.sampled_from(("deep", "relative", "unknown")),
        "cause": st.sampled_from(("illness", "unknown")),
        "union": NUMBER.map(lambda n: uuid(1, n)),
    },
)
QUESTIONS = st.one_of(
    st.just(DossierQuestion(date(2017, 12, 31))),
    st.just(DossierQuestion(date(2017, 12, 31), date(2013, 1, 1))),
    st.sampled_from((0, 1, 5)).map(lambda n: DossierQuestion(date(2017, 12, 31), union=uuid(1, n))),
    st.builds(lambda until, since, more: DossierQuestion(until, since, **more), UNTIL, SINCE, NARROWED),
)


@tables_are_cleared
@given(history=HISTORIES, seed=st.integers(0, 2**32), data=st.data())
async def test_a_total_of_dossiers_is_that_of_a_fold_at_any_moment(
    reporting: Reporting, *, history: tuple[list[Fact], list[Fact]], seed: int, data: st.DataObject
) -> None:
    registry, draw = topic_name(reporting.division, "registry"), Random(seed)
    given_logs = recorded(written(reporting.division, history), draw)
    await read(reporting, given_logs, draw)
    totals = totals_of(reporting)
    for _ in range(4):
        as_of, upto = data.draw(moments(given_logs, registry) | st.just((None, None)))
        asked = replace(data.draw(QUESTIONS), as_of=as_of, upto=upto)
        rows = counted(given_logs[registry], asked)
        total = await totals.total(asked)
        assert {name: getattr(total, name) for name in ("dossiers", "people", "times")} == figures(rows)
        cited = total.citation
        assert (cited.events, cited.query) == (len(rows), asked.query)
        assert list(cited.policy_versions) == sorted({row["policy_version"] for row in rows} - {None})
        assert cited.sha256 == hashlib.sha256("\n".join(sorted(row["id"] for row in rows)).encode()).hexdigest()
        told = [asdict(event) async for event in all_events(totals, asked)]
        names = ("holder_id", "union_org_id", "hardship_level", "hardship_cause")
        assert [
            (e["index"], str(e["event_id"]), e["happened_on"], str(e["dossier_id"]), e["step"],
             *(str(e[name]) for name in names)) for e in told
        ] == [
            (r["index"], r["id"], r["on"], r["dossier"], r["step"], *(str(r[name]) for name in names)) for r in rows
        ]  # fmt: skip
        for dimension, key in (
            ("step", lambda r: r["step"]), ("level", lambda r: r["hardship_level"]),
            ("cause", lambda r: r["hardship_cause"]), ("union", lambda r: r["union_org_id"]),
            ("month", lambda r: f"{r['on']:%Y-%m}"),
        ):  # fmt: skip
            found = await totals.by(asked, DossierDimension(dimension))
            assert found.total == total
            lines = {line.key: {n: getattr(line, n) for n in ("dossiers", "people", "times")} for line in found.lines}
            assert len(lines) == len(found.lines)
            assert lines == {k: figures([r for r in rows if key(r) == k]) for k in {key(r) for r in rows}}


# --- a story ------------------------------------------------------------------------------------------------------

DISTRICT, STREET, OTHER, UNIT = (uuid(1, n) for n in range(10, 14))
DOSSIER, HOUSEHOLD, HOLDER, HEIR = uuid(8, 1), uuid(10, 1), uuid(3, 1), uuid(3, 2)


def union(org_id: UUID, level: str, parent: UUID | None, name: str) -> Fact:
    return UnionOrgEstablished.model_validate(
        {"occurred_on": date(2015, 1, 4), "org_id": org_id, "level": level, "parent_id": parent, "name": name}
    )


UNIONS = [
    union(DISTRICT, "district", None, "区"), union(STREET, "sub_district", DISTRICT, "街"),
    union(OTHER, "sub_district", DISTRICT, "别街"), union(UNIT, "grassroots", STREET, "厂"),
]  # fmt: skip


def on(day: str) -> dict[str, Any]:
    return {"occurred_on": date.fromisoformat(day), "dossier_id": DOSSIER}


ASSESSED = Assessment(
    policy_version="hardship-2016.1", household_size=3, income_ratio_percent=80, hardship_level="deep"
)
STORY: list[Fact] = [
    *UNIONS,
    DossierOpened(**on("2016-03-01"), household_id=HOUSEHOLD, holder_id=HOLDER, union_org_id=UNIT),
    FiveClearsRecorded(**on("2016-03-01"), clears=FiveClears(hardship_cause="illness")),
    DossierAssessed(**on("2016-03-02"), assessment=ASSESSED),
    DossierVerified(**on("2016-03-03")),
    DossierApproved(
        **on("2016-04-01"), household_id=HOUSEHOLD, holder_id=HOLDER, union_org_id=UNIT, hardship_level="deep",
        hardship_cause="illness", household_size=3, income_ratio_percent=80, policy_version="hardship-2016.1",
        next_review_on=date(2017, 4, 1),
    ),
    UnionOrgMoved(occurred_on=date(2016, 6, 1), org_id=UNIT, parent_id=OTHER, former_parent_id=STREET),
    DossierReclassified(
        **on("2016-07-01"), former_level="deep", hardship_level="relative", policy_version="hardship-2016.1"
    ),
    DossierHolderChanged(
        **on("2016-08-01"), former_holder_id=HOLDER, holder_id=HEIR, union_org_id=UNIT, reason_code="died"
    ),
    DossierMoved(**on("2016-09-01"), former_union_org_id=UNIT, union_org_id=STREET),
    DossierClosed(**on("2017-02-01"), household_id=HOUSEHOLD, reason_code="lifted"),
]  # fmt: skip


async def test_a_dossier_stands_where_its_last_step_put_it_under_the_tree_of_the_day(reporting: Reporting) -> None:
    await read(reporting, written(reporting.division, (STORY, [])), Random(1))
    totals = totals_of(reporting)

    async def standing(day: str, **narrowed: Any) -> tuple[str, str | None, str | None, UUID | None] | None:
        page = await totals.events(DossierQuestion(date.fromisoformat(day), **narrowed), None, 10)
        if not page.events:
            return None
        (one,) = page.events
        return (one.step, one.hardship_level, one.hardship_cause, one.holder_id)

    assert await standing("2016-02-28") is None
    assert await standing("2016-03-01") == ("opened", "deep", "illness", HOLDER), "the level is as it was told first"
    assert await standing("2016-05-31") == ("approved", "deep", "illness", HOLDER)
    assert await standing("2016-07-01") == ("approved", "relative", "illness", HOLDER)
    assert await standing("2016-12-31") == ("approved", "relative", "illness", HEIR)
    assert await standing("2017-12-31") == ("closed", "relative", "illness", HEIR)
    for day, below_street, below_other in (
        ("2016-05-31", True, False), ("2016-06-01", False, True), ("2016-09-01", True, False),
    ):  # fmt: skip
        assert (await standing(day, union=STREET) is not None) == below_street, day
        assert (await standing(day, union=OTHER) is not None) == below_other, day
    taken = DossierQuestion(date(2016, 12, 31), date(2016, 1, 1))
    lines = (await totals.by(taken, DossierDimension.LEVEL)).lines
    assert [(line.key, line.times) for line in lines] == [("deep", 3), ("relative", 1)]
    assert (await totals.total(taken)).people == 1
    assert [line.key for line in (await totals.by(taken, DossierDimension.UNION_LEVEL)).lines] == ["grassroots"]


async def test_a_total_of_dossiers_shows_what_a_union_is_called_on_its_last_day(reporting: Reporting) -> None:
    renamed = UnionOrgDetailsCorrected(
        occurred_on=date(2016, 8, 1), org_id=UNIT, name="新厂工会", reason_code="changed"
    )
    await read(reporting, written(reporting.division, ([*STORY, renamed], [])), Random(1))
    for until, name in ((date(2016, 7, 31), None), (date(2016, 8, 1), "新厂工会")):
        lines = (await totals_of(reporting).by(DossierQuestion(until), DossierDimension.UNION)).lines
        assert [line.key for line in lines] == [str(UNIT)]
        assert (lines[0].name == "新厂工会") == (name is not None)


async def test_holders_count_once_after_a_merge_and_an_earlier_answer_stays(reporting: Reporting) -> None:
    second = [
        DossierOpened(
            occurred_on=date(2016, 3, 1), dossier_id=uuid(8, 2), household_id=uuid(10, 2), holder_id=HEIR,
            union_org_id=UNIT,
        ),
        merge(2, 1),
    ]  # fmt: skip
    given_logs = written(reporting.division, ([*STORY[:5], *second], []))
    await read(reporting, given_logs, Random(1))
    registry = topic_name(reporting.division, "registry")
    *_, before, merged = (logtime_of(value) for value in given_logs[registry])
    for as_of, people in ((before, 2), (merged, 1), (None, 1)):
        total = await totals_of(reporting).total(DossierQuestion(date(2017, 12, 31), as_of=as_of))
        assert (total.dossiers, total.times, total.people) == (2, 2, people)


async def test_over_http_a_total_its_lines_and_its_events_are_of_one_question(served: Served, publish: Publish) -> None:
    registry = topic_name(served.reporting.division, "registry")
    given_logs = {registry: written(served.reporting.division, (STORY, []))[registry]}
    last = await publish(given_logs)
    asked = {"from_": "2016-01-01", "to": "2016-12-31", "after": f"{registry}@{last[registry]}"}
    total = await served.answer("/totals/dossiers", **asked)
    assert (total["dossiers"], total["people"], total["times"]) == (1, 1, 4)
    assert total["citation"]["query"] == "dossiers?from=2016-01-01&to=2016-12-31"
    steps = await served.answer("/totals/dossiers/by", **asked, dimension="step")
    assert {line["key"]: line["times"] for line in steps["lines"]} == dict.fromkeys(
        ("opened", "verified", "approved", "reclassified"), 1
    )
    events = await served.answer("/totals/dossiers/events", **asked, limit=3)
    rest = await served.answer("/totals/dossiers/events", **asked, limit=3, cursor=events["next"])
    ids = [event["event_id"] for event in (*events["events"], *rest["events"])]
    assert total["citation"]["sha256"] == hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
    standing = await served.answer("/totals/dossiers", to="2016-12-31", step="approved", level="relative")
    assert standing["citation"]["query"] == "dossiers?level=relative&step=approved&to=2016-12-31"
    assert standing["dossiers"] == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from_": "2017-02-01", "to": "2017-01-01"}, "period-reversed"),
        ({"to": "2017-01-01", "level": "none"}, "invalid-input"),
        ({}, "invalid-input"),
    ],
)
async def test_a_question_that_cannot_be_read_is_refused(served: Served, query: dict[str, Any], code: str) -> None:
    refused = await served.get("/totals/dossiers", **query)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await served.get("/totals/dossiers", role=Role.CASHIER, to="2017-01-01")).status_code == 403
