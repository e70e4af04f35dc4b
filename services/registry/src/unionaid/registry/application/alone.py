"""One at a time: what two commands would decide about the same household, or the same person, from what each has read.

A stream that a command reads and does not write can grow meanwhile, and no version tells. So who decides about a
household's file and its members together takes turns: `first` of `carry_out` waits, and reads again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import WrongVersion, load_many
from unionaid.registry.views import households as views

if TYPE_CHECKING:
    from unionaid.eventlog import Connection
    from unionaid.service.deciding import History

TURNS = 256
"""Turns there are: ids share them, so that a file of thousands of households fits PostgreSQL's table of locks."""
_TURN = "SELECT pg_advisory_xact_lock(hashtext('unionaid registry household'), $1)"


class FileChanged(Exception):
    """The household has another open dossier, or somebody another household, than when the streams were named."""


class Alone:
    """A turn: nobody else decides about these households or persons until the transaction ends."""

    def __init__(self, *ids: UUID | None, streams: Sequence[str] = ()) -> None:
        self._turns = sorted({id.int % TURNS for id in ids if id is not None})
        self._streams, self._versions = list(streams), dict[str, int]()

    async def wait(self, conn: Connection) -> None:
        """Wait for the turn, then read again how long the streams are."""
        for turn in self._turns:
            await conn.execute(_TURN, turn)
        if self._streams:
            self._versions = {name: len(events) for name, events in (await load_many(conn, self._streams)).items()}

    def refuse_stale(self, history: History) -> None:
        """Refuse what was read before the turn came and has changed: it is read again. Raises WrongVersion."""
        for name, version in self._versions.items():
            if len(history[name]) != version:
                raise WrongVersion(name)


async def household_now(conn: Connection, person_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Return the household somebody belongs to and its open dossier."""
    household_id = await views.household_of_person(conn, person_id)
    return household_id, await views.open_dossier_of(conn, household_id) if household_id else None


def streams_of(household_id: UUID | None, dossier_id: UUID | None) -> list[str]:
    """Return the streams of a household and its dossier, as far as there are any."""
    named = (("household", household_id), ("dossier", dossier_id))
    return [stream_name(kind, id) for kind, id in named if id is not None]
