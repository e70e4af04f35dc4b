"""On what a line of a list rests: what was asked, and the programme's terms, from the log itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import decode, stream_name
from unionaid.contracts.relief import ProgrammeOpened, ReliefRequested, application_id
from unionaid.eventlog import load
from unionaid.relief.domain.eligibility.terms import Explanation, explained
from unionaid.relief.domain.programme.terms import asks, facts_in, terms_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class Explained:
    """What was asked for one person, and why it was due; without terms nothing is to be explained."""

    requested: ReliefRequested
    explanation: Explanation | None


async def explained_line(pool: Pool, list_id: UUID, line: int) -> Explained | None:
    """Judge a line anew by the facts frozen with it and its programme's terms; None without the line."""
    async with pool.acquire() as conn:
        asked = await load(conn, stream_name("application", application_id(list_id, line)))
        if not asked:
            return None
        _, requested = decode(asked[0].body)
        if not isinstance(requested, ReliefRequested):
            raise TypeError("an application begins with a request")
        programme = await load(conn, stream_name("programme", requested.programme_id))
    _, opened = decode(programme[0].body)
    if not isinstance(opened, ProgrammeOpened) or not asks(opened):
        return Explained(requested, None)
    return Explained(requested, explained(terms_of(opened), facts_in(requested)))
