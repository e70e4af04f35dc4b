"""Working days of the official calendar, make-up weekends included (`chinesecalendar`)."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.metadata import version
from typing import NamedTuple

import chinese_calendar  # type: ignore[import-untyped]  # it has no stubs

PUBLISHED = f"chinesecalendar-{version('chinesecalendar')}"
PROVISIONAL = "weekdays"
"""The calendar of some of these days is not published yet, or none is known: Monday to Friday were counted for them."""


class Deadline(NamedTuple):
    """A day some working days after another, and by which calendar it was counted."""

    day: date
    calendar_version: str


def working_days_after(start: date, days: int) -> Deadline:
    """Return the day `days` working days after `start`, which itself does not count; at least one."""
    day, left, calendar = start, days, PUBLISHED
    while left:
        day += timedelta(days=1)
        try:
            works = chinese_calendar.is_workday(day)
        except NotImplementedError:  # the package's word for a year whose calendar is not published
            works, calendar = day.isoweekday() <= 5, PROVISIONAL  # noqa: PLR2004  Friday
        left -= works
    return Deadline(day, calendar)
