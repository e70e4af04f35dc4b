"""After an erasure and its sweep no byte of the person is in any file of PostgreSQL, running, stopped or killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.registry.examples import resident_id
from unionaid.service import sweeping
from unionaid.service.roles import Role
from unionaid.service.settings import MigrationSettings
from unionaid.service.sweeping import SweepRefused, sweep
from unionaid.testkit.traces import files_of, found_in_files, traces_of_bytes, traces_of_text
from unionaid.vault import TABLES

from .conftest import Office, established, migrated, opened

if TYPE_CHECKING:
    from unionaid.testkit.stack import Postgres, Workshop

NAME, PHONE, ID = "龘靐齉", "13911112222", resident_id(501)
ERASURE = {"reason_code": "ordered", "occurred_on": "2017-01-04"}


@dataclass
class Erased:
    """An office in which a person was erased, and what the database held of that person before."""

    office: Office
    postgres: Postgres
    traces: Mapping[str, bytes]

    @property
    def settings(self) -> MigrationSettings:
        return MigrationSettings(owner_database_url=self.office.database.owner_dsn)

    def found(self) -> dict[str, set[str]]:
        """Which traces are in which files."""
        files = files_of(self.postgres.home)
        assert len([file for file in files if file.parent.name == "pg_wal"]) >= 1
        found = found_in_files(files, self.traces)
        return {name: {path.name for path in paths} for name, paths in found.items()}


async def held(office: Office, person_id: UUID) -> dict[str, bytes]:
    """All that the database keeps of a person's identity, as its owner reads it."""
    owner = await asyncpg.connect(office.database.owner_dsn)
    rows = {
        "key": await owner.fetch("SELECT wrapped_key FROM vault.person_keys WHERE person_id = $1", person_id),
        "nonce": await owner.fetch("SELECT nonce FROM vault.fields WHERE person_id = $1", person_id),
        "ciphertext": await owner.fetch("SELECT ciphertext FROM vault.fields WHERE person_id = $1", person_id),
        "digest": await owner.fetch("SELECT digest FROM vault.blind_index WHERE person_id = $1", person_id),
        "body": await owner.fetch("SELECT i.body FROM eventlog.idempotency i JOIN eventlog.events e "
                                  "ON convert_from(e.body, 'UTF8')::json->>'commandid' = encode(i.key, 'hex') "
                                  "WHERE e.stream = $1 AND e.version = 1", f"person-{person_id}"),
    }  # fmt: skip
    await owner.close()
    assert [kind for kind, found in rows.items() if not found] == []
    return {f"{kind} {n}": row[0] for kind, found in rows.items() for n, row in enumerate(found)}


async def erased_in(office: Office, postgres: Postgres, others: int = 3) -> Erased:
    units = await established(office)
    people = [
        {
            "name": f"{NAME}{'甲乙丙丁'[n]}" if n else NAME,
            "resident_id": ID if not n else resident_id(n),
            "migrant": True,
        }
        for n in range(others + 1)
    ]
    people[0]["phone"] = PHONE
    place = {"union_org_id": units.factory_union, "occurred_on": "2017-01-03"}
    ids = [UUID(await office.made("/workers", {**place, **person}, "person_id")) for person in people]
    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute("ANALYZE")  # samples of the rows go into the statistics
    await owner.close()
    was = await held(office, ids[0])
    office.issuer.person = f"person-{uuid4()}"
    done = await office.post(f"/persons/{ids[0]}/erasure", ERASURE, Role.APPROVER)
    assert done.status_code == 200, done.text
    clear = {"id": ID, "phone": PHONE, "name": NAME}
    traces = {f"{what} {how}": form for what, text in clear.items() for how, form in traces_of_text(text).items()}
    traces |= {f"{what} {how}": form for what, value in was.items() for how, form in traces_of_bytes(value).items()}
    return Erased(office, postgres, traces)


@pytest.fixture(scope="module")
def server(workshop: Workshop) -> Postgres:
    """A server of these tests' own, whose files they read."""
    return workshop.postgres()


@pytest.fixture
async def office(server: Postgres) -> AsyncIterator[Office]:
    await server.start()
    database = await server.create_service_database("registry")
    await migrated(database)
    async with opened(server, database) as office:
        yield office


@pytest.fixture
async def erased(server: Postgres, office: Office) -> Erased:
    return await erased_in(office, server)


async def configured(server: Postgres, **settings: str) -> None:
    superuser = await asyncpg.connect(server.superuser_dsn)
    for name, value in settings.items():
        await superuser.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await superuser.execute("SELECT pg_reload_conf()")
    await superuser.execute("SELECT pg_sleep(0.2)")
    await superuser.close()


async def test_before_the_sweep_the_bytes_lie_about_and_after_it_nowhere(erased: Erased) -> None:
    before = erased.found()
    kinds = {name.partition(" ")[0] for name in before}
    assert kinds == {"key", "nonce", "ciphertext", "digest", "body"}, "encrypted and hashed, never in clear"
    done = await sweep(erased.settings, TABLES)
    assert set(TABLES) < set(done.tables)
    assert done.segments >= 1
    assert erased.found() == {}
    again = await sweep(erased.settings, TABLES)
    assert again.segments >= 1
    assert erased.found() == {}


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_nor_after_the_server_has_ended_and_started(erased: Erased, end: str) -> None:
    await sweep(erased.settings, TABLES)
    await (erased.postgres.stop() if end == "stop" else erased.postgres.kill())
    assert erased.found() == {}
    await erased.postgres.start()
    assert erased.found() == {}


