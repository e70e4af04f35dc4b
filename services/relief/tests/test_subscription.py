"""Relief hears from registry over a real Kafka who there is, and publishes what it decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import pytest

from unionaid.contracts import Event, decode, topic_name
from unionaid.contracts.registry import (
    EnterpriseRegistered,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    UnionOrgDetailsCorrected,
    UnionOrgDissolved,
    UnionOrgEstablished,
    UnionOrgMoved,
    WorkerLeft,
    WorkerMerged,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.contracts.relief import ErasureConfirmed
from unionaid.contracts.samples import DISTRICT, GRASSROOTS, NEXT_UNION, SAMPLES, TWICE, WORKER, Sample
from unionaid.eventlog import Event as Heard
from unionaid.eventlog import Relay, load
from unionaid.relief.examples import ENTERER
from unionaid.relief.subscriptions import confirming, following
from unionaid.relief.views.people import People, Persons
from unionaid.service.keys import Keys
from unionaid.testkit.log import published, until, write
from unionaid.testkit.stack import Kafka

from .conftest import settings_for

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

SUB_DISTRICT = uuid5(DISTRICT, "sub-district")
DIVISION = "640302"
TOPIC = topic_name(DIVISION, "registry")


def told(*events: Event) -> list[bytes]:
    """The events as registry's topic holds them, from index 0."""
    return [Sample(event, index, 1).value() for index, event in enumerate(events)]


def sample(kind: type[Event], **changed: Any) -> Event:
    return SAMPLES[kind].event.model_copy(update=changed)


STORY = (
    sample(UnionOrgEstablished),
    sample(UnionOrgEstablished, org_id=SUB_DISTRICT, level="sub_district", parent_id=DISTRICT),
    sample(UnionOrgEstablished, org_id=GRASSROOTS, level="grassroots", parent_id=SUB_DISTRICT),
    sample(EnterpriseRegistered),
    sample(PersonRegistered),
    sample(WorkerRegistered),
)


@pytest.fixture
async def topic(kafka: Kafka) -> AsyncIterator[str]:
    await kafka.create_topic(TOPIC)
    yield TOPIC
    await kafka.delete_topic(TOPIC)


@asynccontextmanager
async def listening(service: Service, kafka: Kafka) -> AsyncIterator[None]:
    task = asyncio.ensure_future(following(service.database.app_dsn, kafka.bootstrap, service.people)())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def reached(service: Service, index: int) -> None:
    people = People(service.pool, service.people)

    async def there() -> bool:
        return await people.reached(TOPIC) == index

    await until(there)


async def test_an_unknown_person_is_refused_and_taken_when_registry_has_spoken(
    service: Service, winter: Winter, kafka: Kafka, topic: str
) -> None:
    await service.pool.execute("DELETE FROM registry_people_1.org")
    async with listening(service, kafka):
        values = told(*STORY)
        await write(kafka, topic, values[:5])
        await reached(service, 4)
        body = winter.list_body([(WORKER, 50_000)], union=GRASSROOTS)
        refused = await winter.submit(body, unit=GRASSROOTS)
        assert [e["code"] for e in refused.json()["errors"]] == ["person-unknown"]
        waiting = asyncio.create_task(
            service.post(f"/lists?after={topic}@5", body, ENTERER, "grassroots_officer", unit=GRASSROOTS)
        )
        await write(kafka, topic, values[5:])
        answer = await waiting
        assert answer.status_code == 201, answer.text
        list_id = answer.json()["list_id"]
        assert (await winter.verify(list_id, unit=SUB_DISTRICT)).status_code == 200


@pytest.mark.parametrize("together", [True, False])
async def test_an_erased_person_stands_on_no_new_list(
    service: Service, winter: Winter, kafka: Kafka, topic: str, together: bool
) -> None:
    await service.pool.execute("DELETE FROM registry_people_1.org")
    values = told(*STORY, sample(PersonErased, person_id=WORKER))
    async with listening(service, kafka):
        await write(kafka, topic, values if together else values[:6])
        await reached(service, 6 if together else 5)
        if not together:
            await write(kafka, topic, values[6:])
            await reached(service, 6)
    refused = await winter.submit(winter.list_body([(WORKER, 50_000)], union=GRASSROOTS), unit=GRASSROOTS)
    assert (refused.status_code, refused.json()["code"]) == (422, "lines-refused")
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("lines.0.person_id", "person-erased")]
    people = People(service.pool, service.people)
    assert await people.unions_of([WORKER]) == {WORKER: GRASSROOTS}


