"""What can be asked of relief's activities: the same as of its payments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unionaid.reporting.domain.relief.question import ReliefQuestion


@dataclass(frozen=True, slots=True)
class ActivityQuestion(ReliefQuestion):
    """Activities of business dates from `since` to `until`, both included, narrowed as a question of payments is."""

    MATTER: ClassVar[str] = "activities"
