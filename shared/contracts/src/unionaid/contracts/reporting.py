"""Events of reporting: what is read and shared."""

from uuid import UUID

from unionaid.contracts.event import Event


class ReportingEvent(Event, service="reporting"):
    """An event that reporting owns."""


class ErasureConfirmed(ReportingEvent, stream="erasure", stream_id="person_id"):
    """Of a person whom registry erased, nothing that tells who it is lies here; also where nothing did before."""

    person_id: UUID


EVENTS: tuple[type[Event], ...] = (ErasureConfirmed,)
