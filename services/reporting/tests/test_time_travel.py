"""As known at a moment: the answer is that of a reader that stopped there, with tables of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from unionaid.contracts import topic_name
from unionaid.contracts.event import Event as Fact
from unionaid.contracts.registry import (
    EnterpriseDetailsCorrected,
    EnterpriseRegistered,
    UnionOrgDetailsCorrected,
    UnionOrgEstablished,
    UnionOrgMoved,
    WorkerDetailsCorrected,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.contracts.relief import FundPart, ReliefPaid, application_id
from unionaid.eventlog import inbox_of
from unionaid.reporting.domain.relief.question import ReliefQuestion
from unionaid.reporting.examples import BEGAN
from unionaid.reporting.views.relief import Dimension, Totals
from unionaid.reporting.views.snapshot import Snapshots

from .histories import HISTORIES, NUMBER, Logs, merge, unmerge, uuid, written

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Reporting

MICROSECOND = timedelta(microseconds=1)
PAGE = 3


# --- what was recorded, when --------------------------------------------------------------------------------------


def logtime_of(value: bytes) -> datetime:
    return datetime.fromisoformat(json.loads(value)["logtime"])


def recorded(given_logs: Logs, draw: Random) -> Logs:
    """The same logs with log times as a sequencer gives them: one for a whole batch, or with long pauses between.

    One service may begin long after the other: half of the time much is paid where nobody knows the union yet.
    """
    registry, relief = sorted(given_logs)
    late = draw.choice((registry, registry, relief, None))
    pace = [timedelta(0), timedelta(0), MICROSECOND, timedelta(seconds=1), timedelta(days=90)]
    paced: dict[str, list[bytes]] = {}
    for topic, values in given_logs.items():
        now, paced[topic] = BEGAN + timedelta(days=1_000 if topic == late else 0), []
        for value in values:
            now += draw.choice(pace)
            front, _, rest = value.partition(b'"logtime":"')
            paced[topic].append(
                front + f'"logtime":"{now:%Y-%m-%dT%H:%M:%S.%fZ}"'.encode() + rest[rest.index(b'"') + 1 :]
            )
    return paced


def spoilt(given_logs: Logs, topic: str, draw: Random) -> Logs:
    """The same logs, but one payment in ten does not add up and will be parked."""

    def spoil(value: bytes) -> bytes:
        event = json.loads(value)
        if not event["type"].endswith("ReliefPaid.v1") or draw.randrange(10):
            return value
        event["data"]["amount_fen"] += 1
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()

    return {**given_logs, topic: [spoil(value) for value in given_logs[topic]]}


def prefix(given_logs: Logs, relief: str, asked: ReliefQuestion) -> Logs:
    """What a reader has read that stopped at the moment of a question."""
    as_of, upto = asked.as_of, asked.upto
    known = {
        topic: [value for value in values if as_of is None or logtime_of(value) <= as_of]
        for topic, values in given_logs.items()
    }
    return known if upto is None else {**known, relief: known[relief][: upto + 1]}


@st.composite
def moments(draw: st.DrawFn, given_logs: Logs, relief: str) -> tuple[datetime | None, int | None]:
    """A moment of log time, an index of relief's log, or both; at, just before and far from what was recorded."""
    times = sorted({logtime_of(value) for values in given_logs.values() for value in values} | {BEGAN})
    topic = draw(st.sampled_from(sorted(given_logs)))
    near = draw(st.sampled_from([logtime_of(value) for value in given_logs[topic]] or times))
    ends = (BEGAN - timedelta(days=1), times[-1] + timedelta(days=1))
    as_of = draw(st.sampled_from((near - MICROSECOND, near, near, near + MICROSECOND, *ends)))
    upto = draw(st.integers(-1, len(given_logs[relief]) + 1))
    return draw(st.sampled_from(((as_of, None), (as_of, None), (None, upto), (as_of, upto))))


SINCE = st.sampled_from((date(2013, 1, 1), date(2016, 12, 31), date(2017, 1, 1)))
UNTIL = st.sampled_from((date(2017, 1, 1), date(2017, 12, 31)))
NARROWED = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(("WINTER_WARMTH", "AUTUMN_TUITION")),
        "programme": NUMBER.map(lambda n: uuid(4, n)),
        "union": NUMBER.map(lambda n: uuid(1, n)),
    },
)
WHOLE = ReliefQuestion(date(2013, 1, 1), date(2017, 12, 31))
"""A question that every payment belongs to: whatever is known too early or too late then changes the answer."""
QUESTIONS = st.one_of(
    st.just(WHOLE),
    st.sampled_from((0, 0, 1, 5)).map(lambda n: replace(WHOLE, union=uuid(1, n))),  # all others stand below the first
    st.builds(lambda since, until, more: ReliefQuestion(since, until, **more), SINCE, UNTIL, NARROWED),
)


