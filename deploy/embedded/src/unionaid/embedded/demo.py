"""The sample history told to a running stack, and its figures beside those that were reported."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from unionaid.embedded.history import History, Step
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.office_client import OfficeClient
from unionaid.embedded.state import RunningStack


def run(stack: RunningStack, *, console: Console, figures: Path | None, scale: int) -> int:
    """Tell the history to a running stack and show its figures; return 0 if they are the expected ones.

    Told a second time it changes nothing: each command has its key.

    Raises:
        StackError: a service refused or did not answer.
    """
    started = time.monotonic()
    client = OfficeClient(stack, Issuer(Path(stack.home) / "issuer", stack.issuer))
    try:
        with _progress(console) as progress:
            history = History(client, stack.division, scale, progress)
            history.relieve(history.register())
            computed, events = history.count()
    finally:
        client.close()
    console.print(f"Told and counted in {time.monotonic() - started:.1f} s.")
    if figures is not None:
        figures.write_text(json.dumps({"figures": computed}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return _show(console, computed, events, scale)


@contextmanager
def _progress(console: Console) -> Iterator[Step]:
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


def expected() -> Mapping[str, Mapping[str, Any]]:
    """Return the figures a district federation reported, by id."""
    content = json.loads((files("unionaid.embedded") / "litong-figures.json").read_text("utf-8"))
    return {figure["id"]: figure for figure in content["figures"]}


def _show(console: Console, computed: Mapping[str, Any], events: Sequence[Mapping[str, Any]], scale: int) -> int:
    table = Table(title="Figures, computed by reporting from events")
    for column, justify in (("figure", "left"), ("expected", "right"), ("computed", "right"), ("events", "right")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]  # Rich's literal type
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
    cites = next(iter(computed.values()))["cites"]
    console.print(f"Cites {cites['events']:,} events, SHA-256 {cites['sha256']}")
    standing = ", ".join(f"{topic}@{index}" for topic, index in cites["vector"].items() if index >= 0)
    console.print(f"standing on {standing}; query {cites['query']}; policy {', '.join(cites['policy_versions'])}")
    _show_events(console, events)
    if scale > 1:
        console.print(f"{scale} times the people: there is nothing to compare with, so no comparison was made.")
        return 0
    return 1 if wrong else 0


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
    table = Table(title="The first of them")
    for column in ("index", "event", "happened", "recorded", "person"):
        table.add_column(column)
    table.add_column("yuan", justify="right")
    for event in events:
        table.add_row(
            str(event["index"]), event["event_id"], event["occurred_on"], event["logtime"][:19],
            event["person_id"][:8] + "…", _amount(event["amount_fen"], "fen"),
        )  # fmt: skip
    console.print(table)


def _amount(value: int, unit: str) -> str:
    return f"{value // 100:,}.{value % 100:02d} 元" if unit == "fen" else f"{value:,}"
