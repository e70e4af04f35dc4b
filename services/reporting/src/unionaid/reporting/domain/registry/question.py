"""What can be asked of registry's facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from unionaid.reporting.domain.refusals import PeriodReversed


@dataclass(frozen=True, slots=True)
class TitleSchemeQuestion:
    """Schemes of business dates from `since` to `until`, both included; `as_of` as in `ReliefQuestion`."""

    since: date
    until: date
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.until < self.since:
            raise PeriodReversed(field="query.to")

    @property
    def query(self) -> str:
        """The question in the one form that citations name."""
        as_of = self.as_of and f"{self.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        asked = {"as_of": as_of, "from": self.since, "to": self.until}
        return "title-schemes?" + urlencode({k: str(v) for k, v in asked.items() if v is not None}, safe=":")
