"""A database and its four roles for a service: what a superuser of the server does once, and may repeat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from unionaid.eventlog.migrations import Roles, refuse_old

if TYPE_CHECKING:
    from unionaid.eventlog.store import Connection


async def provision(superuser_dsn: str, name: str, passwords: Mapping[str, str]) -> Roles:
    """Make the database `name` and its roles, or bring what exists up to this.

    Owner (migrations and the sweep; owns the database), app (run time; owns nothing), vault (cannot log in; the owner
    is a member) and auditor (reads only). What each may do inside is granted by migrations. `passwords`: role name
    -> password; a role without one cannot log in.

    Raises:
        ServerTooOld: before anything is made.
    """
    roles = Roles.of(name)
    async with _connected(superuser_dsn) as superuser:
        refuse_old(superuser)
        for role in (roles.owner, roles.app, roles.auditor):
            login = f"LOGIN PASSWORD {_literal(passwords[role])}" if role in passwords else "NOLOGIN"
            await _create_role(superuser, role, login)
        await _create_role(superuser, roles.vault, "NOLOGIN")
        await superuser.execute(f"GRANT {_name(roles.vault)} TO {_name(roles.owner)}")
        await superuser.execute(f"GRANT pg_checkpoint TO {_name(roles.owner)}")
        await superuser.execute(f"ALTER ROLE {_name(roles.auditor)} SET default_transaction_read_only = on")
        if not await superuser.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await superuser.execute(
                # The same order of text on every server, whatever its own default is.
                f"CREATE DATABASE {_name(name)} OWNER {_name(roles.owner)} TEMPLATE template0"
                " ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            )
        await superuser.execute(f"REVOKE ALL ON DATABASE {_name(name)} FROM PUBLIC")
        logins = f"{_name(roles.app)}, {_name(roles.auditor)}"
        await superuser.execute(f"GRANT CONNECT ON DATABASE {_name(name)} TO {logins}")
    async with _connected(urlunsplit(urlsplit(superuser_dsn)._replace(path=f"/{name}"))) as superuser:
        # Let the owner replace the write-ahead log: functions are granted in each database.
        await superuser.execute(f"GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_ls_waldir() TO {_name(roles.owner)}")
    return roles


async def drop(superuser_dsn: str, name: str) -> None:
    """Drop the database, closing its connections, and its roles."""
    roles = Roles.of(name)
    async with _connected(superuser_dsn) as superuser:
        await superuser.execute(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")
        for role in (roles.owner, roles.app, roles.vault, roles.auditor):
            await superuser.execute(f"DROP ROLE IF EXISTS {_name(role)}")


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()


async def _create_role(superuser: Connection, role: str, options: str) -> None:
    exists = await superuser.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    await superuser.execute(f"{'ALTER' if exists else 'CREATE'} ROLE {_name(role)} {options}")


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
