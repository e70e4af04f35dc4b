"""Every event there is, by its `type`."""

from unionaid.contracts import mutualaid, registry, relief, reporting, supervision
from unionaid.contracts.event import Event

EVENTS: tuple[type[Event], ...] = (
    *registry.EVENTS,
    *relief.EVENTS,
    *mutualaid.EVENTS,
    *supervision.EVENTS,
    *reporting.EVENTS,
)
"""The newest version of every event, in the order the documents list them."""

BY_TYPE: dict[str, type[Event]] = {event.TYPE: event for event in EVENTS}
BY_NAME: dict[tuple[str, str], type[Event]] = {(event.SERVICE, event.__name__): event for event in EVENTS}
