"""What all events of relief have in common."""

from unionaid.contracts.event import Event


class ReliefEvent(Event, service="relief"):
    """An event that relief owns."""
