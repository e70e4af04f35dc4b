"""What goes along with a worker who is transferred, leaves or comes back: household and dossier move, a title ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import LeavingReason, TitleEndReason
from unionaid.eventlog import Busy, Reservation, holders
from unionaid.eventlog.limits import APPEND_TRIES_MAX
from unionaid.registry.application.alone import Alone, FileChanged, household_now, streams_of
from unionaid.registry.application.matters import dossier_in
from unionaid.registry.application.units import TITLE_HELD
from unionaid.registry.domain.dossier.facts import Dossier, Unopened
from unionaid.registry.domain.dossier.moving import go_along
from unionaid.registry.domain.household.facts import Household, Unformed, household_of
from unionaid.registry.domain.person.facts import Person, Worker
from unionaid.registry.domain.title.facts import Appointed, title_of
from unionaid.registry.domain.title.rules import EndTitle, end

if TYPE_CHECKING:
    from unionaid.eventlog import Connection
    from unionaid.registry.domain.person.moving import Move
    from unionaid.registry.views.units import Pool
    from unionaid.service.deciding import Done, History

ENDS: dict[LeavingReason, TitleEndReason] = {"retired": "retired", "entered-in-error": "withdrawn"}
"""Why a title ends with the role of a worker; for every other reason: `left`."""


class GoesAlong(NamedTuple):
    """Events beside the worker's own, and what they give back."""

    events: list[Event]
    release: list[Reservation]


@dataclass(frozen=True, slots=True)
class Along:
    """The household, open dossier and title of somebody, as they were when the streams were named."""

    person_id: UUID
    household_id: UUID | None
    dossier_id: UUID | None
    title: str | None
    turn: Alone

    @classmethod
    async def of(cls, pool: Pool, person_id: UUID) -> Self:
        """Look what there is."""
        async with pool.acquire() as conn:
            household_id, dossier_id, title = await _now(conn, person_id)
        streams = [*streams_of(household_id, dossier_id), *([title] if title else [])]
        own = stream_name("person", person_id)
        turn = Alone(person_id, household_id, streams=[own, *streams])
        return cls(person_id, household_id, dossier_id, title, turn)

    @property
    def streams(self) -> list[str]:
        """The streams of all this."""
        return [*streams_of(self.household_id, self.dossier_id), *([self.title] if self.title else [])]

    async def wait(self, conn: Connection) -> None:
        """Wait for the turn: `first` of `carry_out`. Raises FileChanged."""
        await self.turn.wait(conn)
        if await _now(conn, self.person_id) != (self.household_id, self.dossier_id, self.title):
            raise FileChanged

    def to(
        self, history: History, person: Person, union_org_id: UUID, enterprise_id: UUID | None, move: Move
    ) -> GoesAlong:
        """Return what goes along to a union and an enterprise."""
        self.turn.refuse_stale(history)
        household: Household = Unformed()
        dossier: Dossier = Unopened()
        if self.household_id is not None:
            household = household_of(history[stream_name("household", self.household_id)])
        if self.dossier_id is not None:
            dossier = dossier_in(history, stream_name("dossier", self.dossier_id))
        moved = go_along(household, dossier, move.person_id, union_org_id, move.on)
        stays = isinstance(person, Worker) and person.enterprise_id == enterprise_id
        ended = GoesAlong([], []) if stays else self.title_ends(history, "left", move)
        return GoesAlong([*moved, *ended.events], ended.release)

    def away(self, history: History, reason: LeavingReason, move: Move) -> GoesAlong:
        """Return what ends when somebody is a worker no more."""
        self.turn.refuse_stale(history)
        return self.title_ends(history, ENDS.get(reason, "left"), move)

    def title_ends(self, history: History, reason: TitleEndReason, move: Move) -> GoesAlong:
        """Return that the title ends, where one is held."""
        title = title_of(history[self.title]) if self.title else None
        if self.title is None or not isinstance(title, Appointed):
            return GoesAlong([], [])
        held = Reservation(TITLE_HELD, _key(self.person_id), self.title)
        return GoesAlong(end(title, EndTitle(reason, move.on, move.today)), [held])


async def by_turns(attempt: Callable[[], Awaitable[Done]]) -> Done:
    """Carry a command out, and look again when somebody was first. Raises Busy."""
    for _ in range(APPEND_TRIES_MAX):
        try:
            return await attempt()
        except FileChanged:
            continue
    raise Busy("household", APPEND_TRIES_MAX)


async def _now(conn: Connection, person_id: UUID) -> tuple[UUID | None, UUID | None, str | None]:
    household_id, dossier_id = await household_now(conn, person_id)
    key = _key(person_id)
    return household_id, dossier_id, (await holders(conn, TITLE_HELD, [key])).get(key)


def _key(person_id: UUID) -> bytes:
    return sha256(person_id.bytes).digest()
