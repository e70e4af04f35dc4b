"""For how long an account that was changed is looked at twice, from which day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import Field

from unionaid.service.policies import PolicyRefused, Version, Versions, read_policy

SecondLook = Callable[[date], int]
"""Days after a change, on a day."""
DAYS_MAX = 366


class _Version(Version):
    second_look_days: Annotated[int, Field(strict=True, ge=0, le=DAYS_MAX)]


class _File(Versions[_Version]):
    pass


def read_second_look(file: Traversable) -> SecondLook:
    """Read the file.

    Raises:
        PolicyRefused: it is malformed. The function returned raises it for a day before the first version.
    """
    versions = read_policy(_File, file).in_order

    def days_on(day: date) -> int:
        held = [version for version in versions if version.in_force_from <= day]
        if not held:
            raise PolicyRefused(f"{file.name}: nothing said for {day}")
        return held[-1].second_look_days

    return days_on
