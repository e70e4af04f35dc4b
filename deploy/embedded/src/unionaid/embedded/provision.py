"""A database, its roles and its secrets for each service."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from unionaid.embedded.errors import StackError
from unionaid.embedded.postgres import write_secret

if TYPE_CHECKING:
    from unionaid.eventlog.migrations import Roles

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
    """Make the database `name` and its roles, or bring what exists up to this: see `unionaid.eventlog.provision`.

    `passwords`: role name -> password for the roles which log in; without it new random ones are set.
    Raises StackError if the server is older than PostgreSQL 17.
    """
    from unionaid.eventlog import migrations, provision  # noqa: PLC0415  its package is slow to import

    if passwords is None:
        roles = _roles(name)
        passwords = {role: new_password() for role in (roles.owner, roles.app, roles.auditor)}
    try:
        roles = await provision.provision(superuser_dsn, name, passwords)
    except migrations.ServerTooOld as refused:
        raise StackError(
            f"T{str(refused)[1:]}.", "Name another server in UNIONAID_POSTGRES, or none to use the embedded one."
        ) from None

    def dsn(role: str) -> str:
        host = urlsplit(superuser_dsn).netloc.rpartition("@")[2]
        login = f"{quote(role, safe='')}:{quote(passwords[role], safe='')}"
        return urlunsplit(urlsplit(superuser_dsn)._replace(netloc=f"{login}@{host}", path=f"/{name}"))

    return ServiceDatabase(name, roles, dsn(roles.owner), dsn(roles.app), dsn(roles.auditor))


async def drop_service_database(superuser_dsn: str, name: str) -> None:
    """Drop the database, closing its connections, and its roles."""
    from unionaid.eventlog import provision  # noqa: PLC0415  its package is slow to import

    await provision.drop(superuser_dsn, name)


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


def _roles(name: str) -> "Roles":
    from unionaid.eventlog.migrations import Roles  # noqa: PLC0415  its package is slow to import

    return Roles.of(name)
