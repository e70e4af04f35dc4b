"""A pair: unseen, then found to be alike, then kept apart or merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import DuplicateKeptApart, PossibleDuplicateFound, WorkerMerged
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


Pair: TypeAlias = Unseen | Found | KeptApart | Merged


def evolve(pair: Pair, event: Event) -> Pair:
    """Return the pair after an event. Raises BrokenHistory."""
    match pair, event:
        case Unseen(), PossibleDuplicateFound():
            return Found(frozenset((event.person_id, event.other_person_id)))
        case Found(), DuplicateKeptApart():
            return KeptApart(pair.persons, event.occurred_on)
        case Unseen() | Found(), WorkerMerged():
            return Merged(event.person_id, event.survivor_id, event.occurred_on)
        case _:
            raise BrokenHistory(pair, event)


def pair_of(history: Iterable[Event]) -> Pair:
    """Return the pair that a stream tells of. Raises BrokenHistory."""
    unseen: Pair = Unseen()
    return reduce(evolve, history, unseen)
