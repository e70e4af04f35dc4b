"""A real backup, restored and repaired from the topic: who was erased since is erased again before anything is told."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from unionaid.contracts import source, topic_name
from unionaid.eventlog import Relay
from unionaid.eventlog.repair import repair_from_topic
from unionaid.registry.examples import resident_id
from unionaid.registry.main import imply
from unionaid.service.keys import Keys
from unionaid.service.reservations import compare
from unionaid.service.settings import MigrationSettings
from unionaid.testkit.log import until

from .conftest import Office, established, opened
from .dossier_story import Story, member
from .test_erasing_dossiers import by_approver, closed_long_ago
from .test_http_erasing import erased, left, registered

if TYPE_CHECKING:
    from unionaid.testkit.stack import Kafka, Postgres, ServiceDatabase

DIVISION = "640302"
TOPIC, SOURCE = topic_name(DIVISION, "registry"), source(DIVISION, "registry")
AGAIN = {"name": "标记甲乙丙", "reason_code": "restored-without", "occurred_on": "2017-01-04"}

TOLD_AGAIN = {
    "relation": "householder", "health_code": "healthy", "monthly_income_fen": 70_000, "occurred_on": "2017-01-04",
}  # fmt: skip


@pytest.fixture
async def topic(kafka: Kafka) -> AsyncIterator[str]:
    await kafka.create_topic(TOPIC)
    yield TOPIC
    await kafka.delete_topic(TOPIC)


async def publish_all(office: Office, kafka: Kafka) -> None:
    dsn = office.database.app_dsn
    relay = Relay(dsn=dsn, bootstrap=kafka.bootstrap, topic=TOPIC, source=SOURCE, clock=lambda: datetime.now(UTC))
    running = asyncio.create_task(relay.run())
    events = await office.events()

    async def done() -> bool:
        return relay.state.published == events - 1

    await until(done)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def as_superuser(postgres: Postgres, *statements: str) -> None:
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    for statement in statements:
        await superuser.execute(statement)
    await superuser.close()


async def report(database: ServiceDatabase, capsys: pytest.CaptureFixture[str], *, rebuild: bool) -> dict[str, Any]:
    capsys.readouterr()
    await compare(MigrationSettings(owner_database_url=database.owner_dsn), imply, rebuild=rebuild)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


async def test_erasures_since_the_backup_are_applied_again_and_what_it_lacks_is_entered_again(
    postgres: Postgres, kafka: Kafka, topic: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32))
    async with opened(postgres, keys=keys) as office:
        units = await established(office)
        goes, changes = await registered(office, units, 11), await registered(office, units, 3)
        story = Story(office, units)
        dossier = await closed_long_ago(story)
        await publish_all(office, kafka)
        kept = await office.events()
    database = office.database
    await as_superuser(
        postgres, f'CREATE DATABASE "{database.name}_backup" TEMPLATE "{database.name}" OWNER "{database.roles.owner}"'
    )
    async with opened(postgres, database, keys) as office:
        story.office = office
        await erased(office, goes)
        assert (await by_approver(story, f"/dossiers/{dossier}/erasure")).status_code == 200
        home = {"members": [member(changes, "householder", 70_000)], "union_org_id": units.factory_union}
        made = await story.good(await story.entered("/households", **home, occurred_on="2017-01-04"))
        household = made.json()["household_id"]
        correction = {"phone": "15800000001", "reason_code": "changed", "occurred_on": "2017-01-04"}
        assert (await office.post(f"/persons/{changes}/corrections", correction)).status_code == 200
        late = await registered(office, units, 5)
        await publish_all(office, kafka)
        since = await office.events() - kept
    await as_superuser(
        postgres,
        f'DROP DATABASE "{database.name}" WITH (FORCE)',
        f'ALTER DATABASE "{database.name}_backup" RENAME TO "{database.name}"',
    )
    owner = await asyncpg.connect(database.owner_dsn)
    repaired = await repair_from_topic(owner, kafka.bootstrap, TOPIC, SOURCE)
    await owner.close()
    assert repaired.events == since
    told = await report(database, capsys, rebuild=True)
    assert told["persons_to_forget_again"] == [goes]
    assert told["persons_to_enter_again"] == sorted([changes, late])
    assert told["matters_to_forget_again"] == sorted([dossier, story.household])
    assert told["statements_to_enter_again"] == [f"household-{household} member person-{changes}"]

    async with opened(postgres, database, keys) as office:
        story.office, story.people["enters"] = office, f"person-{uuid4()}"
        said = await story.entered(f"/dossiers/{dossier}/statements/open")
        assert said.json()["statements"] == [], "nothing is told that was erased"
        assert (await story.entered(f"/households/{story.household}/statements/open")).json()["statements"] == []
        asked = {"kind": "resident_id", "values": [resident_id(11), resident_id(3)]}
        found = (await office.post("/matches", asked)).json()["matches"]
        assert [match["person_id"] for match in found] == [None, changes]
        assert set((await left(office, goes)).values()) == {0}
        opening = {"person_ids": [goes, late], "fields": ["name"], "purpose": "contact"}
        persons = (await office.post("/identities/open", opening)).json()["persons"]
        assert [one["code"] for one in persons] == ["person-erased", "identity-missing"]
        for person, serial in ((changes, 3), (late, 5)):
            again = await office.post(f"/persons/{person}/identity", {**AGAIN, "resident_id": resident_id(serial)})
            assert again.status_code == 200, again.text
        again = await story.entered(f"/households/{household}/members/{changes}/changes", **TOLD_AGAIN)
        assert again.status_code == 200, again.text
        assert (await report(database, capsys, rebuild=False))["ok"]
    await postgres.drop(database)
