"""What every event of registry is."""

from unionaid.contracts.event import Event


class RegistryEvent(Event, service="registry"):
    """An event that registry owns."""