# --- readers ------------------------------------------------------------------------------------------------------


class NoTopic:
    """Takes seeks and holds nothing: what is read is handed over."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Go nowhere."""


async def read(reporting: Reporting, given_logs: Logs, draw: Random) -> None:
    """Read logs into empty tables as the product's reader does, in batches of any size, topics mixed anyhow."""
    await reporting.clear()
    inbox: Any = inbox_of(reporting.pool, reporting.set, 1)
    consumer = NoTopic()
    await inbox.take_up(consumer, sorted(reporting.set.topics))
    waiting = {
        topic: [ConsumerRecord(topic, 0, n, 0, 0, b"", v, None, 0, len(v), ()) for n, v in enumerate(values)]
        for topic, values in given_logs.items()
    }
    while left := [topic for topic, records in waiting.items() if records]:
        topic = draw.choice(left)
        size = draw.choice((1, 3, 10, 100))
        await inbox.receive(consumer, waiting[topic][:size])
        del waiting[topic][:size]
    last = {topic: len(given_logs.get(topic, [])) - 1 for topic in reporting.set.topics}
    assert inbox.vector() == last


@dataclass
class Answers:
    """All that is told of one question."""

    total: Mapping[str, Any]
    by: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]


async def answers(reporting: Reporting, asked: ReliefQuestion) -> Answers:
    totals = Totals(Snapshots(reporting.pool, reporting.set), topic_name(reporting.division, "relief"))
    by = {dimension.value: asdict(await totals.by(asked, dimension)) for dimension in Dimension}
    return Answers(asdict(await totals.total(asked)), by, [asdict(event) async for event in all_events(totals, asked)])


async def all_events(totals: Totals, asked: ReliefQuestion) -> AsyncIterator[Any]:
    page = await totals.events(asked, None, PAGE)
    while True:
        for event in page.events:
            yield event
        if page.next is None:
            return
        page = await totals.events(asked, page.next, PAGE)


def without_query(told: Answers, query: str) -> Answers:
    """The same, but for the question that each citation repeats."""
    totals = [told.total, *(by["total"] for by in told.by.values())]
    for total in totals:
        assert total["citation"]["query"] == query
        total["citation"].pop("query")
    return told


tables_are_cleared = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=set(Phase) - {Phase.shrink},  # each try fills two sets of tables: a smaller example takes minutes
)


@tables_are_cleared
@given(history=HISTORIES, seed=st.integers(0, 2**32), data=st.data())
async def test_the_answer_is_that_of_a_reader_that_stopped_at_that_moment(
    reporting: Reporting,
    stopped: Reporting,
    *,
    history: tuple[list[Fact], list[Fact]],
    seed: int,
    data: st.DataObject,
) -> None:
    draw, relief = Random(seed), topic_name(reporting.division, "relief")
    given_logs = spoilt(recorded(written(reporting.division, history), draw), relief, draw)
    await read(reporting, given_logs, draw)
    for _ in range(3):
        asked = data.draw(QUESTIONS)
        as_of, upto = data.draw(moments(given_logs, relief))
        then = replace(asked, as_of=as_of, upto=upto)
        await read(stopped, prefix(given_logs, relief, then), draw)
        told, was = await answers(reporting, then), await answers(stopped, asked)
        assert without_query(told, then.query) == without_query(was, asked.query)


UNIONS: list[Fact] = [
    UnionOrgEstablished(occurred_on=date(2013, 1, 4), org_id=uuid(1, 9), level="district", name="总工会"),
    UnionOrgEstablished(
        occurred_on=date(2013, 1, 4), org_id=uuid(1, 0), level="sub_district", parent_id=uuid(1, 9), name="工会"
    ),
]
PAYMENT = ReliefPaid(
    occurred_on=date(2017, 1, 5), application_id=application_id(uuid(6, 0), 1), list_id=uuid(6, 0), line=1,
    programme_id=uuid(4, 0), programme_kind="WINTER_WARMTH", programme_year=2017, person_id=uuid(3, 0),
    union_org_id=uuid(1, 0), method="goods", amount_fen=1, parts=(FundPart(fund_id=uuid(5, 0), amount_fen=1),),
)  # fmt: skip


