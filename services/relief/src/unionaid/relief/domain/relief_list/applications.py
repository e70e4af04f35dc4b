"""One line of a list: what one person asked for, and what became of it. A stream of its own.

```
Requested ─► Verified ─► Approved ─► Paid
    └────────────┴───────────┴─► Rejected
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    ReliefApproved,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
)
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unrequested:
    """There is no application."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for: `terms` names the person, the purpose, the period and the amount."""

    terms: ReliefRequested


@dataclass(frozen=True, slots=True)
class Requested(_Asked):
    """Waits for the sub-district."""


@dataclass(frozen=True, slots=True)
class Verified(_Asked):
    """Waits for the approver."""


@dataclass(frozen=True, slots=True)
class Approved(_Asked):
    """May be paid, once."""


@dataclass(frozen=True, slots=True)
class Paid(_Asked):
    """The person has received it. The end."""


@dataclass(frozen=True, slots=True)
class Rejected(_Asked):
    """The person will not receive it. The end."""


Existing: TypeAlias = Requested | Verified | Approved | Paid | Rejected
Application: TypeAlias = Unrequested | Existing

INITIAL: Application = Unrequested()


def evolve(application: Application, event: Event) -> Application:
    """Return the application after an event. Raises BrokenHistory."""
    match application, event:
        case Unrequested(), ReliefRequested():
            return Requested(event)
        case Requested(terms), ReliefVerified():
            return Verified(terms)
        case Verified(terms), ReliefApproved():
            return Approved(terms)
        case Approved(terms), ReliefPaid():
            return Paid(terms)
        case ((Requested(terms) | Verified(terms) | Approved(terms)), ReliefRejected()):
            return Rejected(terms)
        case _:
            raise BrokenHistory(application, event)


def application_of(history: Iterable[Event]) -> Application:
    """Return the application that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
