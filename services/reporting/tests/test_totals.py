"""Figures over HTTP: people, times and fen with their citation, their events, and what is missing from them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from unionaid.contracts import topic_name
from unionaid.contracts.registry import SchemeTitle, TitleSchemeAdopted
from unionaid.contracts.relief import FundPart, ReliefPaid, application_id
from unionaid.reporting.examples import Log, logs
from unionaid.service.roles import Role
from unionaid.testkit.log import until, write
from unionaid.testkit.stack import Kafka

from .histories import reversal

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Publish, Reporting, Served

PERIOD: dict[str, Any] = {"from": "2017-01-01", "to": "2017-12-31"}
KIND = "WINTER_WARMTH"
Paid = dict[str, Any]


def payments(values: Iterable[bytes]) -> list[Paid]:
    """The ReliefPaid events of a log, as plain JSON."""
    return [e for e in map(json.loads, values) if e["type"] == "unionaid.relief.ReliefPaid.v1"]


def of(found: Iterable[Paid], where: Callable[[Paid], bool] = lambda _: True) -> list[Paid]:
    """Those of the year 2017 for which `where` holds of the data."""
    return [e for e in found if "2017-01-01" <= e["data"]["occurred_on"] <= "2017-12-31" and where(e["data"])]


def figures(found: Iterable[Paid]) -> dict[str, Any]:
    """People, times, fen and the hash over the ids, by hand."""
    found = list(found)
    ids = sorted(e["id"] for e in found)
    return {
        "people": len({e["data"]["person_id"] for e in found}),
        "times": len(found),
        "amount_fen": sum(e["data"]["amount_fen"] for e in found),
        "events": len(ids),
        "sha256": hashlib.sha256("\n".join(ids).encode("ascii")).hexdigest(),
    }


def told(total: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an answer."""
    cited = total["citation"]
    return {name: total[name] for name in ("people", "times", "amount_fen")} | {
        name: cited[name] for name in ("events", "sha256")
    }


def at(last: Mapping[str, int], topic: str) -> str:
    return f"{topic}@{last[topic]}"


@pytest.fixture
async def history(served: Served, publish: Publish) -> dict[str, list[bytes]]:
    """A published history that has been read."""
    given = dict(logs(division=served.reporting.division, people=150, payments_each=4, seed=3))
    last = await publish(given)
    for topic in given:
        await served.answer("/totals/relief", **PERIOD, after=at(last, topic))
    return given


def relief(served: Served) -> str:
    return topic_name(served.reporting.division, "relief")


async def test_a_total_and_its_citation(served: Served, history: dict[str, list[bytes]]) -> None:
    counted = of(payments(history[relief(served)]), lambda d: d["programme_kind"] == KIND)
    assert len({e["data"]["person_id"] for e in counted}) < len(counted)
    answer = await served.answer("/totals/relief", kind=KIND, **PERIOD)
    assert told(answer) == figures(counted)
    assert answer["incomplete"] == 0
    cited = answer["citation"]
    assert cited["query"] == "relief?from=2017-01-01&kind=WINTER_WARMTH&to=2017-12-31"
    assert cited["policy_versions"] == ["winter-warmth-2017.1"]
    assert cited["projection"].startswith("payments v2, ")
    division = served.reporting.division
    assert cited["vector"] == {
        f"unionaid.{division}.mutualaid": -1,
        f"unionaid.{division}.registry": len(history[f"unionaid.{division}.registry"]) - 1,
        f"unionaid.{division}.relief": len(history[relief(served)]) - 1,
        f"unionaid.{division}.supervision": -1,
    }


async def test_enterprises_with_titles_of_their_own_are_counted_once_with_a_citation(
    served: Served, publish: Publish
) -> None:
    division = served.reporting.division
    log = Log(division, "registry", Random(5))
    days = (date(2013, 12, 31), date(2014, 1, 1), date(2017, 12, 31), date(2018, 1, 1), date(2016, 5, 1))
    for n, day in enumerate(days):
        log.add(
            TitleSchemeAdopted(
                occurred_on=day,
                scheme_id=UUID(int=n, version=4),
                enterprise_id=UUID(int=9 + n % 4, version=4),
                titles=(SchemeTitle(title_name="技师", grades=3),),
            )
        )
    last = await publish({topic_name(division, "registry"): log.values})
    period = {"from": "2014-01-01", "to": "2017-12-31"}
    asked = {**period, "after": at(last, topic_name(division, "registry"))}
    answer = await served.answer("/totals/title-schemes", **asked)
    counted = [e for e in map(json.loads, log.values) if "2014-01-01" <= e["data"]["occurred_on"] <= "2017-12-31"]
    ids = sorted(e["id"] for e in counted)
    assert (answer["enterprises"], answer["incomplete"]) == (3, 0)
    cited = answer["citation"]
    assert (cited["events"], cited["sha256"]) == (3, hashlib.sha256("\n".join(ids).encode()).hexdigest())
    assert cited["query"] == "title-schemes?from=2014-01-01&to=2017-12-31"
    then = json.loads(log.values[1])["logtime"]
    before = await served.answer("/totals/title-schemes", **period, as_of=then)
    assert (before["enterprises"], before["citation"]["vector"][topic_name(division, "registry")]) == (1, 1)


