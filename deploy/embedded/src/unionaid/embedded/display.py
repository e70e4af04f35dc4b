"""The stack's state on a terminal, or as plain lines where there is none."""

import time
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from unionaid.embedded.errors import StackError
from unionaid.embedded.state import PartStatus, Status

LINE_EACH_S = 2
"""Without a terminal, how often a line says how far something is."""
_COLOURS = {
    "ready": "green",
    "degraded": "yellow",
    "starting": "yellow",
    "not ready": "yellow",
    "restarting": "red",
    "stopped": "dim",
    "waiting": "dim",
}


def table(status: Status) -> Table:
    """State, process, address and reason of each part."""
    shown = Table(box=None, pad_edge=False)
    for title in ("part", "state", "pid", "address", "reason"):
        shown.add_column(title)
    for part in status.parts:
        colour = _COLOURS.get(part.state, "")
        times = "once" if part.restarts == 1 else f"{part.restarts} times"
        restarts = f"restarted {times}" if part.restarts else ""
        reason = "; ".join(filter(None, (part.reason, restarts)))
        state = f"[{colour}]{part.state}[/]" if colour else part.state
        shown.add_row(part.name, state, str(part.pid or ""), escape(part.address), escape(reason))
    return shown


def show_error(console: Console, error: StackError) -> None:
    """What is the matter, and the way on."""
    console.print(error.message, style="bold red", markup=False, highlight=False, soft_wrap=True)
    console.print(error.way_on, markup=False, highlight=False, soft_wrap=True)


class Loading:
    """Shows how many of something are there: a bar on a terminal, else a line every few seconds."""

    def __init__(self, console: Console, what: str) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._console, self._what, self._told = console, what, time.monotonic()
        self._bar = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task(what, total=None)

    def __enter__(self) -> "Loading":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, done: int, total: int) -> None:
        """Show that `done` of `total` are there."""
        self._bar.update(self._task, completed=done, total=total)
        if not self._console.is_terminal and time.monotonic() - self._told > LINE_EACH_S:
            self._told = time.monotonic()
            self._console.print(f"{self._what}: {done} of {total}", highlight=False)


class Display:
    """Shows a status: a live table with the seconds passed on a terminal, else a line per part that changed."""

    def __init__(self, console: Console, known: Status | None = None) -> None:
        self._console, self._since = console, time.monotonic()
        self._status = known or Status()
        self._live = Live(console=console, get_renderable=self._shown, transient=True)
        self._said = {part.name: str(part.state) for part in known.parts} if known else {}

    def __enter__(self) -> "Display":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, status: Status) -> None:
        """Show `status`."""
        self._status = status
        if self._console.is_terminal:
            return
        for part in status.parts:
            if part.state != "waiting" and self._said.get(part.name) != part.state:
                self._said[part.name] = part.state
                self._console.print(_line(part), markup=False, highlight=False, soft_wrap=True)

    def _shown(self) -> RenderableType:
        moving = self._status.phase in ("starting", "stopping")
        return Group(table(self._status), f"{time.monotonic() - self._since:.0f} s" if moving else "")


def _line(part: PartStatus) -> str:
    return " ".join(filter(None, (part.name, part.state, part.address, part.reason)))
