"""Files brought in: looked through, kept for a while, entered as far as they are good.

What is kept is the file alone, encrypted, for who sent it. Every report is made anew from it, so it says what is true
now, and nothing that was read stands anywhere else.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import ImportedTable
from unionaid.eventlog import Log, Reservation, ReservationTaken
from unionaid.registry.application.placing import as_the_tree_stands
from unionaid.registry.application.units import IMPORTED_FILE, reservations_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.refusals import Fault, FileEntered, ImportChanged, NotFound
from unionaid.registry.domain.table_import import rules
from unionaid.registry.domain.table_import.facts import table_import_of
from unionaid.registry.identities import Write
from unionaid.registry.reserving import moved
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.service.limits import FORGET_PAUSE_S, POOL_WAIT_S
from unionaid.sheets import Headings, Row, Table, read_table
from unionaid.vault import Uploads, forget_uploads


class About(msgspec.Struct, frozen=True):
    """What a file is, and where and when its rows are entered unless they say so themselves."""

    table: ImportedTable
    on: date
    union_org_id: UUID | None = None
    enterprise_id: UUID | None = None


class _Kept(msgspec.Struct, frozen=True):
    about: About
    content: bytes


@dataclass(frozen=True, slots=True)
class Asker:
    """Who sent a file: the actor, and for which unions that one acts."""

    id: str
    jurisdiction: Jurisdiction


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of a table: those that can be entered, by number, those entered before, and what is wrong with the rest.

    `old` could be entered too, if their old numbers are converted. `warnings` name what deserves a look, by row.
    """

    good: Sequence[int]
    known: Sequence[int]
    old: Sequence[int]
    faults: Sequence[Fault]
    warnings: Sequence[tuple[int, str, str]] = ()
    rows: Mapping[int, Any] = field(default_factory=dict, repr=False)
    """What the table's own matter has read of each row that is good or old."""


@dataclass(frozen=True, slots=True)
class Entering:
    """What entering does: the rows' events, what they take, what is told of each; `first`, `also` as of `carry_out`."""

    streams: Sequence[str]
    decide: Callable[[History], list[Event]]
    told: Callable[[], Sequence[Mapping[str, Any]]]
    """Asked after `decide`."""
    reserve: Sequence[Reservation] = ()
    first: Write | None = None
    also: Write | None = None


class Matter(Protocol):
    """What one kind of table is about."""

    async def judge(self, about: About, rows: Sequence[Row], asker: Asker, today: date) -> Judged:
        """Say which rows can be entered. Raises UnitUnknown where the place is not the asker's."""
        ...

    async def entering(self, import_id: UUID, about: About, rows: Sequence[Any], asker: Asker, today: date) -> Entering:
        """Return what enters these rows."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds, as far as it can be entered now."""

    import_id: UUID
    about: About
    file_sha256: str
    file_bytes: int
    table: Table
    judged: Judged

    @property
    def bad(self) -> Sequence[int]:
        """The numbers of the rows to be corrected."""
        return sorted({int(str(fault.params["row"])) for fault in self.judged.faults})