async def test_a_total_equals_a_fold_of_the_topic_that_knows_nothing_of_us(
    served: Served, history: dict[str, list[bytes]], kafka: Kafka
) -> None:
    asked = ("--bootstrap", kafka.bootstrap, "--topic", relief(served), "--kind", KIND)
    answer = await served.answer("/totals/relief", kind=KIND, **PERIOD)
    assert await naive_fold(*asked) == told(answer)
    everything = await served.answer("/totals/relief", kind=KIND, **{"from": "2013-01-01", "to": "2017-12-31"})
    whole = await naive_fold(*asked, "--from", "2013-01-01")
    assert whole == told(everything)
    last = payments(history[relief(served)])[-1]["data"]["programme_kind"]
    of_last = (*asked, "--kind", last, "--from", "2013-01-01")
    honest, forged = await naive_fold(*of_last), await naive_fold(*of_last, "--change-one")
    assert forged == honest | {"amount_fen": honest["amount_fen"] + 1}


async def naive_fold(*arguments: str) -> dict[str, Any]:
    """What `tests/system/naive_fold.py` prints."""
    program = Path(__file__).parents[3] / "tests" / "system" / "naive_fold.py"
    period = ("--from", PERIOD["from"], "--to", PERIOD["to"])
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), *period, *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    read: dict[str, Any] = json.loads(out)
    return read


async def test_all_kinds_and_one_programme(served: Served, history: dict[str, list[bytes]]) -> None:
    found = payments(history[relief(served)])
    assert told(await served.answer("/totals/relief", **PERIOD)) == figures(of(found))
    programme = found[0]["data"]["programme_id"]
    period = {"from": "2013-01-01", "to": "2017-12-31"}
    answer = await served.answer("/totals/relief", **period, programme=programme)
    assert told(answer) == figures(e for e in found if e["data"]["programme_id"] == programme)


async def test_both_ends_of_a_period_are_in_it(served: Served, history: dict[str, list[bytes]]) -> None:
    found = payments(history[relief(served)])
    day = found[0]["data"]["occurred_on"]
    answer = await served.answer("/totals/relief", **{"from": day, "to": day})
    assert answer["times"] == len([e for e in found if e["data"]["occurred_on"] == day]) > 0