async def test_statistics_alone_would_keep_them(erased: Erased, monkeypatch: pytest.MonkeyPatch) -> None:
    async def left_alone(*_: object) -> None:
        pass

    monkeypatch.setattr(sweeping, "_statistics_anew", left_alone)
    await sweep(erased.settings, TABLES)
    assert {name.partition(" ")[0] for name in erased.found()} >= {"key", "ciphertext"}


async def test_the_log_alone_would_keep_them(erased: Erased, monkeypatch: pytest.MonkeyPatch) -> None:
    async def left_alone(*_: object) -> int:
        return 0

    monkeypatch.setattr(sweeping, "_log_replaced", left_alone)
    await sweep(erased.settings, TABLES)
    assert {len(file) for files in erased.found().values() for file in files} == {24}, "only segments are left"


async def test_when_nobody_is_left(server: Postgres, office: Office) -> None:
    """Statistics of an empty table are not made anew by ANALYZE."""
    erased = await erased_in(office, server, others=0)
    await sweep(erased.settings, TABLES)
    assert erased.found() == {}


async def test_renamed_segments_are_written_over(erased: Erased) -> None:
    """A server that renames old segments for later use, and has many of them."""
    await configured(erased.postgres, wal_recycle="on", min_wal_size="256MB")
    superuser = await asyncpg.connect(erased.postgres.superuser_dsn)
    for _ in range(6):
        await superuser.execute("SELECT pg_logical_emit_message(true, 'test', 'x')")
        await superuser.execute("SELECT pg_switch_wal()")
    await superuser.execute("CHECKPOINT")
    current = await superuser.fetchval("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
    await superuser.close()
    assert [file for files in erased.found().values() for file in files if file > current and len(file) == 24]
    await sweep(erased.settings, TABLES)
    assert erased.found() == {}


async def test_a_transaction_that_still_sees_the_rows_is_waited_for_then_named(
    erased: Erased, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "READERS_WAIT_S", 2.0)
    reader = await asyncpg.connect(erased.office.database.app_dsn)
    transaction = reader.transaction(isolation="repeatable_read")
    await transaction.start()
    await reader.fetch("SELECT count(*) FROM eventlog.events")
    await erased.office.post(
        "/identities/open", {"person_ids": [str(uuid4())], "fields": ["name"], "purpose": "contact"}
    )
    owner = await asyncpg.connect(erased.office.database.owner_dsn)
    await owner.execute("DELETE FROM eventlog.idempotency WHERE body IS NULL")
    await owner.close()
    with pytest.raises(SweepRefused, match=r"eventlog\.idempotency: an open transaction"):
        await sweep(erased.settings, TABLES)
    await transaction.rollback()
    await reader.close()
    await sweep(erased.settings, TABLES)
    assert erased.found() == {}


async def test_an_owner_without_the_right_is_told_what_was_not_done(erased: Erased) -> None:
    superuser = await asyncpg.connect(erased.postgres.superuser_dsn)
    await superuser.execute(f'REVOKE pg_checkpoint FROM "{erased.office.database.roles.owner}"')
    with pytest.raises(SweepRefused, match="GRANT pg_checkpoint"):
        await sweep(erased.settings, TABLES)
    await superuser.close()


async def test_a_server_that_keeps_old_segments_is_named(erased: Erased) -> None:
    await configured(erased.postgres, wal_keep_size="64MB")
    with pytest.raises(SweepRefused, match=r"keeps [0-9]+ old segments"):
        await sweep(erased.settings, TABLES)
    await configured(erased.postgres, wal_keep_size="0")
    await sweep(erased.settings, TABLES)
    assert erased.found() == {}


def command(
    environment: Mapping[str, str], *arguments: str, service: str = "registry"
) -> subprocess.CompletedProcess[str]:
    meant = {name: value for name, value in os.environ.items() if not name.startswith("UNIONAID_")}
    return subprocess.run(
        [sys.executable, "-m", f"unionaid.{service}.main", "sweep", *arguments],
        env={**meant, **environment}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


async def test_the_command_says_what_it_did(erased: Erased) -> None:
    done = command({"UNIONAID_OWNER_DATABASE_URL": erased.settings.owner_database_url})
    assert (done.returncode, done.stderr) == (0, "")
    assert "written anew: vault.person_keys, vault.fields" in done.stdout
    assert "segments replaced" in done.stdout
    assert erased.found() == {}


def test_the_command_without_a_database_and_of_a_service_without_identity() -> None:
    refused = command({})
    assert (refused.returncode, "UNIONAID_OWNER_DATABASE_URL is missing" in refused.stderr) == (2, True)
    nothing = command({"UNIONAID_OWNER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, service="relief")
    assert (nothing.returncode, nothing.stdout) == (0, "relief keeps no identity: there is nothing to sweep\n")
    assert "sweep" in command({}, "--help").stdout