async def test_what_was_recorded_later_has_no_name_yet(reporting: Reporting) -> None:
    relief, registry = (topic_name(reporting.division, service) for service in ("relief", "registry"))
    given_logs = written(reporting.division, (UNIONS, [PAYMENT]))
    paid, established = logtime_of(given_logs[relief][0]), logtime_of(given_logs[registry][1])
    assert paid < established
    await read(reporting, given_logs, Random(1))
    for moment, name, index in ((paid, None, 0), (established, "工会", 1)):
        asked = ReliefQuestion(date(2013, 1, 1), date(2017, 12, 31), as_of=moment)
        told = (await answers(reporting, asked)).by["union"]
        assert [(line["key"], line["name"]) for line in told["lines"]] == [(str(uuid(1, 0)), name)]
        assert told["total"]["citation"]["vector"][registry] == index
        below = (await answers(reporting, replace(asked, union=uuid(1, 9)))).total
        assert below["times"] == index, "it stands below the district once that is known"


ENTERPRISE = EnterpriseRegistered(
    occurred_on=date(2013, 1, 4), enterprise_id=uuid(2, 0), uscc="91640302MA0000001Y", name="企业", ownership="public"
)
WORKER = WorkerRegistered(
    occurred_on=date(2013, 1, 4), person_id=uuid(3, 0), union_org_id=uuid(1, 0), enterprise_id=uuid(2, 0), migrant=False
)


@pytest.mark.parametrize("order", [(ENTERPRISE, WORKER), (WORKER, ENTERPRISE)], ids=["enterprise", "worker"])
async def test_an_ownership_is_known_once_both_worker_and_enterprise_are(
    reporting: Reporting, order: tuple[Fact, Fact]
) -> None:
    registry = topic_name(reporting.division, "registry")
    given_logs = written(reporting.division, ([*UNIONS, *order], [PAYMENT]))
    await read(reporting, given_logs, Random(1))
    for value, ownership in zip(given_logs[registry][1:], (None, None, "public"), strict=True):
        asked = replace(WHOLE, as_of=logtime_of(value))
        assert [line["key"] for line in (await answers(reporting, asked)).by["ownership"]["lines"]] == [ownership]


async def test_people_count_once_after_merges_and_an_earlier_answer_stays(reporting: Reporting) -> None:
    registry = topic_name(reporting.division, "registry")
    paid = [
        PAYMENT.model_copy(update={"person_id": uuid(3, n), "application_id": application_id(uuid(6, 0), n), "line": n})
        for n in (1, 2, 3, 4)
    ]
    before = [UNIONS[0].model_copy(update={"org_id": uuid(1, n)}) for n in range(20, 25)]  # while it is paid
    # 3 stands for 2, then 2 for 1: a chain of two, and 4 is somebody else
    given_logs = written(reporting.division, ([*UNIONS, *before, merge(3, 2), merge(2, 1)], paid))
    await read(reporting, given_logs, Random(1))
    *_, earlier, first, second = (logtime_of(value) for value in given_logs[registry])
    for moment, people in ((earlier, 4), (first, 3), (second, 2), (None, 2)):
        asked = ReliefQuestion(date(2013, 1, 1), date(2017, 12, 31), as_of=moment)
        told = await answers(reporting, asked)
        assert (told.total["people"], told.total["times"], told.total["amount_fen"]) == (people, 4, 4)
        (line,) = told.by["union"]["lines"]
        assert (line["people"], line["times"]) == (people, 4)
        assert len(told.events) == 4, "each payment keeps its own event and the person it was entered with"


async def test_people_count_as_two_again_once_a_merge_is_undone_and_earlier_answers_stay(reporting: Reporting) -> None:
    registry = topic_name(reporting.division, "registry")
    paid = [
        PAYMENT.model_copy(update={"person_id": uuid(3, n), "application_id": application_id(uuid(6, 0), n), "line": n})
        for n in (1, 2, 3)
    ]
    before = [UNIONS[0].model_copy(update={"org_id": uuid(1, n)}) for n in range(20, 25)]  # while it is paid
    told = [merge(3, 2), merge(2, 1), unmerge(2, 1), unmerge(3, 2), merge(3, 1)]
    given_logs = written(reporting.division, ([*UNIONS, *before, *told], paid))
    await read(reporting, given_logs, Random(1))
    moments = [logtime_of(value) for value in given_logs[registry][-6:]]
    for moment, people in zip([*moments, None], (3, 2, 1, 2, 3, 2, 2), strict=True):
        now = await answers(reporting, ReliefQuestion(date(2013, 1, 1), date(2017, 12, 31), as_of=moment))
        assert (now.total["people"], now.total["times"]) == (people, 3)