async def test_a_figure_of_nothing(served: Served, history: dict[str, list[bytes]]) -> None:
    answer = await served.answer("/totals/relief", **{"from": "1999-01-01", "to": "1999-12-31"})
    assert told(answer) == {
        "people": 0,
        "times": 0,
        "amount_fen": 0,
        "events": 0,
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
    assert answer["citation"]["policy_versions"] == []


async def test_a_union_stands_for_all_below_it(served: Served, history: dict[str, list[bytes]]) -> None:
    found = of(payments(history[relief(served)]))
    registered = [json.loads(v) for v in history[topic_name(served.reporting.division, "registry")]]
    parent = {
        e["data"]["org_id"]: e["data"].get("parent_id")
        for e in registered
        if e["type"].endswith("UnionOrgEstablished.v1")
    }
    district = next(org for org, above in parent.items() if above is None)
    town = next(org for org, above in parent.items() if above == district)
    for union, below in (
        (district, set(parent)),
        (town, {town} | {org for org, above in parent.items() if above == town}),
        ("00000000-0000-4000-8000-000000000000", set()),
    ):
        answer = await served.answer("/totals/relief", **PERIOD, union=union)
        assert told(answer) == figures(e for e in found if e["data"]["union_org_id"] in below)


async def test_the_events_of_a_total_page_by_page(served: Served, history: dict[str, list[bytes]]) -> None:
    counted = of(payments(history[relief(served)]), lambda d: d["programme_kind"] == KIND)
    pages: list[list[dict[str, Any]]] = []
    cursor: str | None = None
    while not pages or cursor:
        page = await served.answer("/totals/relief/events", kind=KIND, **PERIOD, limit=7, cursor=cursor)
        pages.append(page["events"])
        cursor = page["next"]
    assert {len(page) for page in pages[:-1]} == {7}
    shown = [event for page in pages for event in page]
    assert [(e["event_id"], e["index"]) for e in shown] == [(e["id"], int(e["logindex"])) for e in counted]
    first, event = shown[0], counted[0]
    assert datetime.fromisoformat(first.pop("logtime")) == datetime.fromisoformat(event["logtime"])
    assert first.pop("event_id") == event["id"]
    assert first.pop("topic") == relief(served)
    assert first.pop("index") == int(event["logindex"])
    assert first == {name: event["data"][name] for name in first}
    assert {"person_id", "amount_fen", "list_id", "programme_id", "occurred_on"} <= set(first)


async def test_pages_are_of_one_moment(
    served: Served, history: dict[str, list[bytes]], kafka: Kafka, publish: Publish
) -> None:
    topic = relief(served)
    page = await served.answer("/totals/relief/events", **PERIOD, limit=3)
    more = dict(logs(division=served.reporting.division, people=150, payments_each=5, seed=3))[topic]
    assert more[: len(history[topic])] == history[topic]
    last = await publish({topic: more[len(history[topic]) :]})
    grown = await served.answer("/totals/relief", **PERIOD, after=at(last, topic))
    assert told(grown) == figures(of(payments(more)))
    shown = list(page["events"])
    while page["next"]:
        page = await served.answer("/totals/relief/events", **PERIOD, limit=1000, cursor=page["next"])
        shown += page["events"]
    assert [e["event_id"] for e in shown] == [e["id"] for e in of(payments(history[topic]))]
    was = await served.answer("/totals/relief", **PERIOD, upto=len(history[topic]) - 1)
    assert told(was) == figures(of(payments(history[topic])))
    assert was["citation"]["vector"][topic] == len(history[topic]) - 1


async def test_a_total_as_of_a_moment(served: Served, history: dict[str, list[bytes]]) -> None:
    topic = relief(served)
    found = payments(history[topic])
    for event in (found[0], found[len(found) // 2], found[-1]):
        moment = datetime.fromisoformat(event["logtime"])
        known = of(e for e in found if datetime.fromisoformat(e["logtime"]) <= moment)
        answer = await served.answer("/totals/relief", **PERIOD, as_of=event["logtime"])
        assert told(answer) == figures(known)
        assert answer["citation"]["vector"][topic] == int(event["logindex"])
        assert f"as_of={moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" in answer["citation"]["query"]
    before = await served.answer("/totals/relief", **PERIOD, as_of="2013-01-01T00:00:00Z")
    assert before["times"] == 0
    assert set(before["citation"]["vector"].values()) == {-1}


@pytest.mark.parametrize(
    ("dimension", "key"),
    [
        ("union", lambda d: d["union_org_id"]),
        ("month", lambda d: d["occurred_on"][:7]),
        ("method", lambda d: d["method"]),
        ("programme", lambda d: d["programme_id"]),
    ],
)
async def test_a_breakdown(
    served: Served, history: dict[str, list[bytes]], dimension: str, key: Callable[[Paid], str]
) -> None:
    by: dict[str, list[Paid]] = defaultdict(list)
    for event in of(payments(history[relief(served)])):
        by[key(event["data"])].append(event)
    answer = await served.answer("/totals/relief/by", **PERIOD, dimension=dimension)
    assert len(by) > 1
    assert [(line["key"], line["people"], line["times"], line["amount_fen"]) for line in answer["lines"]] == [
        (k, *(figures(found)[name] for name in ("people", "times", "amount_fen"))) for k, found in sorted(by.items())
    ]
    assert answer["total"] == await served.answer("/totals/relief", **PERIOD)


async def test_a_breakdown_by_fund_counts_each_part(served: Served, history: dict[str, list[bytes]]) -> None:
    fen: dict[str, int] = defaultdict(int)
    for event in of(payments(history[relief(served)])):
        for part in event["data"]["parts"]:
            fen[part["fund_id"]] += part["amount_fen"]
    answer = await served.answer("/totals/relief/by", **PERIOD, dimension="fund")
    assert {line["key"]: line["amount_fen"] for line in answer["lines"]} == fen
    assert {line["name"] for line in answer["lines"]} == {"appropriation", "dues", "donation"}
    assert sum(fen.values()) == answer["total"]["amount_fen"]


async def test_a_breakdown_by_what_registry_knows(served: Served, history: dict[str, list[bytes]]) -> None:
    registered = [json.loads(v)["data"] for v in history[topic_name(served.reporting.division, "registry")]]
    ownership = {d["enterprise_id"]: d["ownership"] for d in registered if "ownership" in d}
    owner_of = {d["person_id"]: ownership.get(d.get("enterprise_id", "")) for d in registered if "migrant" in d}
    people: dict[str | None, set[str]] = defaultdict(set)
    for event in of(payments(history[relief(served)])):
        person = event["data"]["person_id"]
        people[owner_of[person]].add(person)
    answer = await served.answer("/totals/relief/by", **PERIOD, dimension="ownership")
    assert {line["key"]: line["people"] for line in answer["lines"]} == {k: len(p) for k, p in people.items()}
    assert None in people
    levels = await served.answer("/totals/relief/by", **PERIOD, dimension="level")
    assert [line["key"] for line in levels["lines"]] == ["grassroots"]


async def test_what_cannot_be_read_is_parked_and_every_figure_says_so(
    served: Served, publish: Publish, kafka: Kafka
) -> None:
    given = dict(logs(division=served.reporting.division, people=60, seed=5))
    topic = relief(served)
    paid = next(n for n, v in enumerate(given[topic]) if b"ReliefPaid" in v)
    wrong = json.loads(given[topic][paid])
    wrong["data"]["amount_fen"] += 1
    given[topic][paid] = json.dumps(wrong).encode()
    nameless = json.loads(given[topic][paid + 2]) | {"id": "somebody's"}
    timeless = json.loads(given[topic][paid + 3]) | {"logtime": "yesterday"}
    for n, event in ((paid + 2, nameless), (paid + 3, timeless)):
        given[topic][n] = json.dumps(event).encode()
    last = await publish(given)
    forged = json.dumps(json.loads(given[topic][paid + 1]) | {"logindex": "123456789", "source": "/unionaid/1/x"})
    await write(kafka, topic, [forged.encode(), b"\x00\xff"], key=wrong["subject"].encode())
    answer = await served.answer("/totals/relief", **PERIOD, after=at(last, topic))
    assert answer["incomplete"] == 3
    unread = [wrong["id"], nameless["id"], timeless["id"]]
    read = [e for e in payments(given[topic]) if e["id"] not in unread]
    assert told(answer) == figures(of(read))

    async def parked() -> list[Any]:
        found: list[Any] = await served.answer("/parked")
        return found

    async def all_parked() -> bool:
        return len(await parked()) == 5

    await until(all_parked)
    own = {p["index"]: p for p in await parked() if not p["foreign"]}
    assert {n: (p["topic"], p["key"]) for n, p in own.items()} == {
        paid: (topic, wrong["subject"]),
        paid + 2: (topic, nameless["subject"]),
        paid + 3: (topic, timeless["subject"]),
    }
    assert "PartsDisagree" in own[paid]["reason"]
    assert [p["key"] for p in await parked() if p["foreign"]] == [None, None]
    assert (await served.answer("/totals/relief", **PERIOD))["incomplete"] == 3


async def test_no_figure_is_given_where_the_sums_disagree(
    served: Served, history: dict[str, list[bytes]], reporting: Reporting
) -> None:
    schema = await reporting.schema()
    await reporting.owner.execute(f'UPDATE "{schema}".relief_daily SET fen = fen + 1 WHERE occurred_on >= $1', _DAY)
    refused = await served.get("/totals/relief", **PERIOD)
    assert (refused.status_code, refused.json()["code"]) == (500, "figure-disagrees")


_DAY = datetime(2017, 1, 1, tzinfo=UTC).date()


async def test_after_waits_for_an_index(served: Served, publish: Publish) -> None:
    topic = relief(served)
    too_far = await served.get("/totals/relief", **PERIOD, after=f"{topic}@0")
    assert (too_far.status_code, too_far.json()["code"]) == (503, "not-yet-visible")
    assert int(too_far.headers["retry-after"]) > 0
    unknown = await served.get("/totals/relief", **PERIOD, after="unionaid.000000.nobody@0")
    assert unknown.status_code == 422


async def test_a_bad_question_names_its_fault(served: Served) -> None:
    odd: tuple[tuple[dict[str, Any], str], ...] = (
        ({"from": "2017-12-31", "to": "2017-01-01"}, "query.to"),
        ({"from": "2017-02-30", "to": "2017-12-31"}, "query.from"),
        ({"to": "2017-12-31"}, "query.from"),
        ({**PERIOD, "kind": "WINTER"}, "query.kind"),
        ({**PERIOD, "programme": "7"}, "query.programme"),
        ({**PERIOD, "as_of": "2017-01-01T00:00:00"}, "query.as_of"),
    )
    for query, field in odd:
        refused = await served.get("/totals/relief", **query)
        assert refused.headers["content-type"] == "application/problem+json"
        assert (refused.status_code, [e["field"] for e in refused.json()["errors"]]) == (422, [field])


async def test_a_cursor_of_ones_own_making_is_refused(served: Served) -> None:
    for cursor in ("1", "a-b", "-1-5", "9" * 30):
        refused = await served.get("/totals/relief/events", **PERIOD, cursor=cursor)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "query.cursor")


READERS = {Role.DISTRICT_OFFICER, Role.APPROVER, Role.ACCOUNTANT, Role.AUDITOR}


async def test_who_may_read_totals_and_what_is_parked(served: Served) -> None:
    async def may(path: str) -> set[Role]:
        given = {role: await served.get(path, role, **PERIOD, dimension="month") for role in Role}
        assert {answer.status_code for answer in given.values()} == {200, 403}
        return {role for role, answer in given.items() if answer.status_code == 200}

    assert await may("/totals/relief") == READERS
    assert await may("/totals/relief/events") == READERS
    assert await may("/totals/relief/by") == READERS
    assert await may("/parked") == {Role.AUDITOR, Role.OPERATOR}


async def test_no_token_no_figure(served: Served) -> None:
    assert (await served.client.get("/totals/relief", params=PERIOD)).status_code == 401


async def test_what_came_back_is_taken_off_on_its_own_day_and_cited(
    served: Served, publish: Publish, kafka: Kafka
) -> None:
    """Two people of two payments each by the bank; one loses both, the other one, next year."""
    log = Log(served.reporting.division, "relief", Random(8))
    paid = []
    for line in range(1, 5):
        part = FundPart(fund_id=UUID(int=5, version=4), amount_fen=100 * line)
        list_id = UUID(int=6, version=4)
        payment = ReliefPaid(
            occurred_on=date(2017, 1, line), application_id=application_id(list_id, line), list_id=list_id, line=line,
            programme_id=UUID(int=4, version=4), programme_kind="WINTER_WARMTH", programme_year=2017,
            person_id=UUID(int=30 + line % 2, version=4), union_org_id=UUID(int=1, version=4), method="bank",
            amount_fen=100 * line, parts=(part,), batch_id=UUID(int=7, version=4),
        )  # fmt: skip
        paid.append(payment)
        log.add(payment)
    for number, day in ((0, date(2017, 2, 1)), (2, date(2017, 3, 1)), (1, date(2018, 1, 1))):
        log.add(reversal(paid[number], day))
    last = await publish({relief(served): log.values})
    counts: dict[tuple[str, str], tuple[int, int, int, int]] = {
        ("2017-01-01", "2017-01-31"): (2, 4, 1_000, 4),
        ("2017-01-01", "2017-02-28"): (2, 3, 900, 5),
        ("2017-01-01", "2017-12-31"): (1, 2, 600, 6),
        ("2017-01-01", "2018-12-31"): (1, 1, 400, 7),
        ("2018-01-01", "2018-12-31"): (0, -1, -200, 1),
    }
    for (first, end), (people, times, fen, events) in counts.items():
        period = {"from": first, "to": end}
        answer = await served.answer("/totals/relief", kind=KIND, **period, after=at(last, relief(served)))
        figure = told(answer)
        assert {**figure, "sha256": ""} == {
            "people": people, "times": times, "amount_fen": fen, "events": events, "sha256": "",
        }  # fmt: skip
        asked = ("--bootstrap", kafka.bootstrap, "--topic", relief(served), "--kind", KIND)
        assert await naive_fold(*asked, "--from", first, "--to", end) == figure
        by_fund = await served.answer("/totals/relief/by", dimension="fund", kind=KIND, **period)
        (line,) = by_fund["lines"]
        assert (line["people"], line["times"], line["amount_fen"]) == (people, times, fen)
    of_then = await served.answer("/totals/relief", kind=KIND, **{"from": "2017-01-01", "to": "2018-12-31"}, upto=4)
    assert (of_then["people"], of_then["times"], of_then["amount_fen"]) == (2, 3, 900), "as known before the others"
    whole = {"from": "2017-01-01", "to": "2018-12-31"}
    month = await served.answer("/totals/relief/by", dimension="month", kind=KIND, **whole)
    assert [(one["key"], one["times"], one["amount_fen"]) for one in month["lines"]] == [
        ("2017-01", 4, 1_000), ("2017-02", -1, -100), ("2017-03", -1, -300), ("2018-01", -1, -200),
    ]  # fmt: skip
