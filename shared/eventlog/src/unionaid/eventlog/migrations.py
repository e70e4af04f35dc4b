"""Numbered SQL files, each run once, in order, in one transaction."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from unionaid.eventlog.store import Connection

_NUMBERED = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")
_LEDGER = """
CREATE TABLE IF NOT EXISTS public.schema_migrations (
    member text NOT NULL, file text NOT NULL, sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (member, file)
)
"""


POSTGRES_VERSION_MIN = 17
"""transaction_timeout, which the relay's lease needs, came with 17."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The database roles of one service, put in place of `{owner}` and so on in its SQL files."""

    owner: str
    app: str
    vault: str
    auditor: str

    @classmethod
    def of(cls, service: str) -> Roles:
        """Return the roles that provisioning makes for a service."""
        return cls(*(f"{service}_{role}" for role in ("owner", "app", "vault", "auditor")))


class MigrationRefused(Exception):
    """The database was made by a newer or another program; the message says which file."""


class ServerTooOld(Exception):
    """The server is older than PostgreSQL `POSTGRES_VERSION_MIN`."""

    def __init__(self, major: int) -> None:
        self.major = major
        super().__init__(f"the PostgreSQL server is version {major}; {POSTGRES_VERSION_MIN} or newer is needed")


def refuse_old(conn: Connection) -> None:
    """Look at the server's version.

    Raises:
        ServerTooOld: the server lacks what the log needs.
    """
    major = conn.get_server_version().major
    if major < POSTGRES_VERSION_MIN:
        raise ServerTooOld(major)


async def migrate(conn: Connection, member: str, directory: Traversable, roles: Roles) -> list[str]:
    """Run the files of `directory` that have not run yet and return their names.

    Raises:
        MigrationRefused: a file that ran is missing here (newer schema), or has changed since.
        ServerTooOld: before anything is changed.
    """
    refuse_old(conn)
    here = {f.name: f.read_text("utf-8") for f in directory.iterdir() if _NUMBERED.match(f.name)}
    async with conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(hashtext('unionaid migrations'))")
        await conn.execute(_LEDGER)
        await conn.execute(f'GRANT SELECT ON public.schema_migrations TO "{roles.app}"')
        done = {
            row["file"]: row["sha256"]
            for row in await conn.fetch("SELECT file, sha256 FROM public.schema_migrations WHERE member = $1", member)
        }
        _refuse_foreign(member, here, done)
        fresh = sorted(set(here) - set(done))
        for name in fresh:
            await conn.execute(_with_roles(here[name], roles))
            await conn.execute(
                "INSERT INTO public.schema_migrations (member, file, sha256) VALUES ($1,$2,$3)",
                member,
                name,
                _sha256(here[name]),
            )
    return fresh


async def install(conn: Connection, roles: Roles) -> list[str]:
    """Install or bring up to date the schema `eventlog`."""
    return await migrate(conn, "eventlog", files("unionaid.eventlog") / "sql", roles)


async def pending(conn: Connection, member: str, directory: Traversable) -> list[str]:
    """Name the files that have not run yet.

    Raises:
        MigrationRefused: as `migrate`.
    """
    here = {f.name: f.read_text("utf-8") for f in directory.iterdir() if _NUMBERED.match(f.name)}
    if await conn.fetchval("SELECT to_regclass('public.schema_migrations')") is None:
        return sorted(here)
    done = {
        row["file"]: row["sha256"]
        for row in await conn.fetch("SELECT file, sha256 FROM public.schema_migrations WHERE member = $1", member)
    }
    _refuse_foreign(member, here, done)
    return sorted(set(here) - set(done))


def _refuse_foreign(member: str, here: dict[str, str], done: dict[str, str]) -> None:
    for name, sha256 in done.items():
        if name not in here:
            raise MigrationRefused(f"{member}: the database has {name}, which this program does not know")
        if _sha256(here[name]) != sha256:
            raise MigrationRefused(f"{member}: {name} has changed since it ran; write a new file instead")


def _with_roles(sql: str, roles: Roles) -> str:
    for name in ("owner", "app", "vault", "auditor"):
        sql = sql.replace("{" + name + "}", f'"{getattr(roles, name)}"')
    return sql


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
