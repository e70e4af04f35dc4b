"""Policy files: versions, each in force from a day on, kept as data and checked when they are read."""

from __future__ import annotations

from datetime import date
from importlib.resources.abc import Traversable
from typing import Annotated, Generic, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unionaid.contracts.fields import PolicyVersion


class PolicyRefused(ValueError):
    """A policy file does not say what it must; the message names the file and every fault."""


class Version(BaseModel):
    """A version of a policy; each policy adds what it says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: PolicyVersion
    in_force_from: date


AnyVersion = TypeVar("AnyVersion", bound=Version)


class Versions(BaseModel, Generic[AnyVersion]):
    """A policy file: its versions, no two of the same name or day."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    versions: Annotated[list[AnyVersion], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for name in ("version", "in_force_from"):
            if len({getattr(version, name) for version in self.versions}) < len(self.versions):
                raise ValueError(f"two versions have the same {name}")
        return self

    @property
    def in_order(self) -> list[AnyVersion]:
        """The versions, earliest first."""
        return sorted(self.versions, key=lambda version: version.in_force_from)


AnyFile = TypeVar("AnyFile", bound=BaseModel)


def read_policy(kind: type[AnyFile], file: Traversable, text: str | None = None) -> AnyFile:
    """Return what a policy file says, or what `text` says in its place.

    Raises:
        PolicyRefused: something is missing, twice, or out of bounds.
    """
    try:
        return kind.model_validate(yaml.safe_load(file.read_text("utf-8") if text is None else text))
    except yaml.YAMLError as error:
        raise PolicyRefused(f"{file.name}: no YAML: {error}") from None
    except ValidationError as error:
        faults = (f"{file.name}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise PolicyRefused("\n".join(faults)) from None
