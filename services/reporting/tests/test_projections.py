"""The tables hold what the events say: compared with a fold that knows JSON and nothing of ours."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.contracts import topic_name
from unionaid.contracts.event import Event as Fact
from unionaid.contracts.relief import (
    BankReturnRecorded,
    FundPart,
    PaymentFailed,
    PaymentOrdered,
    ReliefCancelled,
    ReliefPaid,
    application_id,
)
from unionaid.eventlog import Event, inbox_of
from unionaid.eventlog.handling import Interest
from unionaid.eventlog.records import head
from unionaid.reporting.examples import logs
from unionaid.reporting.projections import PROJECTIONS

from .histories import HISTORIES, Logs, uuid, written

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Reporting

Tables = dict[str, list[tuple[Any, ...]]]


TOLD_OF_DOSSIERS: dict[str, str | None] = {
    "DossierOpened": "opened", "DossierVerified": "verified", "DossierPosted": "posted", "DossierApproved": "approved",
    "DossierReturned": "returned", "DossierReviewed": "reviewed", "DossierReclassified": "reclassified",
    "DossierClosed": "closed", "FiveClearsRecorded": None, "DossierAssessed": None, "DossierHolderChanged": None,
    "DossierMoved": None,
}  # fmt: skip
"""Event -> the step that totals count."""


TOLD_OF_ACTIVITIES = {
    "GoodsIssued": ("issued", "issue_id"), "GoodsReturned": ("returned", "issue_id"),
    "SkillsSessionHeld": ("held", "session_id"), "TraineeEnrolled": ("enrolled", "session_id"),
    "TraineeCompleted": ("completed", "session_id"), "TraineePlaced": ("placed", "session_id"),
}  # fmt: skip
"""Event -> its step, and what it is about."""


# --- the fold that shares nothing ---------------------------------------------------------------------------------


def fold(given: Logs) -> Tables:  # noqa: PLR0912, PLR0915  a case for each event
    """Every table, computed from the published JSON."""
    tables: Tables = defaultdict(list)
    daily: dict[tuple[Any, ...], list[int]] = {}
    for topic, values in given.items():
        for value in values:
            event = json.loads(value)
            d = event["data"]
            front = (topic, int(event["logindex"]), datetime.fromisoformat(event["logtime"]))
            ids = {name: UUID(text) for name, text in d.items() if name.endswith("_id")}
            match event["type"].split(".")[2]:
                case "ReliefPaid" | "PaymentReversed" as said:
                    sign = 1 if said == "ReliefPaid" else -1
                    on = date.fromisoformat(d["occurred_on"])
                    programme, kind, union = ids["programme_id"], d["programme_kind"], ids["union_org_id"]
                    tables["relief_payment"].append(
                        (*front, UUID(event["id"]), on, programme, kind, d["programme_year"], ids["person_id"], union,
                         ids["list_id"], d["method"], sign * d["amount_fen"])
                    )  # fmt: skip
                    tables["payment_part"] += [
                        (*front[:2], UUID(p["fund_id"]), sign * p["amount_fen"]) for p in d["parts"]
                    ]
                    first_times_fen = daily.setdefault((programme, kind, on, union, d["method"]), [front[1], 0, 0])
                    first_times_fen[1] += sign
                    first_times_fen[2] += sign * d["amount_fen"]
                case "ProgrammeOpened":
                    window = (date.fromisoformat(d["window_from"]), date.fromisoformat(d["window_to"]))
                    tables["programme"].append(
                        (*front, ids["programme_id"], d["kind"], d["year"], d["name"], *window, d["policy_version"])
                    )
                case "FundOpened":
                    tables["fund"].append((*front, ids["fund_id"], d["source"], d["name"]))
                case "UnionOrgEstablished":
                    tables["union_org"].append((*front, ids["org_id"], d["level"], ids.get("parent_id"), d["name"]))
                case "UnionOrgMoved":
                    moved_on = date.fromisoformat(d["occurred_on"])
                    tables["union_move"].append((*front, ids["org_id"], ids["parent_id"], moved_on))
                case "UnionOrgDetailsCorrected":
                    holds_from = date.fromisoformat(d.get("since") or d["occurred_on"])
                    tables["union_name"].append((*front, ids["org_id"], d["name"], holds_from))
                case "EnterpriseRegistered" | "EnterpriseDetailsCorrected":
                    holds_from = date.fromisoformat(d.get("since") or d["occurred_on"])
                    tables["enterprise"].append(
                        (*front, ids["enterprise_id"], d["ownership"], ids.get("union_org_id"), holds_from)
                    )
                case "TitleSchemeAdopted":
                    tables["title_scheme"].append(
                        (*front, UUID(event["id"]), date.fromisoformat(d["occurred_on"]), ids["scheme_id"],
                         ids["enterprise_id"])
                    )  # fmt: skip
                case "PersonRegistered":
                    tables["person"].append((*front, ids["person_id"], d.get("birth_year"), d.get("sex")))
                case "WorkerMerged":
                    tables["person_merge"].append((*front, ids["person_id"], ids["survivor_id"]))
                case "WorkerUnmerged":
                    tables["person_unmerge"].append((*front, ids["person_id"], ids["survivor_id"]))
                case "WorkerRegistered" | "WorkerTransferred" | "WorkerDetailsCorrected":
                    holds_from = date.fromisoformat(d.get("since") or d["occurred_on"])
                    place = (ids["union_org_id"], ids.get("enterprise_id"), d["migrant"], holds_from)
                    tables["worker"].append((*front, ids["person_id"], *place))
                case kind if kind in TOLD_OF_ACTIVITIES:
                    taken, about = TOLD_OF_ACTIVITIES[kind]
                    sign = -1 if taken == "returned" else 1
                    tables["relief_activity"].append(
                        (*front, UUID(event["id"]), date.fromisoformat(d["occurred_on"]), taken, ids[about],
                         ids["programme_id"], d["programme_kind"], d["programme_year"], ids["union_org_id"],
                         d.get("site"), ids.get("person_id"), sign * d.get("head_count", 0),
                         sign * d.get("amount_fen", 0))
                    )  # fmt: skip
                case kind if kind in TOLD_OF_DOSSIERS:
                    on, step = date.fromisoformat(d["occurred_on"]), TOLD_OF_DOSSIERS[kind]
                    found = {} if kind == "DossierReviewed" else d.get("assessment", d)
                    cause = d.get("clears", {}).get("hardship_cause", d.get("hardship_cause"))
                    tables["dossier_event"].append(
                        (*front, UUID(event["id"]), on, ids["dossier_id"], step, ids.get("holder_id"),
                         ids.get("union_org_id"), found.get("hardship_level"), cause, found.get("policy_version"))
                    )  # fmt: skip
    tables["relief_daily"] = [(*key, *sums) for key, sums in daily.items()]
    names = [table for projection in PROJECTIONS for table in projection.tables]
    return {table: sorted(tables[table], key=repr) for table in names}


# --- applying without a topic -------------------------------------------------------------------------------------


async def apply(reporting: Reporting, batches: Sequence[Sequence[tuple[str, bytes]]]) -> Tables:
    """Apply batches of (topic, value), one transaction each, to empty tables; return the tables."""
    await reporting.clear()
    handler = inbox_of(reporting.pool, reporting.set, 1).handler
    interest = Interest(handler.decoders)
    async with reporting.pool.acquire() as conn:
        for batch in batches:
            events = []
            for topic, value in batch:
                known = head(value)
                assert known is not None
                event = interest.read(topic, int(known.logindex), known)
                assert not isinstance(event, str), event
                events += [event] if event is not None else []
            async with conn.transaction():
                await handler.apply(conn, events)
    return await reporting.tables()


def interleaved(given: Logs, draw: Random) -> list[tuple[str, bytes]]:
    """All records, each topic in its order, the topics mixed anyhow."""
    waiting = {topic: list(reversed(values)) for topic, values in given.items()}
    mixed = []
    while left := [topic for topic, values in waiting.items() if values]:
        topic = draw.choice(left)
        mixed.append((topic, waiting[topic].pop()))
    return mixed


def cut(records: Sequence[tuple[str, bytes]], draw: Random) -> list[Sequence[tuple[str, bytes]]]:
    """The records in batches of random size."""
    batches, at = [], 0
    while at < len(records):
        size = draw.choice((1, 2, 3, 7, len(records)))
        batches.append(records[at : at + size])
        at += size
    return batches


database_is_cleared = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@database_is_cleared
@given(history=HISTORIES, seed=st.integers(0, 2**32))
async def test_tables_equal_a_fold_in_any_batches_and_any_mix_of_topics(
    reporting: Reporting, history: tuple[list[Fact], list[Fact]], seed: int
) -> None:
    given_logs, draw = written(reporting.division, history), Random(seed)
    records = interleaved(given_logs, draw)
    assert await apply(reporting, cut(records, draw)) == fold(given_logs)


async def test_a_longer_history_in_one_batch_and_in_many(reporting: Reporting) -> None:
    given_logs, draw = logs(division=reporting.division, people=200, payments_each=3, seed=7), Random(7)
    expected = fold(given_logs)
    assert len(expected["relief_payment"]) == 600
    in_order = [(topic, value) for topic, values in given_logs.items() for value in values]
    relief_first = list(given_logs)[::-1]
    assert await apply(reporting, [in_order]) == expected
    assert await apply(reporting, cut(interleaved(given_logs, draw), draw)) == expected
    backwards = [(topic, value) for topic in relief_first for value in given_logs[topic]]
    assert await apply(reporting, cut(backwards, draw)) == expected


PAID_ON = date(2017, 1, 12)
BATCH, FOLLOW_UP = uuid(7, 1), uuid(7, 2)


def line_of(line: int) -> dict[str, Any]:
    return {"application_id": application_id(uuid(6, 1), line), "list_id": uuid(6, 1), "line": line}


def payment(line: int, **how: Any) -> ReliefPaid:
    return ReliefPaid(
        **line_of(line), occurred_on=PAID_ON, programme_id=uuid(4, 1), programme_kind="WINTER_WARMTH",
        programme_year=2017, person_id=uuid(3, line), union_org_id=uuid(1, line % 2), amount_fen=100 * line,
        parts=(FundPart(fund_id=uuid(5, 1), amount_fen=100 * line),), **how,
    )  # fmt: skip


def by_the_bank() -> Iterator[Fact]:
    """Lines 1 and 2 are paid at once, line 3 with the follow-up, line 4 is given up."""
    day: dict[str, Any] = {"occurred_on": PAID_ON}
    for line in range(1, 5):
        yield PaymentOrdered(**line_of(line), **day, batch_id=BATCH, amount_fen=100 * line)
    yield BankReturnRecorded(
        **day, batch_id=BATCH, list_id=uuid(6, 1), paid_lines=2, paid_fen=300, failed_lines=2, failed_fen=700
    )
    for line in (1, 2):
        yield payment(line, method="bank", batch_id=BATCH)
    for line in (3, 4):
        yield PaymentFailed(**line_of(line), **day, batch_id=BATCH, amount_fen=100 * line, reason_code="account-closed")
        yield PaymentOrdered(**line_of(line), **day, batch_id=FOLLOW_UP, amount_fen=100 * line)
    yield payment(3, method="bank", batch_id=FOLLOW_UP)
    yield PaymentFailed(**line_of(4), **day, batch_id=FOLLOW_UP, amount_fen=400, reason_code="account-unknown")
    yield ReliefCancelled(**line_of(4), **day, amount_fen=400, reason_code="moved-away")


async def test_the_bank_counts_as_cash_does_and_what_failed_or_was_given_up_counts_nothing(
    reporting: Reporting,
) -> None:
    told = []
    for facts in ([payment(line, method="cash", signed_by="payee") for line in (1, 2, 3)], list(by_the_bank())):
        given_logs = written(reporting.division, ([], facts))
        tables = await apply(reporting, [[(topic, v) for topic, values in given_logs.items() for v in values]])
        assert tables == fold(given_logs)
        told.append(
            {
                "payments": sorted((*row[4:11], row[12]) for row in tables["relief_payment"]),
                "parts": sorted(row[2:] for row in tables["payment_part"]),
                "daily": sorted((*row[:4], *row[6:]) for row in tables["relief_daily"]),
            }
        )
    cash, bank = told
    assert bank == cash
    assert [row[-1] for row in bank["payments"]] == [100, 200, 300]


async def test_an_enterprise_of_version_one_is_read_through_the_upcaster(reporting: Reporting) -> None:
    given_logs = logs(division=reporting.division, people=1)
    topic = topic_name(reporting.division, "registry")
    (number, value), *_ = [(n, v) for n, v in enumerate(given_logs[topic]) if b'"institution"' in v]
    old = json.loads(value)
    old["type"], old["dataschema"] = old["type"].replace(".v2", ".v1"), old["dataschema"].replace(":v2", ":v1")
    del old["data"]["ownership"]
    old["data"]["nature"] = "事业单位"
    given_logs[topic][number] = json.dumps(old).encode()
    await apply(reporting, [[(topic, v) for v in given_logs[topic]]])
    schema = await reporting.schema()
    enterprise = UUID(old["data"]["enterprise_id"])
    found = await reporting.owner.fetchval(
        f'SELECT ownership FROM "{schema}".enterprise WHERE enterprise_id = $1', enterprise
    )
    assert found == "institution"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount_fen": 1}, "PartsDisagree"),
        ({"amount_fen": "50000"}, "ValidationError"),
        ({"amount_fen": -5}, "ValidationError"),
        ({"amount_fen": 10.5}, "ValidationError"),
        ({"programme_kind": "WINTER"}, "ValidationError"),
        ({"person_id": "张三"}, "ValidationError"),
        ({"occurred_on": "2017-02-30"}, "ValidationError"),
        ({"occurred_on": None}, "ValidationError"),
        ({"parts": []}, "PartsDisagree"),
    ],
)
def test_a_payment_of_another_schema_is_not_read(change: dict[str, object], reason: str) -> None:
    values = logs(division="640302", people=1)["unionaid.640302.relief"]
    paid = json.loads(values[-1])
    event = _read(paid | {"data": paid["data"] | change})
    assert isinstance(event, str)
    assert event.startswith(reason)


def test_a_fund_in_two_parts_is_not_read() -> None:
    paid = json.loads(logs(division="640302", people=1)["unionaid.640302.relief"][-1])
    fund, fen = paid["data"]["parts"][0]["fund_id"], paid["data"]["amount_fen"]
    parts = [{"fund_id": fund, "amount_fen": fen - 1}, {"fund_id": fund, "amount_fen": 1}]
    event = _read(paid | {"data": paid["data"] | {"parts": parts}})
    assert isinstance(event, str)
    assert "two parts" in event


def test_fields_of_a_later_time_are_passed_over() -> None:
    paid = json.loads(logs(division="640302", people=1)["unionaid.640302.relief"][-1])
    event = _read(paid | {"data": paid["data"] | {"household_id": str(uuid(7, 1))}})
    assert isinstance(event, Event)
    assert event.data.amount_fen == paid["data"]["amount_fen"]


def _read(event: dict[str, Any]) -> Event | str | None:
    known = head(json.dumps(event).encode())
    assert known is not None
    decoders = {t: d for p in PROJECTIONS for t, d in p.decoders.items()}
    return Interest(decoders).read("unionaid.640302.relief", 1, known)
