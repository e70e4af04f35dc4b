"""The policy on hardship, effective-dated, kept as data in `policy/hardship.yaml` and checked when it is loaded."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unionaid.contracts.fields import NOTICE_WORKING_DAYS_MAX, PERCENT_MAX, AmountFen, PolicyVersion
from unionaid.registry.domain.dossier.assessing import HardshipPolicy
from unionaid.registry.policies.refused import PolicyRefused

REVIEW_MONTHS_MAX = 12
"""Months between two reviews: at least one sweep of all dossiers a year."""
DUE_DAYS_MAX = 180
"""Days before its date from which a review is due."""
_Percent = Annotated[int, Field(ge=1, le=PERCENT_MAX)]


class _Version(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: PolicyVersion
    in_force_from: date
    guarantee_fen: AmountFen
    deep_up_to_percent: _Percent
    relative_up_to_percent: _Percent
    sudden_up_to_percent: _Percent
    notice_working_days: Annotated[int, Field(ge=1, le=NOTICE_WORKING_DAYS_MAX)]
    review_after_months: Annotated[int, Field(ge=1, le=REVIEW_MONTHS_MAX)]
    due_before_days: Annotated[int, Field(ge=0, le=DUE_DAYS_MAX)]

    @model_validator(mode="after")
    def _relative_above_deep(self) -> Self:
        if self.relative_up_to_percent <= self.deep_up_to_percent:
            raise ValueError(f"{self.version}: relative hardship begins where deep hardship ends")
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    versions: Annotated[list[_Version], Field(min_length=1)]

    @model_validator(mode="after")
    def _versions_apart(self) -> Self:
        for name in ("version", "in_force_from"):
            if len({getattr(v, name) for v in self.versions}) < len(self.versions):
                raise ValueError(f"two versions have the same {name}")
        return self


def read_hardship(text: str | None = None) -> tuple[HardshipPolicy, ...]:
    """Return the versions of the policy, earliest first: those of the package, or of `text`.

    Raises:
        PolicyRefused: something is missing, twice, or out of bounds.
    """
    if text is None:
        text = (files("unionaid.registry") / "policy" / "hardship.yaml").read_text(encoding="utf-8")
    try:
        read = _File.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise PolicyRefused(f"no YAML: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise PolicyRefused("\n".join(faults)) from None
    made = (HardshipPolicy(**version.model_dump()) for version in read.versions)
    return tuple(sorted(made, key=lambda policy: policy.in_force_from))
