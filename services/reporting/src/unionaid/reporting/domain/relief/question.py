"""What can be asked of relief's payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

from unionaid.reporting.domain.kinds import ProgrammeKind
from unionaid.reporting.domain.refusals import PeriodReversed


@dataclass(frozen=True, slots=True)
class ReliefQuestion:
    """Payments of business dates from `since` to `until`, both included, narrowed by what else is given.

    `union` stands for itself and all unions below it. `as_of` counts what had been recorded by then (log time,
    inclusive), `upto` what stands in relief's log up to that index.
    """

    MATTER: ClassVar[str] = "relief"
    """What is counted, as citations name it."""

    since: date
    until: date
    kind: ProgrammeKind | None = None
    programme: UUID | None = None
    union: UUID | None = None
    as_of: datetime | None = None
    upto: int | None = None

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.until < self.since:
            raise PeriodReversed(field="query.to")

    @property
    def of_now(self) -> bool:
        """Whether everything recorded so far counts."""
        return self.as_of is None and self.upto is None

    @property
    def query(self) -> str:
        """The question in the one form that citations name."""
        as_of = self.as_of and f"{self.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        asked = {
            "as_of": as_of,
            "from": self.since,
            "kind": self.kind,
            "programme": self.programme,
            "to": self.until,
            "union": self.union,
            "upto": self.upto,
        }
        return f"{self.MATTER}?" + urlencode({k: str(v) for k, v in asked.items() if v is not None}, safe=":")
