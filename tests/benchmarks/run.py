"""`./unionaid bench`: measure our parts against their rivals, on servers of their own."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from unionaid.testkit.stack import Kafka, Postgres, Workshop

from .contest import EVENTS_PER_S, Line, Probe, Row, Servers, Tell, Void, play
from .machine import facts
from .rows import UnknownRow, chosen

EXIT_VOID, EXIT_UNKNOWN = 1, 2
SMALL = 1_000
"""Below it a figure is told with a digit after the point."""


def run(names: list[str], *, json_file: Path | None) -> int:
    """Run the rows of these names, all without any; return the exit code.

    0: all were measured, whether or not they reach their goals. `EXIT_VOID`: a result was wrong, so its row has no
    figure. `EXIT_UNKNOWN`: there is no row of such a name.
    """
    console = Console(soft_wrap=False)
    try:
        rows = chosen(names)
    except UnknownRow as error:
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return EXIT_UNKNOWN
    workshop = Workshop()
    try:
        servers = _servers(workshop)
        # The loop the services run on; both sides run on it.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_run(rows, servers, console, json_file))
    finally:
        workshop.close()


def _servers(workshop: Workshop) -> Servers:
    postgres, kafka = os.environ.get("UNIONAID_POSTGRES"), os.environ.get("UNIONAID_KAFKA")
    return Servers(Postgres(postgres) if postgres else workshop.postgres(), Kafka(kafka) if kafka else workshop.kafka())


async def _run(rows: Sequence[Row | Probe], servers: Servers, console: Console, json_file: Path | None) -> int:
    machine = await facts(servers.postgres, servers.kafka)
    for name, fact in machine.items():
        console.print(f"{name:11} {fact}", markup=False, highlight=False, soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    lines: list[Line] = []
    voids: dict[str, str] = {}
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=sum(_steps(row) for row in rows))
        for row in rows:
            progress.update(bar, description=f"{row.name}: preparing")
            try:
                lines += await _measure(row, servers, lambda said: progress.update(bar, advance=1, description=said))
            except Void as void:
                voids[row.name] = str(void)
            if json_file is not None:
                _write(json_file, lines, machine)
    console.print(_table(lines))
    for row in rows:
        against = f", against {row.against}" if isinstance(row, Row) else ""
        console.print(f"{row.name}: {row.work}{against}", style="dim", markup=False, soft_wrap=True)
    for line in lines:
        if line.note:
            console.print(f"{line.name}: {line.note}", markup=False, highlight=False, soft_wrap=True)
    for name, reason in voids.items():
        console.print(f"{name} is void: {reason}", style="bold red", markup=False, soft_wrap=True)
    return EXIT_VOID if voids else 0


def _steps(row: Row | Probe) -> int:
    return row.steps if isinstance(row, Probe) else 2 * row.rounds


async def _measure(row: Row | Probe, servers: Servers, tell: Tell) -> list[Line]:
    if isinstance(row, Probe):
        return await row.measure(servers, row.size, lambda said: tell(f"{row.name}: {said}"))
    async with row.open(servers, row.size) as contest:
        rates = await play(
            contest, row.rounds, lambda side, rate: tell(f"{row.name}: {side} {rate:,.0f} events/s"), row.turns
        )
    return rates.lines(row)


def _write(file: Path, lines: Sequence[Line], machine: Mapping[str, str]) -> None:
    told = {"rows": [line.as_json() for line in lines], "machine": dict(machine)}
    file.write_text(json.dumps(told, indent=2) + "\n")


def _table(lines: Sequence[Line]) -> Table:
    """One line per figure; `rounds` tells the least and the most."""
    table = Table(
        box=None, pad_edge=False, caption="events/s where no unit stands; the median and the worst of the rounds"
    )
    for title in ("row", "ours", "rival", "ratio", "rounds", "worst", "goal", ""):
        table.add_column(title, justify="left" if title in ("row", "") else "right", no_wrap=title != "row")
    for line in lines:
        shown = "{:.2f}" if line.ratio is not None else "{:,.1f}" if line.ours < SMALL else "{:,.0f}"
        least, most = min(line.rounds), max(line.rounds)
        table.add_row(
            line.name if line.unit == EVENTS_PER_S else f"{line.name} ({line.unit})",
            f"{line.ours:,.0f}" if line.ratio is not None else shown.format(line.ours),
            "" if line.rival is None else f"{line.rival:,.0f}",
            "" if line.ratio is None else shown.format(line.ratio),
            f"{shown.format(least)} to {shown.format(most)}",
            shown.format(line.low),
            "" if line.goal is None else f"{line.goal:,g}",
            {True: "[green]reached[/]", False: "[red]missed[/]", None: ""}[line.reached],
        )
    return table
