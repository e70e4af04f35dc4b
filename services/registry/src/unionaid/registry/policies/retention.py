"""The periods of retention, effective-dated, kept as data in `policy/retention.yaml` and checked when it is loaded."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unionaid.contracts.fields import PolicyVersion
from unionaid.registry.domain.person.retention import KINDS, RetentionPolicy
from unionaid.registry.policies.refused import PolicyRefused

RETENTION_YEARS_MAX = 100
CONFIRM_DAYS_MAX = 90
"""Days for the confirmation of an erasure: no longer than a backup lives."""


class _Version(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: PolicyVersion
    in_force_from: date
    confirm_within_days: Annotated[int, Field(ge=1, le=CONFIRM_DAYS_MAX)]
    years: dict[str, Annotated[int, Field(ge=1, le=RETENTION_YEARS_MAX)]]

    @model_validator(mode="after")
    def _every_kind(self) -> Self:
        if self.years.keys() != set(KINDS):
            raise ValueError(f"{self.version}: needs a period for each of {', '.join(KINDS)}, and no other")
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    versions: Annotated[list[_Version], Field(min_length=1)]

    @model_validator(mode="after")
    def _versions_apart(self) -> Self:
        for name in ("version", "in_force_from"):
            if len({getattr(version, name) for version in self.versions}) < len(self.versions):
                raise ValueError(f"two versions have the same {name}")
        return self


def read_retention(text: str | None = None) -> tuple[RetentionPolicy, ...]:
    """Return the versions: those of the package, or of `text`.

    Raises:
        PolicyRefused: something is missing, twice, or out of bounds.
    """
    if text is None:
        text = (files("unionaid.registry") / "policy" / "retention.yaml").read_text(encoding="utf-8")
    try:
        read = _File.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise PolicyRefused(f"no YAML: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise PolicyRefused("\n".join(faults)) from None
    return tuple(RetentionPolicy(**version.model_dump()) for version in read.versions)
