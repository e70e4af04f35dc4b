"""Child processes which die with their launcher, or are found and cleared by the next start.

A process is known by its pid *and* its start time: a pid alone may by now belong to somebody else, and
nothing is ever signalled that was not recorded by us.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_POLL_S = 0.02
# Linux derives start times from the boot time, which moves by up to a second as the clock is set.
_START_TIME_TOLERANCE_S = 2.0


@cache
def _launcher() -> ThreadPoolExecutor:
    # The kernel's "parent" is a thread: children forked by one that ends early would be told so.
    return ThreadPoolExecutor(1, thread_name_prefix="launcher")


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group a child runs under."""

    uid: int
    gid: int


class Child:
    """A child process with a log file and a record `{"pid", "start_time"}` on disk."""

    def __init__(self, process: "subprocess.Popen[bytes]", record: Path) -> None:
        self.process = process
        self._record = record

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the number of the signal that killed it."""
        return self.process.poll()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, first: signal.Signals, *, wait_s: float = 30) -> int:
        """Ask the child to end by signal `first`; after `wait_s` seconds kill it. Return its exit code."""
        if self.is_alive:
            self.process.send_signal(first)
        try:
            code = self.process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._record.unlink(missing_ok=True)
        return code

    def kill(self) -> None:
        """SIGKILL, as a crash would; the record stays, as it would."""
        if self.is_alive:
            self.process.kill()
        self.process.wait()


def spawn(
    argv: Sequence[str | Path],
    *,
    record: Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a child that gets `death_signal` when this process ends, however it ends (Linux).

    Elsewhere, or when the child is too busy dying, the next start finds it by `record`. Output is
    appended to `log`. Raises OSError if it cannot be started.
    """
    launcher = os.getpid()

    def die_with_launcher() -> None:
        # Runs between fork and exec, after the change of uid (which would clear the setting).
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != launcher:  # the launcher died before the setting took hold
                os._exit(1)

    def start() -> "subprocess.Popen[bytes]":
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603  the arguments are ours
                [os.fspath(arg) for arg in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                # A group of its own: Ctrl-C at the terminal reaches the launcher only, which stops in order.
                process_group=0,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                # SIGXFSZ stays ignored as it is here: a file grown too large is an error to report, no death.
                restore_signals=False,
                preexec_fn=die_with_launcher,  # noqa: PLW1509  two C calls, no locks
            )

    log.parent.mkdir(parents=True, exist_ok=True)
    process = _launcher().submit(start).result()
    write_record(record, process.pid)
    return Child(process, record)


def write_record(record: Path, pid: int) -> None:
    """Note pid and start time of a running process, for `recorded`."""
    record.parent.mkdir(parents=True, exist_ok=True)
    try:
        start_time = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return
    record.write_text(json.dumps({"pid": pid, "start_time": start_time}))


def recorded(record: Path) -> psutil.Process | None:
    """The live process that `record` names; None if it ended, or its pid is another process's by now."""
    try:
        note = json.loads(record.read_text())
        process = psutil.Process(int(note["pid"]))
        same = abs(process.create_time() - float(note["start_time"])) < _START_TIME_TOLERANCE_S
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (FileNotFoundError, ValueError, KeyError, TypeError, psutil.NoSuchProcess):
        return None


def clear(record: Path, first: signal.Signals, *, wait_s: float = 30) -> bool:
    """End the process that a former run recorded and left behind; True if there was one."""
    process = recorded(record)
    if process is not None:
        try:
            process.send_signal(first)
            if not gone(process, wait_s):
                process.kill()
                gone(process, wait_s)
        except psutil.NoSuchProcess:
            pass
    record.unlink(missing_ok=True)
    return process is not None


def gone(process: psutil.Process, wait_s: float) -> bool:
    """Wait until a process, maybe of another parent, has ended; False if it has not within `wait_s`.

    A zombie has ended: when its new parent will bury it is not ours to wait for.
    """
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        try:
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(_POLL_S)
    return False
