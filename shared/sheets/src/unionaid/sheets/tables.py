"""A file as a table of a form: every row with its values, and with everything that is wrong with its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from unionaid.service.refusals import Fault, InWords, Refusal
from unionaid.sheets import cells
from unionaid.sheets.forms import REASON, ROW, Column, Form, Headings
from unionaid.sheets.grids import Grid, letters
from unionaid.sheets.limits import HEADER_ROWS_MAX, ROWS_MAX
from unionaid.sheets.opening import misnamed, read_grids
from unionaid.sheets.refusals import (
    CellNumber,
    ColumnMissing,
    ColumnsMissing,
    ColumnTwice,
    FileEncodingUnknown,
    FileMisnamed,
    FileUnknown,
    HeaderMissing,
    HeaderTwoRows,
    NotAChoice,
    SheetEmpty,
    TextMalformed,
    TooManyRows,
    WorkbookDamaged,
    WorkbookOther,
)

Read: TypeAlias = str | date | bool | int | None
_NUMBER = re.compile("[1-9][0-9]{0,6}", re.ASCII)
HEADINGS_MIN = 2
"""Headings by which a row is known as the header."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` is what the spreadsheet calls it. `shown` is what its writer sees in each column.

    `before` is its number in the first file, where the rows were sent to be corrected; None for a first file.
    """

    number: int
    values: Mapping[str, Read] = field(repr=False)
    shown: Mapping[str, str] = field(repr=False)
    faults: Sequence[Fault]
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a form that are not empty; `letters` says where each column stands, `unused` which are no column.

    `aside` are the rows that are none of the form: what stands above the header, and what the reader set aside.
    """

    rows: Sequence[Row]
    letters: Mapping[str, str]
    unused: Sequence[str]
    aside: Sequence[Aside] = ()


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is none of the form: its number, and what its writer sees in each cell."""

    number: int
    shown: Sequence[str] = field(repr=False)


def read_table(
    content: bytes,
    form: Form,
    headings: Headings,
    name: str = "",
    *,
    aside: Callable[[Sequence[str]], bool] | None = None,
) -> Table:
    """Read a file: the first sheet that has a header of the form. What it is is told by its bytes, not by its name.

    `aside` says of a row's cells that it is none of it.

    Raises the refusals of files, of workbooks, and of the header; FileMisnamed where there is no table to be found in
    it and its `name` says that it were something else. What is wrong with a cell is a fault of its row.
    """
    try:
        return _read_table(content, form, headings, aside)
    except (FileUnknown, FileEncodingUnknown, TextMalformed, HeaderMissing, SheetEmpty):  # of a workbook: no such table
        _refuse_misnamed(content, name, of_workbook=False)
        raise
    except (WorkbookDamaged, WorkbookOther):
        _refuse_misnamed(content, name, of_workbook=True)
        raise


def _refuse_misnamed(content: bytes, name: str, *, of_workbook: bool) -> None:
    called = misnamed(content, name)
    if called is not None and called.packed == of_workbook:
        raise FileMisnamed(ending=called.ending, kind=InWords((called.kind,))) from None


def _read_table(content: bytes, form: Form, headings: Headings, aside: Callable[[Sequence[str]], bool] | None) -> Table:
    grids = [grid for grid in read_grids(content) if any(any(_filled(v) for v in row) for row in grid.rows)]
    if not grids:
        raise SheetEmpty
    found = [(grid, header) for grid in grids if (header := _header_row(grid, headings)) is not None]
    if not found:
        raise HeaderMissing(limit=HEADER_ROWS_MAX)
    grid, header = found[0]
    places = _columns(grid, header, form, headings)
    above = [row for row in _shown(grid, range(header)) if any(row.shown)]
    under = _shown(grid, range(header + 1, len(grid.rows)))
    below = [] if aside is None else [row for row in under if aside(row.shown)]
    rows = list(_rows(grid, header, form, headings, places, beside={row.number for row in below}))
    if not rows:
        raise SheetEmpty
    if len(rows) > ROWS_MAX:
        raise TooManyRows(limit=ROWS_MAX)
    known = {*places.values(), *_extra(grid, header, headings)}
    unused = [letters(n) for n, value in enumerate(grid.rows[header]) if _filled(value) and n not in known]
    return Table(rows, {name: letters(place) for name, place in places.items()}, unused, [*above, *below])


def _shown(grid: Grid, rows: range) -> Iterator[Aside]:
    return (Aside(index + 1, [cells.shown(value) for value in grid.rows[index]]) for index in rows)


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _named(grid: Grid, row: int, headings: Headings) -> list[tuple[str, int]]:
    return [
        (name, column)
        for column, value in enumerate(grid.rows[row])
        if (name := headings.column(value)) is not None and name not in (REASON, ROW)
    ]


def _extra(grid: Grid, row: int, headings: Headings) -> set[int]:
    return {n for n, value in enumerate(grid.rows[row]) if headings.column(value) in (REASON, ROW)}


def _header_row(grid: Grid, headings: Headings) -> int | None:
    """Return the row near the top that has the most headings; None where none has `HEADINGS_MIN`."""
    top = range(min(HEADER_ROWS_MAX, len(grid.rows)))
    count = {row: len(_named(grid, row, headings)) for row in top}
    best = max(top, key=lambda row: count[row], default=0)
    return best if count.get(best, 0) >= HEADINGS_MIN else None


def _columns(grid: Grid, header: int, form: Form, headings: Headings) -> dict[str, int]:
    """Return where each column stands. Raises HeaderTwoRows, ColumnTwice, ColumnsMissing."""
    beside = [row for row in (header - 1, header + 1) if 0 <= row < len(grid.rows)]
    if any(_named(grid, row, headings) for row in beside):
        raise HeaderTwoRows(row=header + 1)
    places: dict[str, int] = {}
    for name, column in _named(grid, header, headings):
        if name in places:
            raise ColumnTwice(field=name, first=letters(places[name]), second=letters(column))
        places[name] = column
    if missing := [column.name for column in form.columns if column.required and column.name not in places]:
        raise ColumnsMissing(
            [Fault(name, ColumnMissing.code, {"heading": headings.everywhere(name)}) for name in missing]
        )
    return places


def _rows(
    grid: Grid, header: int, form: Form, headings: Headings, places: Mapping[str, int], *, beside: Set[int]
) -> Iterator[Row]:
    columns = [(form.column(name), place) for name, place in places.items()]
    before = next((n for n, value in enumerate(grid.rows[header]) if headings.column(value) == ROW), None)
    for index in range(header + 1, len(grid.rows)):
        if index + 1 in beside:
            continue
        merged = any(grid.flaws.get((index, place)) == "merged" for _, place in columns)
        if not merged and not any(_filled(grid.value(index, place)) for _, place in columns):
            continue
        yield replace(_row(grid, index, columns, headings), before=_before(grid, index, before))


def _before(grid: Grid, index: int, place: int | None) -> int | None:
    """Return the number that corrections carry, None where the cell holds none."""
    written = cells.shown(grid.value(index, place)).strip() if place is not None else ""
    return int(written) if _NUMBER.fullmatch(written) else None


def _row(grid: Grid, index: int, columns: Sequence[tuple[Column, int]], headings: Headings) -> Row:
    values: dict[str, Read] = {}
    shown: dict[str, str] = {}
    faults: list[Fault] = []
    for column, place in columns:
        value, flaw = grid.value(index, place), grid.flaws.get((index, place))
        shown[column.name] = cells.shown(value)
        try:
            cells.refuse_flaw(flaw, column.name)
            values[column.name] = _read(column, grid, index, place, headings)
        except Refusal as refusal:
            faults.append(Fault(column.name, refusal.code, {**refusal.params, "row": index + 1}))
            if flaw == "formula" or refusal.code == CellNumber.code:
                shown[column.name] = ""  # nobody sends it again by mistake
    return Row(index + 1, values, shown, faults)


def _read(column: Column, grid: Grid, index: int, place: int, headings: Headings) -> Read:
    value = grid.value(index, place)
    match column.kind:
        case "text":
            return cells.text(value, column.name)
        case "code":
            return cells.code(value, column.name)
        case "date":
            return cells.day(value, column.name, dates_from_1904=grid.dates_from_1904)
        case "yes_no":
            return cells.yes_or_no(value, column.name)
        case "money":
            return cells.money(value, column.name)
        case "choice":
            written = cells.text(value, column.name).strip()
            chosen = headings.chosen(column, written)
            if written and chosen is None:
                raise NotAChoice(field=column.name)
            return chosen
