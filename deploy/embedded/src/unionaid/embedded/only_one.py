"""One supervisor for one stack."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from unionaid.embedded.errors import StackError
from unionaid.embedded.processes import write_record
from unionaid.embedded.state import running


class only_one:  # noqa: N801  reads as a phrase: with only_one(home)
    """Held by the one supervisor of a stack; the system lets go of it even if that is killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: TextIO | None = None

    def __enter__(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._file = (self._home / "supervisor.lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"The stack in {self._home} runs already (process {running(self._home)}).",
                "See it: ./unionaid status    Stop it: ./unionaid down",
            ) from None
        write_record(self._home / "supervisor.json", os.getpid())

    def __exit__(self, *_: object) -> None:
        (self._home / "supervisor.json").unlink(missing_ok=True)
        if self._file is not None:
            self._file.close()
