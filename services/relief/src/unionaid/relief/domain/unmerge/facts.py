"""What relief has answered to one request to undo a merge.

```
Unanswered ─► Blocked
     └──────► Holding ─► Lifted
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.relief import PaymentHoldLifted, UnmergeBlocked, UnmergeCleared
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing was answered."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Payments stand against it. The end."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Nothing stands against it, and nothing is paid to whom `answer` names."""

    answer: UnmergeCleared


@dataclass(frozen=True, slots=True)
class Lifted:
    """Registry has decided, and payments go on. The end."""


Unmerge: TypeAlias = Unanswered | Blocked | Holding | Lifted


def evolve(unmerge: Unmerge, event: Event) -> Unmerge:
    """Return what holds after an event. Raises BrokenHistory."""
    match unmerge, event:
        case Unanswered(), UnmergeBlocked():
            return Blocked()
        case Unanswered(), UnmergeCleared():
            return Holding(event)
        case Holding(), PaymentHoldLifted():
            return Lifted()
        case _:
            raise BrokenHistory(unmerge, event)


def unmerge_of(history: Iterable[Event]) -> Unmerge:
    """Return what a stream tells of. Raises BrokenHistory."""
    unanswered: Unmerge = Unanswered()
    return reduce(evolve, history, unanswered)