class Imports:
    """Files of one service. Each method raises what reading a file raises, and the refusals of its matter."""

    def __init__(self, pool: Pool, uploads: Uploads, matters: Mapping[ImportedTable, Matter], division: str) -> None:
        self._pool, self._log, self._uploads = pool, Log(pool), uploads
        self._matters, self._division = matters, division

    async def look(
        self, asker: Asker, about: About, content: bytes, headings: Headings, today: date, *, name: str = ""
    ) -> Report:
        """Look through a file and keep it; nothing is entered. The same file, said to be the same, is one import.

        `name` is what the sender calls it: told only where it says what the file is not.
        """
        import_id = _id(asker.id, about, content)
        report = await self._report(import_id, asker, _Kept(about, content), headings, today, name=name)
        async with self._pool.acquire() as conn:
            await self._uploads.keep(conn, import_id, asker.id, msgspec.msgpack.encode(_Kept(about, content)))
        return report

    async def about(self, asker: Asker, import_id: UUID) -> About:
        """Return what a kept file is. Raises NotFound: there is none, none any more, or another's."""
        return (await self._kept(asker, import_id)).about

    async def report(self, asker: Asker, import_id: UUID, headings: Headings, today: date) -> Report:
        """Look through a kept file again. Raises NotFound."""
        return await self._report(import_id, asker, await self._kept(asker, import_id), headings, today)

    @as_the_tree_stands
    async def enter(
        self,
        issued: Issued,
        asker: Asker,
        import_id: UUID,
        headings: Headings,
        *,
        declared: int,
        convert_old: bool,
    ) -> Done:
        """Enter all good rows of a kept file in one go; `declared` is how many the caller was shown.

        Raises NotFound, NothingToEnter, ImportChanged, FileEntered.
        """
        report = await self.report(asker, import_id, headings, issued.business_date)
        judged = report.judged
        numbers = sorted([*judged.good, *(judged.old if convert_old else ())])
        left = len(set(report.bad) - set(numbers))
        command = rules.EnterTable(
            import_id, report.about.table, report.file_sha256, report.file_bytes, numbers, len(judged.known), left,
            declared, issued.business_date,
        )  # fmt: skip
        own = stream_name("import", import_id)
        entering = await self._matters[report.about.table].entering(
            import_id, report.about, [judged.rows[n] for n in numbers], asker, issued.business_date
        )

        def decide(history: History) -> Decision:
            imported = rules.enter(table_import_of(history[own]), command)
            events: list[Event] = [*entering.decide(history), *imported]
            reserve = [*entering.reserve, *reservations_of(events, self._division), *moved(events).taken]
            counted = {"entered": len(numbers), "known": len(judged.known), "left": left}
            told = answer({"import_id": import_id, **counted, "rows": entering.told()})
            return Decision(events, answer=told, reserve=reserve)

        try:
            return await carry_out(
                self._log, issued, [own, *entering.streams], decide, first=entering.first, also=entering.also
            )
        except ReservationTaken as taken:  # somebody else was first by a moment
            if any(conflict.scope == IMPORTED_FILE for conflict in taken.conflicts):
                raise FileEntered from None
            raise ImportChanged(shown=declared, now=len(numbers) - len(taken.conflicts)) from None

    async def _kept(self, asker: Asker, import_id: UUID) -> _Kept:
        async with self._pool.acquire() as conn:
            stored = await self._uploads.read(conn, import_id, asker.id)
        if stored is None:
            raise NotFound
        return msgspec.msgpack.decode(stored, type=_Kept)

    async def _report(
        self, import_id: UUID, asker: Asker, kept: _Kept, headings: Headings, today: date, *, name: str = ""
    ) -> Report:
        table = await asyncio.to_thread(read_table, kept.content, headings.form, headings, name)
        judged = await self._matters[kept.about.table].judge(kept.about, table.rows, asker, today)
        digest = hashlib.sha256(kept.content).hexdigest()
        return Report(import_id, kept.about, digest, len(kept.content), table, judged)


def _id(actor: str, about: About, content: bytes) -> UUID:
    said = msgspec.json.encode(about).decode()
    return uuid5(NAMESPACE_OID, f"{actor}\0{said}\0{hashlib.sha256(content).hexdigest()}")


def faults_of_cells(rows: Sequence[Row]) -> list[Fault]:
    """Return what is wrong with the cells of all rows."""
    return [fault for row in rows for fault in row.faults]


def faulty(row: Row) -> frozenset[str]:
    """Return the columns of a row whose cells are at fault."""
    return frozenset(fault.field for fault in row.faults)


async def forget_overdue(pool: Pool) -> None:
    """Destroy kept files that are overdue, again and again. Waits first: the pool opens with the app."""
    while True:
        await asyncio.sleep(FORGET_PAUSE_S)
        async with pool.acquire(timeout=POOL_WAIT_S) as conn:
            await forget_uploads(conn, every=False)
