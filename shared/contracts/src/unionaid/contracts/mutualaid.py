"""Events of mutualaid: the serious-illness scheme."""

from uuid import UUID

from unionaid.contracts.event import Event
from unionaid.contracts.unmerging import HeldPersons


class MutualAidEvent(Event, service="mutualaid"):
    """An event that mutualaid owns."""


class ErasureConfirmed(MutualAidEvent, stream="erasure", stream_id="person_id"):
    """Of a person whom registry erased, nothing that tells who it is lies here; also where nothing did before."""

    person_id: UUID


class UnmergeCleared(MutualAidEvent, stream="unmerge", stream_id="request_id"):
    """Nothing that mutualaid pays stands against the undoing of a merge."""

    request_id: UUID
    pair_id: UUID
    held_person_ids: HeldPersons


EVENTS: tuple[type[Event], ...] = (ErasureConfirmed, UnmergeCleared)
