"""The base of named refusals. No HTTP words: a service says elsewhere which status a code has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple


class Fault(NamedTuple):
    """One of several faults a refusal names: where (dotted path, `lines.3.amount_fen`), and which.

    A param `row` (from 1) is the row of a table the caller sent; it is told beside the text.
    """

    field: str
    code: str
    params: Mapping[str, object]


class InWords(NamedTuple):
    """A param that is told in the caller's language: the texts of these codes, with the language's comma between."""

    codes: tuple[str, ...]

    @classmethod
    def values(cls, name: str, *values: str) -> InWords:
        """Return values of a field: each has a text `value-<name>-<value>`."""
        return cls(tuple(f"value-{name}-{value}" for value in values))


class Refusal(Exception):
    """A command is refused; nothing was changed. Subclasses give a stable `code` (kebab-case).

    `field` names the part of the input at fault. `params` fill the text of the refusal in the caller's
    language; they are kept with the answer, so they hold no identity.
    """

    code: ClassVar[str] = "refused"
    faults: Sequence[Fault] = ()
    """All faults at once, where a rule finds many; told whole."""

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        self.field = field
        self.params = params
        super().__init__(self.code)


class NotFound(Refusal):
    """There is no such thing, or it is outside the caller's jurisdiction: the two are not told apart."""

    code = "not-found"


class VersionMoved(Refusal):
    """What the caller last read has changed since (`If-Match`)."""

    code = "version-moved"


class BrokenHistory(Exception):
    """A fact that cannot follow the state before it: written past the rules, so nothing is decided on it."""

    def __init__(self, state: object, event: object) -> None:
        super().__init__(f"{type(event).__name__} cannot follow {type(state).__name__}")


def declared_codes(*packages: str) -> Iterator[str]:
    """Yield the code of every refusal class of these packages; each must have texts in all languages."""
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        if f"{kind.__module__}.".startswith(tuple(f"{package}." for package in packages)):
            yield kind.code
        waiting.extend(kind.__subclasses__())
