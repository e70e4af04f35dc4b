"""Subscriptions of a service to other services' logs: above all those that answer events with events, each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from unionaid.contracts import Event as Fact
from unionaid.contracts import Service, source, topic_name
from unionaid.eventlog import Connection, Decoder, Event, Handler, IdempotencyRow, Write, follow, load_many, put
from unionaid.service.clock import Clock
from unionaid.service.deciding import encoded
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

Heard = TypeVar("Heard", bound=Fact)
ANSWERED = 200


class Listener(Handler, Protocol):
    """A handler that knows what it listens to."""

    @property
    def topics(self) -> Mapping[str, str]:
        """Topic -> the source of its events."""
        ...


def listening(
    settings: Settings, listener: Listener, *, name: Service, subscription: str
) -> Callable[[], Awaitable[None]]:
    """Return what drives a subscription of the service `name`, in one of its replicas at a time, until cancelled."""
    group = f"{name}.{settings.division}.{subscription}"
    return follow(settings.database_url, settings.kafka, subscription, listener.topics, listener, group_id=group)


@dataclass(frozen=True)
class Answers(Generic[Heard]):
    """What is answered: every event of `heard` with one new stream of one event, made with today's business date."""

    heard: type[Heard]
    make: Callable[[Heard, date], Fact]


class Answering(Generic[Heard]):
    """The handler of the subscription. What it writes stands in the transaction of the position.

    Whoever reads the topic again answers nothing twice: the answer is the first event of its stream.
    """

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        answers: Answers[Heard],
        *,
        name: Service,
        subscription: str,
        clock: Clock | None = None,
    ) -> None:
        """`name` is the service that answers."""
        heard = answers.heard.SERVICE
        self.topics: Mapping[str, str] = {topic_name(settings.division, heard): source(settings.division, heard)}
        self.decoders: Mapping[str, Decoder] = {answers.heard.TYPE: self._decode}
        self._answers = answers
        self._itself = Itself(settings, keys, name=name, matter=subscription, clock=clock)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Answer what is not answered yet."""
        made = {event.id: self._answers.make(event.data, self._itself.clock.business_date()) for event in events}
        before = await load_many(conn, [fact.subject for fact in made.values()])
        for event in events:
            fact = made[event.id]
            if before[fact.subject]:
                continue
            issued = self._itself.on(event)
            row = IdempotencyRow(issued.command_id, issued.body, ANSWERED, b"{}")
            await put(conn, Write(encoded(issued, [fact], {}), idempotency=row))

    def _decode(self, data: bytes) -> Any:
        return self._answers.heard.model_validate_json(data, extra="ignore")


def answering(
    settings: Settings, keys: Keys, answers: Answers[Heard], *, name: Service, subscription: str
) -> Callable[[], Awaitable[None]]:
    """Return what answers events as a subscription of the service `name`, until cancelled."""
    handler = Answering(settings, keys, answers, name=name, subscription=subscription)
    return listening(settings, handler, name=name, subscription=subscription)
