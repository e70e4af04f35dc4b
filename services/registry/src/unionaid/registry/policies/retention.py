"""The periods of retention, effective-dated, kept as data in `policy/retention.yaml` and checked when it is loaded."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, model_validator

from unionaid.registry.domain.person.retention import KINDS, RetentionPolicy
from unionaid.service.policies import Version, Versions, read_policy

_FILE = files("unionaid.registry") / "policy" / "retention.yaml"
RETENTION_YEARS_MAX = 100
CONFIRM_DAYS_MAX = 90
"""Days for the confirmation of an erasure: no longer than a backup lives."""


class _Version(Version):
    confirm_within_days: Annotated[int, Field(ge=1, le=CONFIRM_DAYS_MAX)]
    years: dict[str, Annotated[int, Field(ge=1, le=RETENTION_YEARS_MAX)]]

    @model_validator(mode="after")
    def _every_kind(self) -> Self:
        if self.years.keys() != set(KINDS):
            raise ValueError(f"{self.version}: needs a period for each of {', '.join(KINDS)}, and no other")
        return self


def read_retention(text: str | None = None) -> tuple[RetentionPolicy, ...]:
    """Return the versions, earliest first: those of the package, or of `text`. Raises PolicyRefused."""
    read = read_policy(Versions[_Version], _FILE, text)
    return tuple(RetentionPolicy(**version.model_dump()) for version in read.in_order)
