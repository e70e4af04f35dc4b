"""Tests of rules that read as sentences: given these facts, when this command, then these facts, or this refusal.

given = telling(evolve, Unopened())
given(opened).when(receive_funds, ReceiveFunds(...)).then(received)
given().when(receive_funds, ReceiveFunds(...)).refused(NotFound)

A rule is called with the state the facts lead to, and whatever else `when` was given, in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

State = TypeVar("State")
Fact = TypeVar("Fact")
Refused = TypeVar("Refused", bound=Exception)
Arguments = ParamSpec("Arguments")


class Telling(Protocol[State, Fact]):
    """Begins a sentence with what has happened."""

    def __call__(self, *facts: Fact) -> Given[State, Fact]:
        """Take the facts, oldest first; none for what is new."""
        ...


def telling(evolve: Callable[[State, Fact], State], initial: State) -> Telling[State, Fact]:
    """Return the `given` of one aggregate."""

    def given(*facts: Fact) -> Given[State, Fact]:
        return Given(reduce(evolve, facts, initial))

    return given


@dataclass(frozen=True)
class Given(Generic[State, Fact]):
    """The state that the facts lead to."""

    state: State

    def when(
        self,
        rule: Callable[Concatenate[State, Arguments], Iterable[Fact]],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Outcome[Fact]:
        """Put the command to the rule. Any exception but a refusal asked for later is shown by `then`."""
        try:
            return Outcome(list(rule(self.state, *arguments, **named)), None)
        except Exception as error:  # noqa: BLE001  what was raised is what the sentence is about
            return Outcome([], error)


@dataclass(frozen=True)
class Outcome(Generic[Fact]):
    """What a rule said. Ask for one of `then` and `refused`: without either the sentence claims nothing."""

    facts: Sequence[Fact]
    error: Exception | None

    def then(self, *facts: Fact) -> None:
        """Claim that exactly these facts follow, in this order.

        Raises:
            AssertionError: others did.
            Exception: what the rule raised.
        """
        if self.error is not None:
            raise self.error
        if list(self.facts) != list(facts):
            raise AssertionError(f"expected {_lines(facts)}\nbut came {_lines(self.facts)}")

    def refused(self, kind: type[Refused], **about: object) -> Refused:
        """Claim that the rule refused with exactly this kind, and return the refusal.

        `about` names attributes of the refusal and what they must be, such as `field="amount_fen"`.

        Raises:
            AssertionError: it decided, or it refused otherwise.
        """
        if self.error is None:
            raise AssertionError(f"expected {kind.__name__}, but came {_lines(self.facts)}")
        if type(self.error) is not kind:
            raise AssertionError(f"expected {kind.__name__}, but came {self.error!r}") from self.error
        for name, expected in about.items():
            actual = getattr(self.error, name)
            if actual != expected:
                raise AssertionError(f"{kind.__name__}.{name} is {actual!r}, not {expected!r}")
        return self.error


def _lines(facts: Iterable[object]) -> str:
    return "\n  ".join(["these facts:", *map(repr, facts)]) if facts else "no fact"
