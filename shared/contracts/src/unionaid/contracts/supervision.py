"""Events of supervision: letters and rights cases."""

from uuid import UUID

from unionaid.contracts.event import Event


class SupervisionEvent(Event, service="supervision"):
    """An event that supervision owns."""


class ErasureConfirmed(SupervisionEvent, stream="erasure", stream_id="person_id"):
    """Of a person whom registry erased, nothing that tells who it is lies here; also where nothing did before."""

    person_id: UUID


EVENTS: tuple[type[Event], ...] = (ErasureConfirmed,)
