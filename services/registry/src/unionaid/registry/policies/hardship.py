"""The policy on hardship, effective-dated, kept as data in `policy/hardship.yaml` and checked when it is loaded."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, model_validator

from unionaid.contracts.fields import NOTICE_WORKING_DAYS_MAX, PERCENT_MAX, AmountFen
from unionaid.registry.domain.dossier.assessing import HardshipPolicy
from unionaid.service.policies import Version, Versions, read_policy

_FILE = files("unionaid.registry") / "policy" / "hardship.yaml"
REVIEW_MONTHS_MAX = 12
"""Months between two reviews: at least one sweep of all dossiers a year."""
DUE_DAYS_MAX = 180
"""Days before its date from which a review is due."""
_Percent = Annotated[int, Field(ge=1, le=PERCENT_MAX)]


class _Version(Version):
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


def read_hardship(text: str | None = None) -> tuple[HardshipPolicy, ...]:
    """Return the versions of the policy, earliest first: those of the package, or of `text`. Raises PolicyRefused."""
    read = read_policy(Versions[_Version], _FILE, text)
    return tuple(HardshipPolicy(**version.model_dump()) for version in read.in_order)
