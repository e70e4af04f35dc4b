"""Nobody acts on somebody for whom another stands: what is to be done is done to the one who stands for both.

Leaving and erasing are done to each: a period of retention begins with the one, and the other ends what is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from unionaid.eventlog import holders
from unionaid.registry.application.alone import Alone
from unionaid.registry.application.reaching import reached_in
from unionaid.registry.domain.pair.facts import Merged, UndoAsked, pair_of
from unionaid.registry.domain.refusals import PersonIsMerged
from unionaid.registry.reserving import MERGED, key_of
from unionaid.registry.views.streams import history
from unionaid.service.refusals import InWords

if TYPE_CHECKING:
    from unionaid.eventlog import Connection
    from unionaid.registry.domain.jurisdiction import Jurisdiction

Write: TypeAlias = Callable[["Connection"], Awaitable[None]]
ELSEWHERE = InWords(("merged-elsewhere",))
"""Who stands for somebody, told to whom may not see that person."""


async def survivor_of(conn: Connection, person_id: UUID) -> UUID | None:
    """Return who stands for somebody, at the end of a chain too; None where that person stands for oneself."""
    survivor = None
    while True:
        key = key_of(survivor or person_id)
        stream = (await holders(conn, MERGED, [key])).get(key)
        if stream is None:
            return survivor
        pair = pair_of(await history(conn, "pair", UUID(stream.removeprefix("pair-"))))
        match pair:
            case Merged(survivor_id=survivor_id) | UndoAsked(merged=Merged(survivor_id=survivor_id)):
                survivor = survivor_id
            case _:
                return survivor


async def seen_survivor(conn: Connection, survivor: UUID, jurisdiction: Jurisdiction) -> UUID | None:
    """Return who stands for somebody to whom may see that person, None to others."""
    return survivor if survivor in await reached_in(conn, [survivor], jurisdiction) else None


async def refuse_merged(
    conn: Connection, person_ids: Collection[UUID], jurisdiction: Jurisdiction, field: str | None = None
) -> None:
    """Refuse those for whom another stands. Raises PersonIsMerged, which names the other to whom may see that one."""
    keys = {key_of(person_id): person_id for person_id in person_ids}
    for key in await holders(conn, MERGED, list(keys)):
        survivor = await survivor_of(conn, keys[key])
        if survivor is not None:
            seen = await seen_survivor(conn, survivor, jurisdiction)
            raise PersonIsMerged(field=field, survivor=seen or ELSEWHERE)


def unmerged(
    *person_ids: UUID, jurisdiction: Jurisdiction, field: str | None = None, then: Write | None = None
) -> Write:
    """Return what takes the turn of persons and refuses the merged: `first` of `carry_out`; `then` comes after it.

    A merge takes the turn of both too: nobody is merged while something is decided about that person.
    """
    turn = Alone(*person_ids)

    async def first(conn: Connection) -> None:
        await turn.wait(conn)
        await refuse_merged(conn, person_ids, jurisdiction, field)
        if then is not None:
            await then(conn)

    return first
