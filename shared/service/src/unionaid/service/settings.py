"""What a service reads from the environment. Everything missing or wrong is named at once.

docs/reference/settings.md is made from these classes: `python -m unionaid.testkit.settings`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
URLS = "UNIONAID_URLS_"
EXIT_CODE = 2
"""Exit code of a process whose settings are wrong."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value must be, in words; it stands in the annotation of a field."""

    text: str


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


PostgresUrl = Annotated[str, AfterValidator(_postgres_url), Kind("PostgreSQL URL with a database")]
HttpUrl = Annotated[str, AfterValidator(_http_url), Kind("http or https URL")]
Bootstrap = Annotated[
    str, Field(pattern=r"^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$"), Kind("`host:port`, several with commas")
]
Division = Annotated[str, Field(pattern=r"^\d{6}$"), Kind("six digits")]
Moment = Annotated[AwareDatetime, Kind("date and time with zone")]
Directory = Annotated[Path, Kind("directory")]


class SettingsRefused(Exception):
    """The environment does not make settings; the message names every fault with an example."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class Environment(BaseModel):
    """Settings from variables; every field has a meaning and an example."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsRefused: something is missing or wrong; the message names all of it.
        """
        given: dict[str, object] = {
            name: environ[variable(name)] for name in cls.model_fields if environ.get(variable(name))
        }
        if "urls" in cls.model_fields:
            given["urls"] = {
                name.removeprefix(URLS).lower(): url for name, url in environ.items() if name.startswith(URLS) and url
            }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SettingsRefused([*cls._faults(error), *cls.misfits(given)]) from None

    @classmethod
    def misfits(cls, _given: Mapping[str, object]) -> list[str]:
        """Say which of the values that are given do not go together."""
        return []

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if faults := self.misfits({name: getattr(self, name) for name in self.model_fields_set}):
            raise ValueError("\n".join(faults))
        return self

    @classmethod
    def _faults(cls, error: ValidationError) -> list[str]:
        """Say what is missing or wrong by itself."""
        lines = []
        for fault in error.errors(include_input=False, include_url=False):
            if not fault["loc"]:
                continue  # values that do not go together
            name = variable("_".join(str(part) for part in fault["loc"][:2]))
            message = str(fault["msg"]).removeprefix("Value error, ")
            reason = "is missing" if fault["type"] == "missing" else f"is wrong: {message}"
            lines.append(f"{name} {reason}. {cls._example(str(fault['loc'][0]), name)}")
        return lines

    @classmethod
    def _example(cls, field: str, name: str | None = None) -> str:
        return f"Example: {name or variable(field)}={(cls.model_fields[field].examples or [''])[0]}"


class _Patient(Environment):
    wait_s: int = Field(
        default=60,
        ge=0,
        le=3_600,
        description="seconds that a process waits at its start for a database or broker that is not up, or not "
        "prepared yet; then it ends with exit code 3",
        examples=["120"],
    )


class MigrationSettings(_Patient):
    """What an owner's command needs: the owner's login, and nothing else."""

    owner_database_url: PostgresUrl = Field(
        description="the owner's login, for what changes tables; the running service must not have it",
        examples=["postgresql://relief_owner:…@localhost:5432/relief"],
    )

    @property
    def database(self) -> str:
        """Name of the database; its roles are named after it."""
        return _database(self.owner_database_url)


class ProvisionSettings(MigrationSettings):
    """What makes a database needs: a superuser's login, and the logins it is to make with their passwords."""

    superuser_database_url: PostgresUrl = Field(
        description="a superuser of the server, to make the database and its roles",
        examples=["postgresql://postgres:…@localhost:5432/postgres"],
    )
    database_url: PostgresUrl = Field(
        description="the runtime role's login, as the service has it",
        examples=["postgresql://relief_app:…@localhost:5432/relief"],
    )
    auditor_database_url: PostgresUrl | None = Field(
        default=None,
        description="the auditor's login, which only reads; without it that role cannot log in",
        examples=["postgresql://relief_auditor:…@localhost:5432/relief"],
    )

    @property
    def passwords(self) -> dict[str, str]:
        """Role -> password."""
        urls = (self.owner_database_url, self.database_url, self.auditor_database_url)
        logins = [urlsplit(url) for url in urls if url is not None]
        return {unquote(login.username or ""): unquote(login.password or "") for login in logins}

    @classmethod
    def misfits(cls, given: Mapping[str, object]) -> list[str]:
        """Say which logins are not those of the owner's database."""
        urls = {name: url for name, url in given.items() if isinstance(url, str) and _is_postgres_url(url)}
        if "owner_database_url" not in urls:
            return []
        database = _database(urls["owner_database_url"])
        faults = []
        for name, role in (
            ("owner_database_url", "owner"),
            ("database_url", "app"),
            ("auditor_database_url", "auditor"),
        ):
            login = urlsplit(urls.get(name, ""))
            right = unquote(login.username or "") == f"{database}_{role}" and login.password
            if name in urls and not (right and _database(urls[name]) == database):
                faults.append(
                    f"{variable(name)} must name the role {database}_{role} with a password and the database "
                    f"{database}. {cls._example(name)}"
                )
        return faults


