"""A sheet as it was sent: values by place, and the places that are no plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

Value: TypeAlias = str | float | bool | date | None
"""What a cell holds; None for nothing."""
Flaw = Literal["formula", "merged", "error"]
Place: TypeAlias = tuple[int, int]
"""Row and column, both from 0."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. `dates_from_1904`: on which of two days the program began to count."""

    rows: Sequence[Sequence[Value]] = field(repr=False)
    flaws: Mapping[Place, Flaw]
    dates_from_1904: bool = False

    def value(self, row: int, column: int) -> Value:
        """Return what a cell holds; None beyond the row's end."""
        values = self.rows[row]
        return values[column] if column < len(values) else None


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column: 0 is A, 26 is AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
