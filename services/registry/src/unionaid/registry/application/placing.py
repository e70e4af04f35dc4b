"""A place where workers are entered, as streams to load and as the rules see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from typing import Any, ParamSpec, Self
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.eventlog import Busy
from unionaid.registry.domain.enterprise.facts import enterprise_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.rules import Workplace, place
from unionaid.registry.domain.refusals import UnitUnknown
from unionaid.registry.domain.union_org.facts import UnionOrg, Unknown, union_org_of
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import Done, History

Parameters = ParamSpec("Parameters")
TREE_TRIES_MAX = 4
"""How often a command is begun anew because the tree has changed under it."""


class TreeMoved(Exception):
    """A union does not stand where it was taken to stand: one above it has changed since."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where workers are entered, and who enters them."""

    union_org_id: UUID
    enterprise_id: UUID | None
    jurisdiction: Jurisdiction


@dataclass(frozen=True, slots=True)
class Streams:
    """What a place is judged by: the union's stream and those above it, the enterprise's if one is named.

    `forget` is told when these are not those above it any more.
    """

    unions: Sequence[str]
    enterprise: str | None
    forget: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, lineage: Sequence[UUID], enterprise_id: UUID | None, forget: Callable[[], None] = lambda: None) -> Self:
        """Return the streams of a union, those above it, and an enterprise."""
        unions = [stream_name("union", org_id) for org_id in lineage]
        return cls(unions, stream_name("enterprise", enterprise_id) if enterprise_id else None, forget)

    @property
    def all(self) -> list[str]:
        """All of them."""
        return [*self.unions, *([self.enterprise] if self.enterprise else [])]

    def workplace(self, history: History) -> Workplace:
        """Return the place as it stands in what was loaded. Raises TreeMoved."""
        try:
            unions = lineage_in(history, self.unions)
        except TreeMoved:
            self.forget()
            raise
        return Workplace(unions, enterprise_of(history[self.enterprise]) if self.enterprise else None)


def lineage_in(history: Mapping[str, Sequence[Event]], streams: Sequence[str]) -> list[UnionOrg]:
    """Return a union and those above it as they stand in what was loaded.

    Raises:
        TreeMoved: they do not stand one under the other.
    """
    unions = [union_org_of(history[stream]) for stream in streams]
    for one, above in pairwise(unions):
        if isinstance(one, Unknown) or isinstance(above, Unknown) or one.parent_id != above.org_id:
            raise TreeMoved
    if unions and not isinstance(unions[-1], Unknown) and unions[-1].parent_id is not None:
        raise TreeMoved
    return unions


def as_the_tree_stands(
    act: Callable[Parameters, Awaitable[Done]],
) -> Callable[Parameters, Coroutine[Any, Any, Done]]:
    """Begin a command anew when the tree has changed under it. Raises Busy: it changes again and again."""

    @wraps(act)
    async def begun(*args: Parameters.args, **options: Parameters.kwargs) -> Done:
        for _ in range(TREE_TRIES_MAX):
            try:
                return await act(*args, **options)
            except TreeMoved:
                continue
        raise Busy("union", TREE_TRIES_MAX)

    return begun


async def place_of_file(
    pool: Pool, union_org_id: UUID | None, enterprise_id: UUID | None, jurisdiction: Jurisdiction
) -> UUID:
    """Return the union that rows of a file are entered for. Raises UnitUnknown: a unit is not there, or not theirs."""
    if union_org_id is None:
        raise UnitUnknown(field="union_org_id")
    async with pool.acquire() as conn:
        unions = [(await units.union_org(conn, org_id))[0] for org_id in await lineage(conn, union_org_id)]
        enterprise = (await units.enterprise(conn, enterprise_id))[0] if enterprise_id else None
    place(Workplace(unions, enterprise), jurisdiction)
    return union_org_id
