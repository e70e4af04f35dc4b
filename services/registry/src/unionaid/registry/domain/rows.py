"""One row of a table, read part by part: every fault is found, not the first alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from unionaid.registry.domain.refusals import Fault, Refusal

_Read = TypeVar("_Read")
_Typed = ParamSpec("_Typed")


class Reading:
    """Reads the parts of one row, and keeps what is wrong with it; `faulty` columns are not read."""

    def __init__(self, number: int, faulty: frozenset[str]) -> None:
        self._number, self._faulty = number, faulty
        self.faults: list[Fault] = []

    @property
    def good(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.faults and not self._faulty

    def read(
        self, column: str, reading: Callable[_Typed, _Read], *typed: _Typed.args, **more: _Typed.kwargs
    ) -> _Read | None:
        """Return a part, None where it is faulty or refused."""
        if column in self._faulty:
            return None
        try:
            return reading(*typed, **more)
        except Refusal as refusal:
            self.fault(refusal)
            return None

    def fault(self, refusal: Refusal) -> None:
        """Keep what is wrong with the row."""
        self.faults.append(row_fault_of(self._number, refusal))


def row_fault_of(number: int, refusal: Refusal) -> Fault:
    """Return a refusal as a fault of a row; `number` is what the spreadsheet calls it."""
    return Fault(refusal.field or "", refusal.code, {**refusal.params, "row": number})
