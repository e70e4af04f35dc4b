"""A database, its roles and its secrets for each service."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from unionaid.embedded.errors import StackError
from unionaid.embedded.postgres import write_secret

if TYPE_CHECKING:
    from unionaid.eventlog.migrations import Roles

POSTGRES_VERSION_MIN = 17  # transaction_timeout, which the relay's lease needs, came with 17
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """One service's database and how to reach it."""

    name: str
    roles: "Roles"
    owner_dsn: str
    app_dsn: str
    auditor_dsn: str

    @property
    def vault_role(self) -> str:
        return self.roles.vault


async def create_service_database(
    superuser_dsn: str, name: str, passwords: Mapping[str, str] | None = None
) -> ServiceDatabase:
    """Make the database `name` and its four roles, or bring what exists up to this.

    Owner (migrations and the sweep; owns the database), app (run time; owns nothing), vault (cannot log in; the owner
    is a member) and auditor (reads only). What each may do inside is granted by migrations.

    `passwords`: role name -> password for the roles which log in; without it new random ones are set.
    Raises StackError if the server is older than PostgreSQL 17.
    """
    roles = _roles(name)
    if passwords is None:
        passwords = {role: new_password() for role in (roles.owner, roles.app, roles.auditor)}
    connection = await asyncpg.connect(superuser_dsn)
    try:
        await _refuse_old(connection)
        for role in (roles.owner, roles.app, roles.auditor):
            await _create_role(connection, role, f"LOGIN PASSWORD {_literal(passwords[role])}")
        await _create_role(connection, roles.vault, "NOLOGIN")
        await connection.execute(f"GRANT {_name(roles.vault)} TO {_name(roles.owner)}")
        await connection.execute(f"ALTER ROLE {_name(roles.auditor)} SET default_transaction_read_only = on")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(
                # The same order of text on every server, whatever its own default is.
                f"CREATE DATABASE {_name(name)} OWNER {_name(roles.owner)} TEMPLATE template0"
                " ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            )
        await connection.execute(f"REVOKE ALL ON DATABASE {_name(name)} FROM PUBLIC")
        await connection.execute(f"GRANT pg_checkpoint TO {_name(roles.owner)}")
        await connection.execute(
            f"GRANT CONNECT ON DATABASE {_name(name)} TO {_name(roles.app)}, {_name(roles.auditor)}"
        )
    finally:
        await connection.close()
    await _let_sweep(urlunsplit(urlsplit(superuser_dsn)._replace(path=f"/{name}")), roles.owner)

    def dsn(role: str) -> str:
        host = urlsplit(superuser_dsn).netloc.rpartition("@")[2]
        login = f"{quote(role, safe='')}:{quote(passwords[role], safe='')}"
        return urlunsplit(urlsplit(superuser_dsn)._replace(netloc=f"{login}@{host}", path=f"/{name}"))

    return ServiceDatabase(name, roles, dsn(roles.owner), dsn(roles.app), dsn(roles.auditor))


async def _let_sweep(superuser_dsn: str, owner: str) -> None:
    """Let the owner replace the write-ahead log: functions are granted in each database."""
    connection = await asyncpg.connect(superuser_dsn)
    try:
        await connection.execute(f"GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_ls_waldir() TO {_name(owner)}")
    finally:
        await connection.close()


async def drop_service_database(superuser_dsn: str, name: str) -> None:
    """Drop the database, closing its connections, and its roles."""
    connection = await asyncpg.connect(superuser_dsn)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")
        roles = _roles(name)
        for role in (roles.owner, roles.app, roles.vault, roles.auditor):
            await connection.execute(f"DROP ROLE IF EXISTS {_name(role)}")
    finally:
        await connection.close()


def new_password() -> str:
    """A random password of 192 bits, safe in a URL."""
    return secrets.token_urlsafe(24)


def kept_passwords(directory: Path, name: str) -> dict[str, str]:
    """The passwords of a service's roles, from files of mode 600 in `directory`; made at the first call."""
    roles = _roles(name)
    return {
        role: _kept(directory / role, lambda: new_password().encode()).decode()
        for role in (roles.owner, roles.app, roles.auditor)
    }


def kept_secrets(directory: Path) -> Path:
    """Directory of a service's secrets: `kek` and `hmac`, 32 random bytes each; made at the first call."""
    for name in ("kek", "hmac"):
        _kept(directory / name, lambda: secrets.token_bytes(SECRET_BYTES))
    return directory


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")  # renamed when whole: a full disk leaves no half of one
        new.unlink(missing_ok=True)
        write_secret(new, make())
        new.rename(path)
    return path.read_bytes()


async def _refuse_old(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    version = connection.get_server_version()
    if version.major < POSTGRES_VERSION_MIN:
        raise StackError(
            f"The PostgreSQL server is version {version.major}; {POSTGRES_VERSION_MIN} or newer is needed.",
            "Name another server in UNIONAID_POSTGRES, or none to use the embedded one.",
        )


async def _create_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, options: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    await connection.execute(f"{'ALTER' if exists else 'CREATE'} ROLE {_name(role)} {options}")


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _roles(name: str) -> "Roles":
    from unionaid.eventlog.migrations import Roles  # noqa: PLC0415  its package is slow to import

    return Roles.of(name)
