"""What households and dossiers hold: one person one household, one household one open dossier.

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
)
from unionaid.eventlog import Reservation

HOUSEHOLD_MEMBER = "household-member"
"""Reservation: one person, one household."""
OPEN_DOSSIER = "open-dossier"
"""Reservation: one household, one open dossier."""
HOLDING = (HouseholdMemberJoined, HouseholdMemberLeft, DossierOpened, DossierClosed)
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
    return Reservation(HOUSEHOLD_MEMBER, sha256(person_id.bytes).digest(), stream)


def open_dossier(household_id: UUID, stream: str) -> Reservation:
    """Return what a household's open dossier holds."""
    return Reservation(OPEN_DOSSIER, sha256(household_id.bytes).digest(), stream)
