"""Commands that nobody gives: a service acts by itself, on what it hears or because a day has come."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts import Service, source
from unionaid.eventlog import Event
from unionaid.service.clock import Clock, clock_of
from unionaid.service.deciding import Issued
from unionaid.service.idempotency import CommandKeys
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings


class Itself:
    """A service as the one who commands. `matter` names what it acts on: a subscription, or a timer."""

    def __init__(
        self, settings: Settings, keys: Keys, *, name: Service, matter: str, clock: Clock | None = None
    ) -> None:
        self._source, self._actor = source(settings.division, name), f"service:{name}"
        self._keys, self._matter = CommandKeys(keys.hmac), matter
        self.clock = clock or clock_of(settings)

    def on(self, event: Event) -> Issued:
        """Return the command that an event of another service causes."""
        return self._issued(event.id, UUID(event.id))

    def about(self, thing: UUID) -> Issued:
        """Return the one command of this matter about a thing."""
        return self._issued(str(thing), None)

    def _issued(self, id: str, cause: UUID | None) -> Issued:
        return Issued(
            source=self._source,
            actor=self._actor,
            command_id=self._keys.of_event(self._matter, id),
            body=self._keys.body(id.encode()),
            time=self.clock.now(),
            business_date=self.clock.business_date(),
            causation_id=cause,
            simulated=self.clock.simulated,
        )