async def test_what_is_said_again_or_malformed_or_foreign_changes_nothing(
    service: Service, kafka: Kafka, topic: str
) -> None:
    await service.pool.execute("DELETE FROM registry_people_1.org")
    values = told(*STORY)
    future = json.loads(values[4])
    future.update(type="unionaid.registry.PersonRegistered.v9", logindex="6", subject=f"person-{uuid4()}")
    broken = json.loads(told(sample(PersonRegistered, person_id=uuid4()))[0])
    broken["data"]["person_id"], broken["logindex"] = "nobody", "7"
    after = Sample(sample(WorkerRegistered, person_id=uuid4()), 8, 1).value()
    forged = json.loads(values[5])
    forged.update(logindex="999999")
    hostile: Sequence[bytes] = [b"\x00\xff random", b"[]", json.dumps(forged).encode()]
    async with listening(service, kafka):
        await write(kafka, topic, [*values, *hostile, *values[:3], json.dumps(future).encode()])
        await write(kafka, topic, [json.dumps(broken).encode(), after])
        await reached(service, 8)
    people = People(service.pool, service.people)
    assert await people.parked() == 2
    known = await people.unions_of([WORKER, json.loads(after)["data"]["person_id"]])
    assert list(known.values()) == [GRASSROOTS] * 2
    assert await people.subtree(SUB_DISTRICT) == {SUB_DISTRICT, GRASSROOTS}
    ready = (await service.client.get("/readyz")).json()
    assert ready["checks"]["registry_people"] == {"health": "degraded", "reason": "2 events parked"}


async def test_another_reader_takes_up_where_the_first_ended(service: Service, kafka: Kafka, topic: str) -> None:
    await service.pool.execute("DELETE FROM registry_people_1.org")
    async with listening(service, kafka):
        await write(kafka, topic, told(*STORY), batch=1)
        await reached(service, 5)
    async with listening(service, kafka):  # another one takes up where the first ended
        await write(kafka, topic, [Sample(sample(PersonRegistered, person_id=UUID(int=5)), 6, 1).value()])
        await reached(service, 6)
    people = People(service.pool, service.people)
    assert await people.unions_of([WORKER, UUID(int=5)]) == {WORKER: GRASSROOTS, UUID(int=5): None}


async def test_what_is_decided_is_published_in_order(service: Service, winter: Winter, kafka: Kafka) -> None:
    topic = await kafka.create_topic(f"unionaid.test.{uuid4().hex[:8]}")
    assert service.parts is not None
    shell = service.parts.app.state.shell
    relay = Relay(
        dsn=service.database.app_dsn, bootstrap=kafka.bootstrap, topic=topic, source=shell.source, clock=shell.clock.now
    )
    running = asyncio.create_task(relay.run())
    events = await service.events()

    async def all_there() -> bool:
        return relay.state.published == events - 1

    await until(all_there)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    names = [decode(value)[0].type.split(".")[2] for value in await published(kafka, topic)]
    assert names == ["FundOpened", "FundsReceived", "ProgrammeOpened", "BudgetAllotted", "BudgetOpened"]


async def test_a_merged_person_is_helped_once_under_the_survivor(
    service: Service, winter: Winter, kafka: Kafka, topic: str
) -> None:
    await service.pool.execute("DELETE FROM registry_people_1.org")
    twice = (sample(PersonRegistered, person_id=TWICE), sample(WorkerRegistered, person_id=TWICE))
    values = told(*STORY, *twice, sample(WorkerMerged))
    async with listening(service, kafka):
        await write(kafka, topic, values[:-1])
        await reached(service, len(values) - 2)
        first = await winter.submit(winter.list_body([(TWICE, 50_000)], union=GRASSROOTS), unit=GRASSROOTS)
        assert first.status_code == 201, first.text
        await write(kafka, topic, values[-1:])
        await reached(service, len(values) - 1)
        for person, code in ((TWICE, "person-merged"), (WORKER, "purpose-taken")):
            again = await winter.submit(winter.list_body([(person, 50_000)], union=GRASSROOTS), unit=GRASSROOTS)
            assert [fault["code"] for fault in again.json()["errors"]] == [code]


async def test_what_registry_erases_is_confirmed_once(service: Service, kafka: Kafka, topic: str) -> None:
    settings = settings_for(service.database, kafka.bootstrap)
    values = told(*STORY, sample(PersonErased, person_id=WORKER))
    stream = f"erasure-{WORKER}"
    for _ in ("first", "read again from the beginning"):
        confirms = asyncio.ensure_future(confirming(settings, Keys(b"k" * 32, b"h" * 32))())
        await write(kafka, topic, values)

        async def read() -> bool:
            last = "SELECT last_index FROM eventlog.positions WHERE subscription = 'erasures'"
            return bool(await service.pool.fetchval(last) == 6)

        await until(read)
        confirms.cancel()
        await asyncio.gather(confirms, return_exceptions=True)
        await service.pool.execute("DELETE FROM eventlog.positions WHERE subscription = 'erasures'")
    async with service.pool.acquire() as conn:
        (stored,) = await load(conn, stream)
    envelope, event = decode(stored.body)
    assert isinstance(event, ErasureConfirmed)
    assert (event.person_id, envelope.actor) == (WORKER, "service:relief")