class TopicSettings(_Patient):
    """What makes a topic needs."""

    kafka: Bootstrap = Field(description="bootstrap servers", examples=["localhost:9092"])
    division: Division = Field(
        description="the administrative division (GB/T 2260), in the name of the topic", examples=["640302"]
    )
    topic_replicas: Literal[1, 3] = Field(
        default=1, description="copies of the topic that the brokers keep; 3 where there are three", examples=["3"]
    )


class Settings(_Patient):
    """What a running service needs. Secrets stay in files, see `unionaid.service.keys`."""

    database_url: PostgresUrl = Field(
        description="the runtime role's login; the database's name is the prefix of its role names",
        examples=["postgresql://relief_app:…@localhost:5432/relief"],
    )
    kafka: Bootstrap = Field(description="bootstrap servers", examples=["localhost:9092"])
    division: Division = Field(
        description="the administrative division (GB/T 2260), in the names of topics", examples=["640302"]
    )
    http_host: str = Field(min_length=1, description="where to listen", examples=["127.0.0.1"])
    http_port: int = Field(ge=0, le=65_535, description="0 takes a free port", examples=["8001"])
    issuer: HttpUrl = Field(
        description="the issuer of tokens as in `iss`, an OpenID provider; the rest its discovery document says",
        examples=["https://id.example.org"],
    )
    client_id: str = Field(
        default="unionaid",
        min_length=1,
        max_length=200,
        description="what the issuer knows the screens as; its secret, if it has one, is the file `client_secret`",
        examples=["unionaid"],
    )
    secrets_dir: Directory = Field(
        description="holds the files `kek` and `hmac`, 32 random bytes each, and `client_secret` if the issuer has "
        "given one; mode 600",
        examples=["/run/secrets/relief"],
    )
    clock_start: Moment | None = Field(
        default=None, description="simulated clock: what it shows at the origin", examples=["2013-01-01T00:00:00Z"]
    )
    clock_origin: Moment | None = Field(
        default=None, description="the machine's time at which it shows that", examples=["2026-01-01T00:00:00Z"]
    )
    clock_rate: float = Field(
        default=1.0,
        gt=0,
        le=1e7,
        allow_inf_nan=False,
        description="simulated seconds per second of the machine",
        examples=["86400"],
    )
    public_url: HttpUrl | None = Field(
        default=None,
        description="where browsers reach the front; with https every cookie is `Secure`. To be set behind a proxy "
        "that ends TLS: the service itself then hears plain HTTP. Without it: as the request says",
        examples=["https://unionaid.example.org"],
    )
    urls: dict[str, HttpUrl] = Field(
        default_factory=dict, description="base URL of another service", examples=["http://127.0.0.1:8001"]
    )

    @property
    def database(self) -> str:
        """Name of the database; its roles are named after it."""
        return _database(self.database_url)

    @classmethod
    def misfits(cls, given: Mapping[str, object]) -> list[str]:
        """Say what is missing of a simulated clock."""
        lacking = [name for name in ("clock_start", "clock_origin") if given.get(name) is None]
        simulated = len(lacking) == 1 or str(given.get("clock_rate", 1.0)) not in ("1", "1.0")
        return [
            f"{variable(name)} is missing: a simulated clock has a start and an origin. {cls._example(name)}"
            for name in lacking
            if simulated
        ]

    def lacking(self, neighbours: Sequence[str]) -> list[str]:
        """Say which of the services that are called have no URL."""
        names = [URLS + name.upper() for name in neighbours if name not in self.urls]
        return [f"{name} is missing. {self._example('urls', name)}" for name in names]


_Model = TypeVar("_Model", bound=Environment)


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


def variable(field: str) -> str:
    """Return the variable of a field."""
    return PREFIX + field.upper()


def _database(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _is_postgres_url(text: str) -> bool:
    try:
        _postgres_url(text)
    except ValueError:
        return False
    return True
