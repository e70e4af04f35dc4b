"""Free TCP ports on the loopback interface."""

import logging
import random
import socket
from pathlib import Path

from unionaid.embedded.errors import StackError

log = logging.getLogger(__name__)

# Below the range from which systems take the source ports of outgoing connections (Linux: 32768 and up),
# so that a port stays ours while its server restarts.
_FIRST, _LAST = 20_000, 31_999
_TRIES_MAX = 200
_given: dict[
    int, Path | None
] = {}  # by this process, and for which note: such a port looks free until its server listens


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True if a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection of the past in TIME_WAIT does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port nobody listens on, never the same twice; at random so that stacks started side by side seldom meet.

    Raises RuntimeError if none is found in 200 tries.
    """
    for _ in range(_TRIES_MAX):
        port = random.randint(_FIRST, _LAST)  # noqa: S311  no secret depends on it
        if port not in _given and is_free(port):
            _given[port] = None
            return port
    raise RuntimeError(f"no free TCP port between {_FIRST} and {_LAST}")


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """True if something answers on `port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def keep(note: Path, fixed: int | None, server: str) -> int:
    """The port of a server: the fixed one, else the one it had last (kept in `note`), else a free one.

    A kept port that someone else uses by now is given up for another, and that is said.
    Raises StackError if a fixed port is in use.
    """
    if fixed is not None:
        if not is_free(fixed):
            raise StackError(
                f"Port {fixed}, set for {server}, is in use by another program.",
                "Stop that program, or set another port.",
            )
        return fixed
    kept = int(note.read_text()) if note.exists() and note.read_text().isdigit() else None
    if kept is not None and _given.get(kept, note) == note and is_free(kept):
        _given[kept] = note
        return kept
    port = free_port()
    _given[port] = note
    if kept is not None:
        log.warning("port %d of %s is in use by another program: it has %d now", kept, server, port)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(port))
    return port
