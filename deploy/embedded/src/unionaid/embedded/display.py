"""The stack's state on a terminal, or as plain lines where there is none."""

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from unionaid.embedded.errors import StackError
from unionaid.embedded.state import PartStatus, Status

_COLOURS = {
    "ready": "green",
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
        restarts = f"restarted {part.restarts} times" if part.restarts else ""
        reason = "; ".join(filter(None, (part.reason, restarts)))
        state = f"[{colour}]{part.state}[/]" if colour else part.state
        shown.add_row(part.name, state, str(part.pid or ""), escape(part.address), escape(reason))
    return shown


def show_error(console: Console, error: StackError) -> None:
    """What is the matter, and the way on."""
    console.print(error.message, style="bold red", markup=False, highlight=False, soft_wrap=True)
    console.print(error.way_on, markup=False, highlight=False, soft_wrap=True)


class Display:
    """Shows each change of a status: a live table on a terminal, else a line per part that changed."""

    def __init__(self, console: Console, known: Status | None = None) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
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
        if self._console.is_terminal:
            self._live.update(table(status), refresh=True)
            return
        for part in status.parts:
            if part.state != "waiting" and self._said.get(part.name) != part.state:
                self._said[part.name] = part.state
                self._console.print(_line(part), markup=False, highlight=False, soft_wrap=True)


def _line(part: PartStatus) -> str:
    return " ".join(filter(None, (part.name, part.state, part.address, part.reason)))
