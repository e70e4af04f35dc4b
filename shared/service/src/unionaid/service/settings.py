"""What a service reads from the environment. Everything missing or wrong is named at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn, Self, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

PREFIX = "UNIONAID_"
_URLS = "UNIONAID_URLS_"
EXIT_CODE = 2
"""Exit code of a process whose settings are wrong."""


def _postgres_url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("postgresql", "postgres") or not url.path.strip("/"):
        raise ValueError("is not a PostgreSQL URL with a database")
    return value


def _http_url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc:
        raise ValueError("is not an http or https URL")
    return value.rstrip("/")


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Bootstrap = Annotated[str, Field(pattern=r"^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$")]
Division = Annotated[str, Field(pattern=r"^\d{6}$")]

_EXAMPLES: Mapping[str, str] = {
    "database_url": "postgresql://relief_app:…@localhost:5432/relief",
    "owner_database_url": "postgresql://relief_owner:…@localhost:5432/relief",
    "kafka": "localhost:9092",
    "division": "640302",
    "http_host": "127.0.0.1",
    "http_port": "8001",
    "issuer": "https://id.example.org",
    "client_id": "unionaid",
    "secrets_dir": "/run/secrets/relief",
    "clock_start": "2013-01-01T00:00:00Z",
    "clock_origin": "2026-01-01T00:00:00Z",
    "clock_rate": "86400",
    "public_url": "https://unionaid.example.org",
    "urls": "http://127.0.0.1:8001",
    "superuser_database_url": "postgresql://postgres:…@localhost:5432/postgres",
    "auditor_database_url": "postgresql://relief_auditor:…@localhost:5432/relief",
    "topic_replicas": "3",
    "wait_s": "60",
}


class SettingsRefused(Exception):
    """The environment does not make settings; the message names every fault with an example."""


class _FromEnvironment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsRefused: something is missing or wrong; the message names all of it.
        """
        given: dict[str, object] = {
            name: environ[_variable(name)] for name in cls.model_fields if environ.get(_variable(name))
        }
        if "urls" in cls.model_fields:
            given["urls"] = {
                name.removeprefix(_URLS).lower(): url for name, url in environ.items() if name.startswith(_URLS)
            }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SettingsRefused("\n".join(_faults(error))) from None


class _Patient(_FromEnvironment):
    wait_s: int = Field(default=60, ge=0, le=3_600)
    """Seconds that the process waits, at its start, for a database or broker that is not up yet; then it ends."""


class MigrationSettings(_Patient):
    """What `migrate` needs: the owner's login, and nothing else."""

    owner_database_url: PostgresUrl

    @property
    def database(self) -> str:
        """Name of the database; its roles are named after it."""
        return _database(self.owner_database_url)


class ProvisionSettings(MigrationSettings):
    """What `provision` needs: a superuser's login, and the logins it is to make with their passwords."""

    superuser_database_url: PostgresUrl
    database_url: PostgresUrl
    auditor_database_url: PostgresUrl | None = None
    """Without it the auditor's role cannot log in."""

    @property
    def passwords(self) -> dict[str, str]:
        """Role -> password."""
        urls = (self.owner_database_url, self.database_url, self.auditor_database_url)
        logins = [urlsplit(url) for url in urls if url is not None]
        return {unquote(login.username or ""): unquote(login.password or "") for login in logins}

    @model_validator(mode="after")
    def _logins_are_of_one_database(self) -> Self:
        name = self.database
        wanted = {
            "owner_database_url": f"{name}_owner",
            "database_url": f"{name}_app",
            "auditor_database_url": f"{name}_auditor",
        }
        for setting, role in wanted.items():
            url = getattr(self, setting)
            if url is None:
                continue
            login = urlsplit(url)
            if _database(url) != name or unquote(login.username or "") != role or not login.password:
                raise ValueError(
                    f"{_variable(setting)} must name the role {role} with a password and the database {name}"
                )
        return self


class TopicSettings(_Patient):
    """What `topics` needs."""

    kafka: Bootstrap
    division: Division
    topic_replicas: Literal[1, 3] = 1
    """Copies of the topic that the brokers keep."""


class Settings(_Patient):
    """What a running service needs. Frozen; secrets stay in files, see `unionaid.service.keys`."""

    database_url: PostgresUrl
    kafka: Bootstrap
    """Bootstrap servers, `host:port`, separated by commas."""
    division: Division
    """Six digits of the administrative division (GB/T 2260)."""
    http_host: str = Field(min_length=1)
    http_port: int = Field(ge=0, le=65_535)
    """0 takes a free port."""
    issuer: HttpUrl
    """The issuer of tokens, as it stands in `iss`: an OpenID provider; the rest its discovery document says."""
    client_id: str = Field(default="unionaid", min_length=1, max_length=200)
    """What the issuer knows the screens as; its secret, if it has one, is the file `client_secret`."""
    secrets_dir: Path
    clock_start: AwareDatetime | None = None
    clock_origin: AwareDatetime | None = None
    clock_rate: float = Field(default=1.0, gt=0, le=1e7, allow_inf_nan=False)
    """Simulated seconds per second of the machine."""
    public_url: HttpUrl | None = None
    """Where browsers reach the front; over https its cookies are Secure."""
    urls: dict[str, HttpUrl] = Field(default_factory=dict)
    """Base URLs of the other services, by name; from UNIONAID_URLS_<SERVICE>."""

    @property
    def database(self) -> str:
        """Name of the database; its roles are named after it."""
        return _database(self.database_url)

    @model_validator(mode="after")
    def _clock_is_whole(self) -> Self:
        if (self.clock_start is None) != (self.clock_origin is None):
            raise ValueError("UNIONAID_CLOCK_START and UNIONAID_CLOCK_ORIGIN are set together or not at all")
        if self.clock_start is None and self.clock_rate != 1.0:
            raise ValueError("UNIONAID_CLOCK_RATE needs UNIONAID_CLOCK_START and UNIONAID_CLOCK_ORIGIN")
        return self


_Model = TypeVar("_Model", bound=_FromEnvironment)


def settings_or_exit(model: type[_Model], environ: Mapping[str, str]) -> _Model:
    """Read settings, or print every fault on stderr and leave with `EXIT_CODE`."""
    try:
        return model.from_environment(environ)
    except SettingsRefused as error:
        exit_with(str(error))


def exit_with(message: str, code: int = EXIT_CODE) -> NoReturn:
    """Print the reason and leave with `code`."""
    print(message, file=sys.stderr)
    raise SystemExit(code)


def simulated_start(settings: Settings) -> tuple[datetime, datetime, float] | None:
    """Return start, origin and rate of the simulated clock in UTC, None for the machine's clock."""
    if settings.clock_start is None or settings.clock_origin is None:
        return None
    return settings.clock_start.astimezone(UTC), settings.clock_origin.astimezone(UTC), settings.clock_rate


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _database(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _faults(error: ValidationError) -> list[str]:
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        message = str(fault["msg"]).removeprefix("Value error, ")
        if not name:
            lines.append(message)
            continue
        variable = _variable("_".join(str(part) for part in fault["loc"][:2]))
        reason = "is missing" if fault["type"] == "missing" else f"is wrong: {message}"
        lines.append(f"{variable} {reason}. Example: {variable}={_EXAMPLES[name]}")
    return lines
