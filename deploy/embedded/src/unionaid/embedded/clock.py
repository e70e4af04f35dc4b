"""The simulated clock of the stack: simulated now = start + (machine now - origin) * rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from unionaid.embedded.errors import StackError

SHANGHAI = ZoneInfo("Asia/Shanghai")  # the zone of business dates
RATE_MAX = 1_000_000.0
# The machine's own clock may be set back a little between two runs.
_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """Runs from `start` on, `rate` simulated seconds to each of the machine, since `origin`."""

    start: datetime
    origin: datetime
    rate: float

    @classmethod
    def from_midnight(cls, day: date, rate: float) -> "SimulatedClock":
        """A clock that starts now, at 00:00 of `day` in Shanghai."""
        return cls(datetime.combine(day, time(), SHANGHAI), datetime.now(UTC), rate)

    def environment(self) -> Mapping[str, str]:
        """As services are told of it."""
        return {
            "UNIONAID_CLOCK_START": self.start.isoformat(),
            "UNIONAID_CLOCK_ORIGIN": self.origin.isoformat(),
            "UNIONAID_CLOCK_RATE": repr(self.rate),
        }


def refuse_going_back(clock: SimulatedClock | None, logs_end: Mapping[str, datetime]) -> None:
    """Raise StackError if time would start before the last event of a log.

    `logs_end`: service -> log time of its last event. The log time of a log never decreases, so events
    of an earlier time could not be told from those already there.
    """
    if not logs_end:
        return
    service, end = max(logs_end.items(), key=lambda item: item[1])
    begins = clock.start if clock else datetime.now(UTC) + _TOLERANCE
    if begins >= end:
        return
    shown = end.astimezone(SHANGHAI)
    next_day = (shown + timedelta(days=1)).date()
    raise StackError(
        f"The log of {service} ends at {shown:%Y-%m-%d %H:%M}, and time cannot start before that"
        f" (it would at {begins.astimezone(SHANGHAI):%Y-%m-%d %H:%M}).",
        f"Start later: ./unionaid up --clock {next_day}    or start anew: ./unionaid reset",
    )
