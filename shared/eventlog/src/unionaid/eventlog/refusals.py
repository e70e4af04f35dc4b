"""Named refusals of the log. Each has a stable `code`; none knows of HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class LogRefusal(Exception):
    """The log has refused; nothing was changed."""

    code: ClassVar[str] = "log-refusal"

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if name != "answer")
        return f"{self.code}: {fields}"


@dataclass(eq=False)
class WrongVersion(LogRefusal):
    """Another writer was first: the stream has moved on since it was read."""

    stream: str
    code: ClassVar[str] = "wrong-version"


@dataclass(eq=False)
class VersionGap(LogRefusal):
    """The stream is shorter than the writer believes."""

    stream: str
    code: ClassVar[str] = "version-gap"


@dataclass(eq=False)
class EventTooLarge(LogRefusal):
    """An event is over `event_bytes_max`."""

    stream: str
    length: int
    limit: int
    code: ClassVar[str] = "event-too-large"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One taken reservation: `holder` has it, `wanted_by` asked for it."""

    scope: str
    key: bytes
    holder: str
    wanted_by: str


@dataclass(eq=False)
class ReservationTaken(LogRefusal):
    """What can be had once is held by another stream; every conflict is named."""

    conflicts: list[Conflict]
    code: ClassVar[str] = "reservation-taken"


@dataclass(eq=False)
class KeyReplayed(LogRefusal):
    """The command was carried out before; `status` and `answer` are what was answered then.

    Both are None for a command that was restored from a topic: its effect is known, its answer is not.
    """

    status: int | None
    answer: bytes | None
    code: ClassVar[str] = "key-replayed"


@dataclass(eq=False)
class KeyReused(LogRefusal):
    """The same idempotency key came with another body."""

    code: ClassVar[str] = "key-reused"


@dataclass(eq=False)
class Busy(LogRefusal):
    """Other writers were first `tries` times in a row; the same command may be sent again."""

    stream: str
    tries: int
    code: ClassVar[str] = "busy"


@dataclass(eq=False)
class LogHalted(LogRefusal):
    """The relay has found that database and topic disagree; an operator must repair the log."""

    reason: str
    code: ClassVar[str] = "log-halted"


@dataclass(eq=False)
class LeaseLost(LogRefusal):
    """Another session leads, or PostgreSQL has ended ours."""

    reason: str
    code: ClassVar[str] = "lease-lost"