PRIVATE = ENTERPRISE.model_copy(update={"enterprise_id": uuid(2, 1), "ownership": "non_public"})


def transferred(day: date, to: UUID | None) -> WorkerTransferred:
    return WorkerTransferred(
        occurred_on=day,
        person_id=WORKER.person_id,
        union_org_id=uuid(1, 0),
        enterprise_id=to,
        former_union_org_id=uuid(1, 0),
        migrant=False,
    )


def entered_wrong(to: UUID, since: date) -> WorkerDetailsCorrected:
    return WorkerDetailsCorrected(
        occurred_on=date(2017, 12, 1),
        person_id=WORKER.person_id,
        union_org_id=uuid(1, 0),
        enterprise_id=to,
        migrant=False,
        former_migrant=False,
        since=since,
    )


@pytest.mark.parametrize(
    ("later", "paid_on", "ownership"),
    [
        ([], date(2017, 1, 5), "public"),
        ([transferred(date(2017, 1, 6), uuid(2, 1))], date(2017, 1, 5), "public"),
        ([transferred(date(2017, 1, 5), uuid(2, 1))], date(2017, 1, 5), "non_public"),
        ([transferred(date(2013, 2, 1), uuid(2, 1)), transferred(date(2013, 3, 1), None)], date(2017, 1, 5), None),
        ([transferred(date(2014, 1, 1), uuid(2, 1))], date(2013, 1, 1), "public"),
        ([entered_wrong(uuid(2, 1), WORKER.occurred_on)], date(2017, 1, 5), "non_public"),
        (
            [transferred(date(2017, 1, 4), None), entered_wrong(uuid(2, 1), date(2017, 1, 4))],
            date(2017, 1, 3),
            "public",
        ),
    ],
)
async def test_what_was_paid_counts_for_the_enterprise_of_its_day(
    reporting: Reporting, later: list[Fact], paid_on: date, ownership: str | None
) -> None:
    paid = PAYMENT.model_copy(update={"occurred_on": paid_on})
    await read(
        reporting, written(reporting.division, ([*UNIONS, ENTERPRISE, PRIVATE, WORKER, *later], [paid])), Random(1)
    )
    assert [line["key"] for line in (await answers(reporting, WHOLE)).by["ownership"]["lines"]] == [ownership]


OTHER = UNIONS[1].model_copy(update={"org_id": uuid(1, 8), "name": "别工会"})
FACTORY = UnionOrgEstablished(
    occurred_on=date(2013, 1, 4), org_id=uuid(1, 7), level="grassroots", parent_id=uuid(1, 0), name="厂工会"
)


def moved(day: date, to: UUID) -> UnionOrgMoved:
    return UnionOrgMoved(occurred_on=day, org_id=FACTORY.org_id, parent_id=to, former_parent_id=uuid(1, 0))


@pytest.mark.parametrize(
    ("moves", "stands_under"),
    [
        ([], uuid(1, 0)),
        ([moved(date(2017, 1, 6), uuid(1, 8))], uuid(1, 0)),
        ([moved(date(2017, 1, 5), uuid(1, 8))], uuid(1, 8)),
        ([moved(date(2014, 1, 1), uuid(1, 8)), moved(date(2017, 1, 5), uuid(1, 0))], uuid(1, 0)),
        ([moved(date(2017, 1, 5), uuid(1, 8)), moved(date(2017, 1, 5), uuid(1, 0))], uuid(1, 0)),
        ([moved(date(2014, 1, 1), uuid(1, 8)), moved(date(2017, 1, 6), uuid(1, 0))], uuid(1, 8)),
    ],
)
async def test_what_was_paid_counts_for_the_unions_above_on_its_day(
    reporting: Reporting, moves: list[Fact], stands_under: UUID
) -> None:
    paid = PAYMENT.model_copy(update={"union_org_id": FACTORY.org_id})
    await read(reporting, written(reporting.division, ([*UNIONS, OTHER, FACTORY, *moves], [paid])), Random(1))
    for street in (uuid(1, 0), uuid(1, 8)):
        told = await answers(reporting, replace(WHOLE, union=street))
        counted = int(street == stands_under)
        assert (told.total["times"], len(told.events)) == (counted, counted)
    for union in (uuid(1, 9), FACTORY.org_id):
        assert (await answers(reporting, replace(WHOLE, union=union))).total["times"] == 1


