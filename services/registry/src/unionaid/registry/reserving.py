"""What households, dossiers and merges hold: one person one household, one household one open dossier, one for whom
another stands.

Keys are SHA-256 of random ids that stand in the events anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import (
    DossierClosed,
    DossierOpened,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    UnmergeRefused,
    UnmergeRequested,
    WorkerMerged,
    WorkerUnmerged,
)
from unionaid.eventlog import Reservation

HOUSEHOLD_MEMBER = "household-member"
"""Reservation: one person, one household."""
OPEN_DOSSIER = "open-dossier"
"""Reservation: one household, one open dossier."""
MERGED = "merged"
"""Reservation: a person stands for one other at a time. It joins no household either: its pair holds that place."""
UNDOING = "unmerge"
"""Reservation: one undoing at a time among those who stand for one another."""
HOLDING = (
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    DossierOpened,
    DossierClosed,
    WorkerMerged,
    UnmergeRequested,
    WorkerUnmerged,
    UnmergeRefused,
)
"""The events that take or give back."""


class Moved(NamedTuple):
    """What events take, and what they give back."""

    taken: list[Reservation]
    given_back: list[Reservation]


def moved(events: Iterable[Event]) -> Moved:
    """Return what events of one append take and give back; what is given back may be taken by the same append."""
    taken: list[Reservation] = []
    given_back: list[Reservation] = []
    for event in events:
        match event:
            case HouseholdMemberJoined():
                taken.append(member(event.person_id, event.subject))
            case HouseholdMemberLeft():
                given_back.append(member(event.person_id, event.subject))
            case DossierOpened():
                taken.append(open_dossier(event.household_id, event.subject))
            case DossierClosed():
                given_back.append(open_dossier(event.household_id, event.subject))
            case WorkerMerged():
                taken += _merged(event)
            case UnmergeRequested():
                taken += _undoing(event)
            case WorkerUnmerged():
                given_back += [*_merged(event), *_undoing(event)]
            case UnmergeRefused():
                given_back += _undoing(event)
            case _:
                pass
    return Moved(taken, given_back)


def held(events: Iterable[Event]) -> list[Reservation]:
    """Return what is held after events, oldest first."""
    holding: dict[tuple[str, bytes], Reservation] = {}
    for event in events:
        taken, given_back = moved([event])
        for one in given_back:
            holding.pop((one.scope, one.key), None)
        holding.update({(one.scope, one.key): one for one in taken})
    return list(holding.values())


def member(person_id: UUID, stream: str) -> Reservation:
    """Return what somebody's household holds."""
    return Reservation(HOUSEHOLD_MEMBER, key_of(person_id), stream)


def open_dossier(household_id: UUID, stream: str) -> Reservation:
    """Return what a household's open dossier holds."""
    return Reservation(OPEN_DOSSIER, key_of(household_id), stream)


def key_of(id: UUID) -> bytes:
    """Return the key of a person or household; ids are no identity."""
    return sha256(id.bytes).digest()


def _merged(event: WorkerMerged | WorkerUnmerged) -> list[Reservation]:
    return [Reservation(MERGED, key_of(event.person_id), event.subject), member(event.person_id, event.subject)]


def _undoing(event: UnmergeRequested | WorkerUnmerged | UnmergeRefused) -> list[Reservation]:
    return [Reservation(UNDOING, key_of(person_id), event.subject) for person_id in event.held_person_ids]
