"""The sample history told to a running stack, and its figures beside those that were reported."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from unionaid.embedded.history import PEOPLE, History
from unionaid.embedded.office_client import OfficeClient
from unionaid.embedded.telling import Step

SECONDS_ABOUT = 60
"""How long the history takes to tell, on two cores."""


def run(client: OfficeClient, *, console: Console, figures: Path | None, scale: int) -> int:
    """Tell the history to running services and show its figures; return 0 if they are the expected ones.

    Told a second time it changes nothing: each command has its key.

    Raises:
        StackError: a service refused or did not answer.
    """
    console.print(
        f"Telling the history of {PEOPLE * scale:,} people: about {SECONDS_ABOUT * scale} s.", highlight=False
    )
    started = time.monotonic()
    try:
        with steps(console) as step:
            history = History(client, scale, step)
            registered = history.register()
            history.educate(registered.students)
            history.support(registered.unions)
            history.relieve(registered.unions)
            computed, events = history.count()
    finally:
        client.close()
    console.print(f"Told and counted in {time.monotonic() - started:.1f} s.")
    if figures is not None:
        figures.write_text(json.dumps({"figures": computed}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return show(console, computed, events, scale)


@contextmanager
def steps(console: Console) -> Iterator[Step]:
    """Lend what shows a step: a bar on a terminal, else a plain line at every quarter."""
    if not console.is_terminal:
        yield partial(_plain_step, console)
        return
    columns = (
        SpinnerColumn(finished_text="✓"), TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:

        @contextmanager
        def step(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
            task = progress.add_task(what, total=total)
            yield lambda n: progress.advance(task, n)
            progress.update(task, total=total or 1, completed=total or 1)

        yield step


@contextmanager
def _plain_step(console: Console, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    started, done, told = time.monotonic(), 0, 0

    def advance(n: int) -> None:
        nonlocal done, told
        done += n
        quarters = 4 * done // (total or done)
        if quarters > told:
            told = quarters
            console.print(f"{what}: {done:,} of {total or done:,}", highlight=False)

    yield advance
    console.print(f"{what}: done in {time.monotonic() - started:.1f} s", highlight=False)


def expected() -> Mapping[str, Mapping[str, Any]]:
    """Return the figures a district federation reported, by id."""
    content = json.loads((files("unionaid.embedded") / "litong-figures.json").read_text("utf-8"))
    return {figure["id"]: figure for figure in content["figures"]}


def show(console: Console, computed: Mapping[str, Any], events: Sequence[Mapping[str, Any]], scale: int) -> int:
    """Print the figures beside those that were reported, and what they stand on; return 1 if one differs."""
    table = Table(title="Figures, computed by reporting from events")
    for column, justify in (("figure", "left"), ("expected", "right"), ("computed", "right"), ("events", "right")):
        table.add_column(column, justify=justify, no_wrap=justify == "right")  # type: ignore[arg-type]  # Rich's literal type
    table.add_column("")
    wrong = 0
    for id, figure in computed.items():
        known = expected()[id]
        agrees = _agrees(figure["value"], known)
        wrong += not agrees
        table.add_row(
            f"{id}\n{known['zh']}",
            _expected(known) if scale == 1 else "–",
            _amount(figure["value"], known["unit"]),
            f"{figure['events']:,}",
            "" if scale > 1 else "✓" if agrees else "✗",
        )
    console.print(table)
    for cites in {figure["cites"]["sha256"]: figure["cites"] for figure in computed.values()}.values():
        _show_citation(console, cites)
    _show_events(console, events)
    if scale > 1:
        console.print(f"{scale} times the people: there is nothing to compare with, so no comparison was made.")
        return 0
    return 1 if wrong else 0


def _show_citation(console: Console, cites: Mapping[str, Any]) -> None:
    _whole(console, f"Cites {cites['events']:,} events, SHA-256 {cites['sha256']}")
    standing = ", ".join(f"{topic}@{index}" for topic, index in cites["vector"].items() if index >= 0)
    _whole(console, f"standing on {standing};")
    _whole(console, f"query {cites['query']}; policy {', '.join(cites['policy_versions']) or 'none'}")


def _agrees(value: int, known: Mapping[str, Any]) -> bool:
    """Say whether a figure is the reported one, or within its bounds."""
    if "exactly" in known:
        return bool(value == known["exactly"])
    return bool(known["at_least"] <= value < known.get("below", value + 1))


def _expected(known: Mapping[str, Any]) -> str:
    if "exactly" in known:
        return _amount(known["exactly"], known["unit"])
    return f"≥ {_amount(known['at_least'], known['unit'])}"


def _show_events(console: Console, events: Sequence[Mapping[str, Any]]) -> None:
    table = Table(title="The first of them", box=None, pad_edge=False)
    for column in ("index", "event", "happened", "recorded"):
        table.add_column(column, no_wrap=True)
    table.add_column("yuan", justify="right", no_wrap=True)
    for event in events:
        table.add_row(
            str(event["index"]), event["event_id"], event["occurred_on"], event["logtime"][:10],
            _amount(event["amount_fen"], "fen"),
        )  # fmt: skip
    console.print(table)


def _whole(console: Console, text: str) -> None:
    """Print a line that no width breaks: hashes, topics and queries are copied from it."""
    console.print(text, soft_wrap=True, highlight=False)


def _amount(value: int, unit: str) -> str:
    return f"{value // 100:,}.{value % 100:02d} 元" if unit == "fen" else f"{value:,}"
