"""A pair: unseen, then found to be alike, then kept apart or merged.

```
Unseen ─► Found ─► KeptApart
   └────────┴────► Merged ⇄ UndoAsked
   ▲        ▲                   │
   └────────┴───────────────────┘   undone: what it was before the merge
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import (
    DuplicateKeptApart,
    PossibleDuplicateFound,
    UnmergeAnswered,
    UnmergeRefused,
    UnmergeRequested,
    WorkerMerged,
    WorkerUnmerged,
)
from unionaid.contracts.registry.duplicates import AskedService
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nobody has asked whether these two are one."""


@dataclass(frozen=True, slots=True)
class Found:
    """They are alike; an officer is to decide."""

    persons: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class KeptApart:
    """They are two."""

    persons: frozenset[UUID]
    decided_on: date


@dataclass(frozen=True, slots=True)
class Merged:
    """They are one: `person_id` stands for `survivor_id`."""

    person_id: UUID
    survivor_id: UUID
    decided_on: date
    before: Unseen | Found
    """What the pair was, and is again when the merge is undone."""
    last_on: date
    """The business date of the last step."""


@dataclass(frozen=True, slots=True)
class UndoAsked:
    """An officer asks to undo the merge; who pays persons has yet to answer, but for those who have `cleared` it."""

    merged: Merged
    asked: UnmergeRequested
    cleared: frozenset[AskedService]


Pair: TypeAlias = Unseen | Found | KeptApart | Merged | UndoAsked


def evolve(pair: Pair, event: Event) -> Pair:
    """Return the pair after an event. Raises BrokenHistory."""
    match pair, event:
        case Unseen(), PossibleDuplicateFound():
            return Found(frozenset((event.person_id, event.other_person_id)))
        case Found(), DuplicateKeptApart():
            return KeptApart(pair.persons, event.occurred_on)
        case Unseen() | Found(), WorkerMerged():
            return Merged(event.person_id, event.survivor_id, event.occurred_on, pair, event.occurred_on)
        case Merged(), UnmergeRequested():
            return UndoAsked(pair, event, frozenset())
        case UndoAsked(), UnmergeAnswered() | UnmergeRefused() | WorkerUnmerged():
            return _answered(pair, event)
        case _:
            raise BrokenHistory(pair, event)


def _answered(pair: UndoAsked, event: UnmergeAnswered | UnmergeRefused | WorkerUnmerged) -> Pair:
    if event.request_id != pair.asked.request_id:
        raise BrokenHistory(pair, event)
    match event:
        case UnmergeAnswered():
            return replace(pair, cleared=pair.cleared | {event.service}) if event.cleared else pair
        case UnmergeRefused():
            return replace(pair.merged, last_on=event.occurred_on)
        case WorkerUnmerged():
            return pair.merged.before


def pair_of(history: Iterable[Event]) -> Pair:
    """Return the pair that a stream tells of. Raises BrokenHistory."""
    unseen: Pair = Unseen()
    return reduce(evolve, history, unseen)
