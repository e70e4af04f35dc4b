"""What the stack says of itself in `.unionaid`: stack.json (where everything is), status.json (how it is)."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from unionaid.embedded.errors import StackError
from unionaid.embedded.processes import recorded

SERVICES = ("registry", "relief", "mutualaid", "supervision", "reporting")

PartState = Literal["waiting", "starting", "not ready", "degraded", "ready", "restarting", "stopped"]
SERVING: frozenset[PartState] = frozenset({"ready", "degraded"})
"""States of a part that does its work; degraded, something it needs for the rest is away."""
Phase = Literal["starting", "ready", "stopping", "stopped", "failed"]


@dataclass(slots=True)
class PartStatus:
    """One server or service as the supervisor sees it."""

    name: str
    state: PartState = "waiting"
    pid: int | None = None
    address: str = ""
    reason: str = ""
    """Why it is not ready; else empty."""
    restarts: int = 0


@dataclass(slots=True)
class Status:
    """The whole stack as the supervisor sees it."""

    phase: Phase = "starting"
    parts: list[PartStatus] = field(default_factory=list)
    message: str = ""
    """Why it failed, and `way_on` what to do; else empty."""
    way_on: str = ""
    clock: Mapping[str, str] = field(default_factory=dict)

    def save(self, home: Path) -> None:
        """Write it to `home`. A full disk must not bring down what still runs: then the old one stays."""
        with suppress(OSError):
            _write(home / "status.json", asdict(self))

    @classmethod
    def load(cls, home: Path) -> "Status | None":
        try:
            content = json.loads((home / "status.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        content["parts"] = [PartStatus(**part) for part in content["parts"]]
        return cls(**content)


@dataclass(frozen=True, slots=True)
class RunningStack:
    """Where everything of a running stack is; the content of stack.json (mode 600: it holds passwords)."""

    division: str
    front: str
    """The one address of all: `/<service>/…`; screens for people, and every route."""
    services: Mapping[str, str]
    """Service -> base URL."""
    issuer: str
    kafka: str
    """Bootstrap servers."""
    databases: Mapping[str, Mapping[str, str]]
    """Service -> {"app", "owner", "auditor"} -> DSN."""
    clock: Mapping[str, str]
    """The environment variables of the simulated clock; empty without one."""
    home: str

    def save(self, home: Path) -> None:
        _write(home / "stack.json", asdict(self))

    @classmethod
    def load(cls, home: Path) -> "RunningStack":
        """Raises StackError if no stack runs."""
        try:
            return cls(**json.loads((home / "stack.json").read_text()))
        except FileNotFoundError:
            raise StackError("The stack does not run.", "Start it: ./unionaid up --detach") from None


def running(home: Path) -> int | None:
    """The pid of the supervisor of the stack in `home`; None if none runs."""
    process = recorded(home / "supervisor.json")
    return process.pid if process else None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
    new.rename(path)
