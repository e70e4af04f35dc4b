"""What relief reserves, and how it is told when it is taken.

A programme's purpose in its period, once per person; and that nothing is paid to a person for the time being.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.relief import (
    PaymentHoldLifted,
    ReliefCancelled,
    ReliefRejected,
    ReliefRequested,
    UnmergeCleared,
    application_id,
)
from unionaid.eventlog import Reservation, ReservationTaken
from unionaid.relief.domain.refusals import LineFault, LinesRefused
from unionaid.relief.domain.relief_list.applications import Application, Unrequested
from unionaid.relief.domain.relief_list.submitting import Submit

PURPOSE = "purpose:"
"""How the scope of every purpose begins."""
HOLD = "payment-hold"
"""Scope: to this person nothing is paid; held by the stream of the request to undo a merge."""
MOVERS = (ReliefRequested, ReliefRejected, ReliefCancelled, UnmergeCleared, PaymentHoldLifted)
"""The events that take a reservation or give it back."""


def reservation_of(requested: ReliefRequested) -> Reservation:
    """Return what an application holds: the programme's purpose in its period, once per person.

    By person while no household is known; the purpose is the programme's one.
    """
    return Reservation(
        scope_of(requested.programme_id, requested.period), key_of(requested.person_id), requested.subject
    )


def held(events: Iterable[Event]) -> list[Reservation]:
    """Return what the events of this service imply to be reserved: to rebuild and to check the reservations."""
    holding: dict[str, list[Reservation]] = {}
    for event in events:
        match event:
            case ReliefRequested():
                holding[event.subject] = [reservation_of(event)]
            case UnmergeCleared():
                holding[event.subject], _ = holds_moved([event])
            case ReliefRejected() | ReliefCancelled() | PaymentHoldLifted():
                holding.pop(event.subject, None)
            case _:
                pass
    return [one for those in holding.values() for one in those]


def holds_moved(events: Iterable[Event]) -> tuple[list[Reservation], list[Reservation]]:
    """Return the holds that events take, and those that they give back."""
    taken: list[Reservation] = []
    given_back: list[Reservation] = []
    for event in events:
        if isinstance(event, UnmergeCleared | PaymentHoldLifted):
            those = [Reservation(HOLD, key_of(person_id), event.subject) for person_id in event.held_person_ids]
            (taken if isinstance(event, UnmergeCleared) else given_back).extend(those)
    return taken, given_back


def given_back(lines: Iterable[Application], events: Iterable[Event]) -> list[Reservation]:
    """Return what lines held before these events and hold no longer."""
    ended = {event.subject for event in events if isinstance(event, ReliefRejected | ReliefCancelled)}
    requests = (line.terms for line in lines if not isinstance(line, Unrequested))
    return [reservation_of(requested) for requested in requests if requested.subject in ended]


def scope_of(programme_id: UUID, period: str) -> str:
    """Return the scope of a programme's purpose in a period."""
    return f"{PURPOSE}{programme_id}:{period}"


def key_of(person_id: UUID) -> bytes:
    """Return the key of a person: ids are random and stand in the events, so it is unkeyed and can be rebuilt."""
    return sha256(person_id.bytes).digest()


def taken_meanwhile(refusal: ReservationTaken, command: Submit) -> LinesRefused:
    """Another list was first by a moment: tell the same as when it was first by a day."""
    line_of = {
        stream_name("application", application_id(command.list_id, n)): n for n in range(1, len(command.lines) + 1)
    }
    lines = sorted(line_of[conflict.wanted_by] for conflict in refusal.conflicts)
    return LinesRefused([LineFault.PURPOSE_TAKEN.at(n, f"lines.{n - 1}.person_id") for n in lines])