async def test_before_a_move_was_recorded_the_tree_stood_as_before(reporting: Reporting) -> None:
    registry = topic_name(reporting.division, "registry")
    paid = PAYMENT.model_copy(update={"union_org_id": FACTORY.org_id})
    given_logs = written(reporting.division, ([*UNIONS, OTHER, FACTORY, moved(date(2014, 1, 1), uuid(1, 8))], [paid]))
    await read(reporting, given_logs, Random(1))
    *_, earlier, later = (logtime_of(value) for value in given_logs[registry])
    for moment, street in ((earlier, uuid(1, 0)), (later, uuid(1, 8)), (None, uuid(1, 8))):
        for union in (uuid(1, 0), uuid(1, 8)):
            told = await answers(reporting, replace(WHOLE, union=union, as_of=moment))
            assert told.total["times"] == int(union == street)


def called(name: str, day: date, since: date | None = None) -> UnionOrgDetailsCorrected:
    return UnionOrgDetailsCorrected(
        occurred_on=day, org_id=uuid(1, 0), name=name, reason_code="entered-wrong" if since else "changed", since=since
    )


@pytest.mark.parametrize(
    ("names", "until", "told"),
    [
        ([], date(2017, 12, 31), "工会"),
        ([called("新", date(2017, 6, 1))], date(2017, 5, 31), "工会"),
        ([called("新", date(2017, 6, 1))], date(2017, 6, 1), "新"),
        ([called("又", date(2017, 6, 1)), called("新", date(2017, 3, 1))], date(2017, 12, 31), "又"),
        ([called("新", date(2017, 6, 1)), called("又", date(2017, 6, 1))], date(2017, 12, 31), "又"),
        ([called("新", date(2017, 6, 1), date(2013, 1, 4))], date(2017, 1, 31), "新"),
    ],
)
async def test_a_total_shows_what_a_union_is_called_on_its_last_day(
    reporting: Reporting, names: list[Fact], until: date, told: str
) -> None:
    await read(reporting, written(reporting.division, ([*UNIONS, *names], [PAYMENT])), Random(1))
    shares = (await answers(reporting, replace(WHOLE, until=until))).by["union"]["lines"]
    assert [(line["key"], line["name"], line["times"]) for line in shares] == [(str(uuid(1, 0)), told, 1)]


async def test_before_a_name_was_recorded_the_union_was_called_as_before(reporting: Reporting) -> None:
    registry = topic_name(reporting.division, "registry")
    given_logs = written(reporting.division, ([*UNIONS, called("新", date(2014, 1, 1))], [PAYMENT]))
    await read(reporting, given_logs, Random(1))
    *_, earlier, later = (logtime_of(value) for value in given_logs[registry])
    for moment, told in ((earlier, "工会"), (later, "新"), (None, "新")):
        lines = (await answers(reporting, replace(WHOLE, as_of=moment))).by["union"]["lines"]
        assert [line["name"] for line in lines] == [told]


def corrected(day: date, since: date | None) -> EnterpriseDetailsCorrected:
    return EnterpriseDetailsCorrected(
        occurred_on=day,
        enterprise_id=uuid(2, 0),
        uscc="91640302MA0000001Y",
        name="企业",
        ownership="non_public",
        corrected_details=("ownership",),
        reason_code="entered-wrong" if since else "changed",
        since=since,
    )


@pytest.mark.parametrize(
    ("correction", "ownership"),
    [
        (corrected(date(2017, 1, 6), None), "public"),
        (corrected(date(2017, 1, 5), None), "non_public"),
        (corrected(date(2017, 12, 1), ENTERPRISE.occurred_on), "non_public"),
    ],
)
async def test_what_was_paid_counts_for_what_the_enterprise_was_on_its_day(
    reporting: Reporting, correction: EnterpriseDetailsCorrected, ownership: str
) -> None:
    facts = [*UNIONS, ENTERPRISE, WORKER, correction]
    await read(reporting, written(reporting.division, (facts, [PAYMENT])), Random(1))
    assert [line["key"] for line in (await answers(reporting, WHOLE)).by["ownership"]["lines"]] == [ownership]
