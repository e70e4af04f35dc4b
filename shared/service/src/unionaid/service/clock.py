"""The service's clock: the only source of `time`, log times, business dates and deadlines.

Leases, time-outs and the expiry of tokens and keys use the machine's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from unionaid.service.settings import simulated_start

if TYPE_CHECKING:
    from unionaid.service.settings import Settings

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
"""Business dates are dates of this zone."""


class Clock(Protocol):
    """Tells the time of the business."""

    @property
    def simulated(self) -> bool:
        """Whether this is not the machine's time; stands in every event and on every page."""
        ...

    def now(self) -> datetime:
        """Return the instant, in UTC, aware."""
        ...

    def business_date(self) -> date:
        """Return today's date in Asia/Shanghai."""
        ...


class SystemClock:
    """The machine's clock."""

    simulated = False

    def now(self) -> datetime:
        """Return the instant, in UTC, aware."""
        return datetime.now(UTC)

    def business_date(self) -> date:
        """Return today's date in Asia/Shanghai."""
        return self.now().astimezone(BUSINESS_ZONE).date()


@dataclass(frozen=True)
class SimulatedClock:
    """A clock that showed `start` when the machine showed `origin`, and runs `rate` times as fast."""

    start: datetime
    origin: datetime
    rate: float
    machine: Clock = field(default_factory=SystemClock)
    simulated = True

    def now(self) -> datetime:
        """Return the simulated instant, in UTC, aware."""
        return (self.start + (self.machine.now() - self.origin) * self.rate).astimezone(UTC)

    def business_date(self) -> date:
        """Return the simulated date in Asia/Shanghai."""
        return self.now().astimezone(BUSINESS_ZONE).date()


def clock_of(settings: Settings) -> Clock:
    """Return the clock the settings ask for."""
    simulated = simulated_start(settings)
    return SimulatedClock(*simulated) if simulated else SystemClock()
