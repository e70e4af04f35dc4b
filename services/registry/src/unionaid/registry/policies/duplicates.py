"""The thresholds of likeness, effective-dated, kept as data in `policy/duplicates.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unionaid.contracts.fields import PolicyVersion
from unionaid.contracts.registry.duplicates import SCORE_MAX
from unionaid.registry.domain.pair.rules import Thresholds
from unionaid.registry.policies.refused import PolicyRefused

_Points = Annotated[int, Field(ge=1, le=SCORE_MAX)]


class _Version(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: PolicyVersion
    in_force_from: date
    surely: _Points
    possibly: _Points
    unmerge_wait_days: Annotated[int, Field(ge=1, le=60)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.possibly >= self.surely:
            raise ValueError(f"{self.version}: what is surely one needs more points than what is possibly one")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    versions: Annotated[list[_Version], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for name in ("version", "in_force_from"):
            if len({getattr(each, name) for each in self.versions}) < len(self.versions):
                raise ValueError(f"two versions have the same {name}")
        return self


def read_thresholds(text: str | None = None) -> Sequence[Thresholds]:
    """Return the versions of the policy of duplicates, oldest first: those of the package, or of `text`.

    Raises:
        PolicyRefused: the file is malformed, or two versions share a name or a day.
    """
    if text is None:
        text = files("unionaid.registry").joinpath("policy", "duplicates.yaml").read_text(encoding="utf-8")
    try:
        read = _File.model_validate(yaml.safe_load(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise PolicyRefused(f"duplicates.yaml: {error}") from None
    versions = [
        Thresholds(v.version, v.in_force_from, v.surely, v.possibly, v.unmerge_wait_days) for v in read.versions
    ]
    return sorted(versions, key=lambda each: each.in_force_from)