LIVES: Sequence[tuple[Sequence[type[Event]], UUID | None, str | None]] = (
    ([PersonRestricted], GRASSROOTS, "person-restricted"),
    ([PersonRestricted, RestrictionLifted], GRASSROOTS, None),
    ([PersonRestricted, PersonErased], GRASSROOTS, "person-erased"),
    ([WorkerTransferred], NEXT_UNION, None),
    ([WorkerTransferred, WorkerLeft], None, None),
    ([WorkerLeft, WorkerRegistered], GRASSROOTS, None),
)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: "-".join(kind.__name__ for kind in life[0]))
@pytest.mark.parametrize("batch", [1, 100])
async def test_a_workers_life_is_followed(service: Service, life: Any, batch: int) -> None:
    kinds, union, code = life
    story = [sample(kind, person_id=WORKER) for kind in (PersonRegistered, WorkerRegistered, *kinds)]
    read = Persons.decoders
    events = [
        Heard(TOPIC, 0, "", "", fact.TYPE, fact.subject, read[fact.TYPE](fact.model_dump_json().encode()))
        for fact in story
    ]
    async with service.pool.acquire() as conn:
        for start in range(0, len(events), batch):
            async with conn.transaction():
                await conn.execute("SET LOCAL search_path = registry_people_1")
                await Persons().apply(conn, events[start : start + batch])
    people = People(service.pool, service.people)
    assert await people.unions_of([WORKER]) == {WORKER: union}
    assert await people.barred() == ({WORKER: code} if code else {})


@pytest.mark.parametrize(("column", "code"), [("restricted", "person-restricted"), ("erased", "person-erased")])
async def test_what_is_true_of_who_stands_for_others_is_true_of_them(service: Service, column: str, code: str) -> None:
    survivor, merged, chained, other = (uuid4() for _ in range(4))
    async with service.pool.acquire() as conn:
        await conn.execute(
            f"INSERT INTO registry_people_1.person (person_id, {column}) SELECT p, p = $2 FROM unnest($1::uuid[]) p",
            [survivor, merged, chained, other],
            survivor,
        )
        await conn.execute(
            "INSERT INTO registry_people_1.person_merge SELECT * FROM unnest($1::uuid[], $2::uuid[])",
            [merged, chained],
            [survivor, merged],
        )
    assert await People(service.pool, service.people).barred() == dict.fromkeys((survivor, merged, chained), code)


async def test_a_union_that_was_moved_is_the_business_of_those_above_it_now(
    service: Service, winter: Winter, kafka: Kafka, topic: str
) -> None:
    await service.pool.execute("DELETE FROM registry_people_1.org")
    other = uuid5(DISTRICT, "other sub-district")
    gone = uuid5(DISTRICT, "dissolved")
    moved = sample(UnionOrgMoved, org_id=GRASSROOTS, parent_id=other, former_parent_id=SUB_DISTRICT)
    people = People(service.pool, service.people)
    async with listening(service, kafka):
        values = told(
            *STORY,
            sample(UnionOrgEstablished, org_id=other, level="sub_district", parent_id=DISTRICT),
            sample(UnionOrgEstablished, org_id=gone, level="grassroots", parent_id=SUB_DISTRICT),
            moved,
            sample(UnionOrgDissolved, org_id=gone),
            sample(UnionOrgDetailsCorrected, org_id=other, name="旧名"),
            sample(UnionOrgDetailsCorrected, org_id=other, name="新名街道总工会"),
        )
        await write(kafka, topic, values[:6])
        await reached(service, 5)
        body = winter.list_body([(WORKER, 50_000)], union=GRASSROOTS)
        list_id = (await winter.submit(body, unit=GRASSROOTS)).json()["list_id"]
        path = f"/lists/{list_id}"
        assert (await service.get(path, ENTERER, "sub_district_officer", unit=SUB_DISTRICT)).status_code == 200
        await write(kafka, topic, values[6:])
        await reached(service, len(values) - 1)
        assert (await service.get(path, ENTERER, "sub_district_officer", unit=SUB_DISTRICT)).status_code == 404
        assert (await service.get(path, ENTERER, "sub_district_officer", unit=other)).status_code == 200
    assert await people.subtree(SUB_DISTRICT) == {SUB_DISTRICT, gone}
    named = dict(await people.unions(None))
    assert set(named) == {DISTRICT, SUB_DISTRICT, other, GRASSROOTS}
    assert named[other] == "新名街道总工会"
