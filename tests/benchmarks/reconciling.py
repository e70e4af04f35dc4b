"""A bank's return of the most lines: read and held against its batch, then booked."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

from unionaid.contracts.fields import LINES_MAX
from unionaid.contracts.relief import lines_hash
from unionaid.eventlog import OwnViews
from unionaid.payments import BANKS, Batch, Line, Said, examples, read_templates
from unionaid.payments.examples import Told as Heard
from unionaid.relief.bank_answers import Reading, read_bank_file
from unionaid.relief.domain.payment_batch.facts import Returned, batch_of
from unionaid.relief.domain.refusals import LinesRefused
from unionaid.relief.domain.relief_list.submitting import Declared
from unionaid.relief.views.acts import acts_of_batch
from unionaid.relief.views.payment_batches import batch_lines
from unionaid.relief.views.writing import ReliefViews

from .approving import LINE_FEN, NOW, ON, Office, office
from .contest import Line as Told
from .contest import Servers, Tell, demand, measured

NAMES = ("reconcile", "reconcile-read", "reconcile-book")
GOAL_MS = 5_000.0
ROUNDS = 5
FAILED_EVERY = 17
BANK = "example-rural"


async def measure_returns(servers: Servers, size: int, tell: Tell) -> list[Told]:
    """Read and book a bank's workbook of `size` lines, the answer to one batch; every 17th was not paid."""
    lines = min(LINES_MAX, size)
    async with office(servers) as at:
        read_ms, book_ms = [], []
        for _ in range(ROUNDS):
            read, booked = await _return(at, lines)
            read_ms.append(read)
            book_ms.append(booked)
            tell(f"{lines:,} lines read in {read:,.0f} ms, booked in {booked:,.0f} ms")
    both = [read + booked for read, booked in zip(read_ms, book_ms, strict=True)]
    note = f"a workbook of {lines:,} lines, every {FAILED_EVERY}th failed: looked through, then booked as one append"
    return [
        measured("reconcile", both, "ms", GOAL_MS, note=note),
        measured("reconcile-read", read_ms, "ms"),
        measured("reconcile-book", book_ms, "ms"),
    ]


async def _return(at: Office, lines: int) -> tuple[float, float]:
    """Have a batch of so many lines released, then read and book its return; milliseconds of both."""
    views = OwnViews(at.pool, ReliefViews())
    programme_id, budgets = await at.programme("order", LINE_FEN * lines)
    list_id, issued = await at.verified(programme_id, lines), at.by("approver")
    await at.commands.lists.approve(issued, list_id, at.step(issued), _any)
    await _written(views)
    rows = await at.pool.fetch("SELECT line, person_id FROM views.application WHERE list_id = $1", list_id)
    hashed = lines_hash((row["line"], row["person_id"], LINE_FEN) for row in rows)
    batch_id, issued = at.id(), at.by("cashier")
    declared = Declared(lines, LINE_FEN * lines, hashed)
    await at.commands.batches.issue(issued, list_id, batch_id, declared=declared, step=at.step(issued), expect=_any)
    issued = at.by("accountant")
    await at.commands.batches.release(issued, batch_id, at.step(issued), _any)
    await _written(views)
    content = _workbook(batch_id, lines)
    began = time.perf_counter()
    waiting = await batch_lines(at.pool, batch_id, 0, LINES_MAX)
    reading = await asyncio.to_thread(read_bank_file, content, BANK, TEMPLATES, batch_id, waiting)
    read = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    await _booked(at, batch_id, reading)
    booked = (time.perf_counter() - began) * 1000
    failed = lines // FAILED_EVERY
    after = batch_of(act for act, _ in await acts_of_batch(at.pool, batch_id))
    demand(isinstance(after, Returned) and after.failed_lines == failed, "another number of lines came back")
    demand(isinstance(after, Returned) and after.paid_fen == LINE_FEN * (lines - failed), "another sum was paid")
    demand(sum(await at.free(budgets)) == 0, "the budget has something free")
    await _written(views)
    paid = await at.pool.fetchval(
        "SELECT count(*) FROM views.batch_line WHERE batch_id = $1 AND status = 'paid'", batch_id
    )
    demand(paid == lines - failed, "the view tells of another number of lines")
    try:
        await _booked(at, batch_id, reading)
    except LinesRefused as refused:
        demand(len(refused.faults) == lines, "the same return is not refused line by line")
    else:
        demand(False, "the same return was booked twice")
    return read, booked


async def _booked(at: Office, batch_id: UUID, reading: Reading) -> None:
    issued = at.by("accountant")
    await at.commands.batches.record_return(
        issued, batch_id, reading.answers, at.step(issued), _any, file_sha256=reading.sha256
    )


def _workbook(batch_id: UUID, lines: int) -> bytes:
    made = [Line(n, "某人", f"62284812{n:08}", LINE_FEN) for n in range(1, lines + 1)]
    batch = Batch(batch_id, lines, LINE_FEN * lines, examples.PAYER, NOW, ON, made)
    failed = Heard(Said.FAILED, words="账号不存在")
    told = {n: failed if n % FAILED_EVERY == 0 else Heard() for n in range(1, lines + 1)}
    return examples.answered(batch, TEMPLATES[BANK], told)


async def _written(views: OwnViews) -> None:
    while await views.step():
        pass


def _any(_version: int) -> None:
    """Whatever the version is."""


TEMPLATES = read_templates(BANKS)
