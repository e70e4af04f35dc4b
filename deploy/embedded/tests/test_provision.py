"""Databases, roles and secrets of the services."""

from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from unionaid.embedded import provision
from unionaid.embedded.errors import StackError
from unionaid.embedded.provision import create_service_database, kept_passwords, kept_secrets
from unionaid.testkit.stack import Postgres


async def test_provisioning_again_keeps_data_and_takes_the_new_passwords(postgres: Postgres) -> None:
    first = await postgres.create_service_database("relief")
    connection = await asyncpg.connect(first.owner_dsn)
    await connection.execute("CREATE TABLE kept ()")
    await connection.close()
    again = await create_service_database(postgres.superuser_dsn, first.name)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(first.owner_dsn)
    connection = await asyncpg.connect(again.owner_dsn)
    assert await connection.fetchval("SELECT to_regclass('kept') IS NOT NULL")
    await connection.close()


async def test_the_auditor_reads_only_and_the_vault_role_cannot_log_in(postgres: Postgres) -> None:
    database = await postgres.create_service_database("relief")
    auditor = await asyncpg.connect(database.auditor_dsn)
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await auditor.execute("CREATE TABLE mine ()")
    assert not await auditor.fetchval("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", database.vault_role)
    await auditor.close()


async def test_a_server_older_than_17_is_refused(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncpg.Connection, "get_server_version", lambda _: SimpleNamespace(major=16), raising=True)
    with pytest.raises(StackError, match="is version 16; 17 or newer is needed"):
        await create_service_database(postgres.superuser_dsn, "too_old")


def test_secrets_and_passwords_are_made_once_and_private(tmp_path: Path) -> None:
    directory = kept_secrets(tmp_path / "relief")
    passwords = kept_passwords(tmp_path / "postgres", "relief")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert kept_secrets(tmp_path / "relief") == directory
    assert kept_passwords(tmp_path / "postgres", "relief") == passwords
    assert {path: path.read_bytes() for path in before} == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in before)
    assert len((directory / "kek").read_bytes()) == provision.SECRET_BYTES
    assert (directory / "kek").read_bytes() != (directory / "hmac").read_bytes()
