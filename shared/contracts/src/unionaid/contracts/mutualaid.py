"""Events of mutualaid: the serious-illness scheme."""

from uuid import UUID

from unionaid.contracts.event import Event


class MutualAidEvent(Event, service="mutualaid"):
    """An event that mutualaid owns."""


class ErasureConfirmed(MutualAidEvent, stream="erasure", stream_id="person_id"):
    """Of a person whom registry erased, nothing that tells who it is lies here; also where nothing did before."""

    person_id: UUID


EVENTS: tuple[type[Event], ...] = (ErasureConfirmed,)
