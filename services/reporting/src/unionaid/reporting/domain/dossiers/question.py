"""What can be asked of hardship dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from unionaid.reporting.domain.kinds import CauseCode, DossierStep, HardshipLevel
from unionaid.reporting.domain.refusals import PeriodReversed

STEPS: tuple[DossierStep, ...] = (
    "opened", "verified", "posted", "approved", "returned", "reviewed", "reclassified", "closed",
)  # fmt: skip
STATUSES: tuple[DossierStep, ...] = ("opened", "verified", "posted", "approved", "returned", "closed")
"""The steps that say where a dossier stands: at the last of them."""
Unknown: TypeAlias = Literal["unknown"]


@dataclass(frozen=True, slots=True)
class DossierQuestion:
    """Steps of dossiers on business dates from `since` to `until`; without `since`, how dossiers stood on `until`.

    Both days are included. `union` stands for itself and all unions below it. `as_of` counts what had been recorded by
    then (log time, inclusive), `upto` what stands in registry's log up to that index.
    """

    until: date
    since: date | None = None
    step: DossierStep | None = None
    level: HardshipLevel | Unknown | None = None
    cause: CauseCode | Unknown | None = None
    union: UUID | None = None
    as_of: datetime | None = None
    upto: int | None = None

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.since is not None and self.until < self.since:
            raise PeriodReversed(field="query.to")

    @property
    def steps(self) -> tuple[DossierStep, ...]:
        """Which events may be counted."""
        return STATUSES if self.since is None else STEPS

    @property
    def query(self) -> str:
        """The question in the one form that citations name."""
        as_of = self.as_of and f"{self.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        asked = {
            "as_of": as_of, "cause": self.cause, "from": self.since, "level": self.level, "step": self.step,
            "to": self.until, "union": self.union, "upto": self.upto,
        }  # fmt: skip
        return "dossiers?" + urlencode({k: str(v) for k, v in asked.items() if v is not None}, safe=":")
