"""What a row of the benchmarks is, how its two sides alternate, and what is made of what they give."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from unionaid.testkit.stack import Kafka, Postgres

ROUNDS = 5
"""Both sides are measured so often, in turn; odd rounds begin with the rival."""


class Void(Exception):
    """What was written is not what a naive replay says it must be: the row has no figure."""


def demand(true: bool, what: str) -> None:
    """Declare the row void unless `true`."""
    if not true:
        raise Void(what)


@dataclass(frozen=True)
class Servers:
    """Where the rows do their work."""

    postgres: Postgres
    kafka: Kafka


Side = Callable[[], Awaitable[float]]
"""One measured round: does the work, checks its result against a naive replay, returns events per second."""


@dataclass(frozen=True)
class Contest:
    """Two ways of doing the same work."""

    ours: Side
    rival: Side


@dataclass(frozen=True)
class Row:
    """A row of the benchmarks. `size` is the number of events of one round, or what `open` takes it for."""

    name: str
    work: str
    against: str
    goal: float | None
    size: int
    size_smoke: int
    open: Callable[[Servers, int], AbstractAsyncContextManager[Contest]]
    rate_goal: float | None = None
    """Events per second that are wanted of our side besides; told as a row `<name>-rate`."""
    rounds: int = ROUNDS
    turns: int = 1
    """Turns each side has in a round, one after the other: what the servers do at times of their own, such as a
    checkpoint, then meets both."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rows it gives."""
        return (self.name,) if self.rate_goal is None else (self.name, f"{self.name}-rate")


Tell = Callable[[str], None]
"""Hears of each step of a probe."""


@dataclass(frozen=True)
class Probe:
    """A row without a rival: `measure` does the work, checks it against a naive replay, returns a line per name."""

    name: str
    work: str
    names: tuple[str, ...]
    """The names of the lines it gives; its own is the first."""
    size: int
    size_smoke: int
    measure: Callable[[Servers, int, Tell], Awaitable[list[Line]]]
    steps: int
    """How often it tells of a step, about."""


@dataclass
class Rates:
    """The rates of both sides, round by round, in events per second."""

    ours: list[float] = field(default_factory=list)
    rival: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Ours by the rival's, of each round."""
        return [ours / rival for ours, rival in zip(self.ours, self.rival, strict=True)]

    def lines(self, row: Row) -> list[Line]:
        """Return the row, or rows, as they are told."""
        ours, ratios = statistics.median(self.ours), self.ratios
        compared = Line(
            row.name, ours, statistics.median(self.rival), statistics.median(ratios), min(ratios), row.goal, ratios
        )
        if row.rate_goal is None:
            return [compared]
        return [compared, Line(row.names[1], ours, None, None, min(self.ours), row.rate_goal, self.ours)]


EVENTS_PER_S = "events/s"


@dataclass(frozen=True)
class Line:
    """One line of the table.

    `low` is the worst of the rounds: the least, or where lower is better the greatest. With five rounds the true
    median lies beyond it once in 32 runs, which makes it a bound at 97 %. A goal is reached when `low` reaches it.
    """

    name: str
    ours: float
    rival: float | None
    ratio: float | None
    low: float
    goal: float | None
    rounds: list[float]
    unit: str = EVENTS_PER_S
    lower_is_better: bool = False
    note: str = ""
    """What a reader should know besides."""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached, None without a goal."""
        if self.goal is None:
            return None
        return self.low <= self.goal if self.lower_is_better else self.low >= self.goal

    def as_json(self) -> dict[str, Any]:
        """As `--json` writes it."""
        return {
            "name": self.name,
            "ours": round(self.ours, 1),
            "rival": None if self.rival is None else round(self.rival, 1),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "low": round(self.low, 3),
            "goal": self.goal,
            "unit": self.unit,
            "lower_is_better": self.lower_is_better,
            "rounds": [round(value, 3) for value in self.rounds],
            **({"note": self.note} if self.note else {}),
        }


def measured(
    name: str,
    rounds: Sequence[float],
    unit: str,
    goal: float | None = None,
    *,
    lower_is_better: bool = True,
    note: str = "",
) -> Line:
    """Return the line of something measured without a rival: the median of the rounds, and the worst."""
    worst = max(rounds) if lower_is_better else min(rounds)
    return Line(name, statistics.median(rounds), None, None, worst, goal, list(rounds), unit, lower_is_better, note)


async def play(contest: Contest, rounds: int, tell: Callable[[str, float], None], turns: int = 1) -> Rates:
    """Let both sides take turns; `tell` hears of each round. A round's rate is that over all its turns.

    Raises:
        Void: a result was wrong.
    """
    rates = Rates()
    sides = [("ours", contest.ours, rates.ours), ("rival", contest.rival, rates.rival)]
    for number in range(rounds):
        measured: dict[str, list[float]] = {name: [] for name, _, _ in sides}
        for turn in range(turns):
            for name, side, _ in sides if (number + turn) % 2 else reversed(sides):
                gc.collect()
                gc.freeze()  # what was prepared before is not looked through again in the middle of a round
                measured[name].append(await side())
                gc.unfreeze()
        for name, _, its_rates in sides:
            its_rates.append(statistics.harmonic_mean(measured[name]))  # each turn does the same amount of work
            tell(name, its_rates[-1])
    return rates
