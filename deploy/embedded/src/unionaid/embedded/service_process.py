"""One Python process of the stack: a service, or the issuer."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from unionaid.embedded.errors import StackError, disk_full, looks_full, tail
from unionaid.embedded.processes import Child, clear, spawn

STOP_WAIT_S = 30
_LOG_BYTES_MAX = 20 * 1024 * 1024


class ServiceProcess:
    """`python -m <module> <args>` with its log in `home/logs` and its record in `home/run`."""

    def __init__(self, name: str, module: str, args: list[str], home: Path, environment: Mapping[str, str]) -> None:
        self.log = home / "logs" / f"{name}.log"
        self._home = home
        self._command = [sys.executable, "-m", module, *args]
        self._environment = environment
        self._record = home / "run" / f"{name}.json"
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        return self._child.exit_code if self._child else None

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive

    def start(self) -> None:
        """Start it, ending first what a former run left behind; does not wait until it is ready."""
        clear(self._record, signal.SIGTERM, wait_s=STOP_WAIT_S)
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._child = spawn(self._command, record=self._record, log=self.log, env=self._environment, cwd=self._home)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after 30 s; no error if it does not run."""
        if self._child is not None:
            self._child.stop(signal.SIGTERM, wait_s=STOP_WAIT_S)
            self._child = None

    def run(self) -> None:
        """Run it to its end. Raises StackError if it fails."""
        self.start()
        if self._child is not None and self._child.process.wait() != 0:
            raise self.failure()
        self.stop()

    def failure(self) -> StackError:
        """Why it ended, as far as its log tells."""
        if looks_full(self.log, self._home):
            return disk_full(self._home)
        last = "\n".join(tail(self.log).splitlines()[-5:])
        return StackError(f"`{' '.join(self._command[1:])}` ended:\n{last}", f"The whole log: {self.log}")
