"""What the events and the vault imply to be reserved, after a database was restored and repaired."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from unionaid.registry.examples import resident_id, uscc_code
from unionaid.registry.main import imply
from unionaid.service.reservations import compare
from unionaid.service.settings import MigrationSettings

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units


async def told(
    office: Office, capsys: pytest.CaptureFixture[str], *, rebuild: bool = False
) -> tuple[int, dict[str, Any]]:
    settings = MigrationSettings(owner_database_url=office.database.owner_dsn)
    capsys.readouterr()
    code = await compare(settings, imply, rebuild=rebuild)
    return code, json.loads(capsys.readouterr().out)


def new_worker(units: Units) -> dict[str, object]:
    return {
        "union_org_id": units.factory_union, "name": "张三", "resident_id": resident_id(1), "migrant": False,
        "occurred_on": "2017-01-03",
    }  # fmt: skip


async def test_lost_reservations_are_named_and_made_anew(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = new_worker(units)
    await office.made("/workers", worker, "person_id")
    code, report = await told(office, capsys)
    assert (code, report["ok"], report["reservations"]) == (0, True, 3)  # the district, a code, an ID

    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute("DELETE FROM eventlog.reservations WHERE scope <> 'district'")
    code, report = await told(office, capsys)
    assert (code, list(report["breaches"])) == (1, ["reservation-missing"])

    code, report = await told(office, capsys, rebuild=True)
    assert (code, report["ok"]) == (0, True)
    refused = await office.post("/workers", worker)
    assert (refused.status_code, refused.json()["code"]) == (409, "resident-id-taken")
    await owner.close()


async def test_a_code_that_was_corrected_is_held_as_events_say(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    for serial in (2, 3, 1):
        body = {"uscc": uscc_code(serial), "reason_code": "entered-wrong", "occurred_on": "2017-01-04"}
        assert (await office.post(f"/enterprises/{units.enterprise}/corrections", body)).status_code == 200
    other = {"uscc": uscc_code(3), "name": "别厂", "ownership": "public", "occurred_on": "2017-01-04"}
    await office.made("/enterprises", other, "enterprise_id")
    code, report = await told(office, capsys)
    assert (code, report["ok"], report["reservations"]) == (0, True, 3)  # the district, two codes


async def test_a_person_whom_the_vault_has_lost_is_named(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    person = await office.made("/workers", new_worker(units), "person_id")
    owner = await asyncpg.connect(office.database.owner_dsn)
    async with owner.transaction():
        await owner.execute(f'SET LOCAL ROLE "{office.database.vault_role}"')
        await owner.execute("DELETE FROM vault.person_keys")
    await owner.close()
    code, report = await told(office, capsys, rebuild=True)
    assert (code, report["persons_to_enter_again"]) == (1, [person])
