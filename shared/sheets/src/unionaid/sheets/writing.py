"""Workbooks that we write: templates, rows to be corrected, lists. A code is always a cell of text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from unionaid.service.languages import Catalogue, Language
from unionaid.sheets.forms import REASON, ROW, Column, Form, Headings
from unionaid.sheets.limits import ROWS_MAX

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_REASON_WIDTH = 60
_CREATED = datetime(1980, 1, 1, tzinfo=UTC)
"""Where a program would write the moment: the first day that the format can tell."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A row to be corrected: its number, what its writer saw, and what is wrong with it, in the reader's language."""

    number: int
    shown: Mapping[str, str] = field(repr=False)
    reasons: Sequence[str]
    wrong: frozenset[str] = frozenset()
    """The columns at fault."""
    before: int | None = None
    """Its number in the first file, where it was sent to be corrected before."""


def _workbook(memory: io.BytesIO) -> Any:
    """Return a workbook to be written. The same rows make the same file: it says nothing of when it was made."""
    workbook = xlsxwriter.Workbook(memory, _OPTIONS)
    workbook.set_properties({"created": _CREATED})
    return workbook


class _Sheet:
    """A sheet under its header, all cells of which are text."""

    def __init__(self, workbook: Any, name: str) -> None:
        self.sheet = workbook.add_worksheet(name)
        self.head = workbook.add_format({"bold": True, "bg_color": "#F6F3EE", "bottom": 1, "text_wrap": True})
        self.text = workbook.add_format({"num_format": "@"})
        self.wrong = workbook.add_format({"num_format": "@", "bg_color": "#FBD5CC"})
        self.wrapped = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})

    def header(self, titles: Sequence[str], widths: Sequence[int]) -> None:
        for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
            self.sheet.set_column(column, column, width, self.text)
            self.sheet.write_string(0, column, title, self.head)
        self.sheet.freeze_panes(1, 0)


def template(form: Form, headings: Headings, catalogue: Catalogue, language: Language) -> bytes:
    """Return an empty workbook of a form, with a sheet of instructions: `instructions-<form>` and of each column."""
    memory = io.BytesIO()
    with _workbook(memory) as workbook:
        table = _Sheet(workbook, catalogue.text(language, f"sheet-{form.name}"))
        table.header(_titles(form, headings, language), [column.width for column in form.columns])
        _validate(table, form, headings, catalogue, language)
        _instruct(workbook, form, headings, catalogue, language)
    return memory.getvalue()


def corrections(
    form: Form, headings: Headings, catalogue: Catalogue, language: Language, rows: Iterable[Correction]
) -> bytes:
    """Return the rows to be corrected, as a workbook of the form that can be sent again."""
    memory = io.BytesIO()
    with _workbook(memory) as workbook:
        table = _Sheet(workbook, catalogue.text(language, f"sheet-{form.name}"))
        names = [*(column.name for column in form.columns), REASON, ROW]
        widths = [*(column.width for column in form.columns), _REASON_WIDTH, 10]
        extra = [headings.of(name, language) for name in (REASON, ROW)]
        table.header([*_titles(form, headings, language), *extra], widths)
        for index, row in enumerate(rows, start=1):
            for column, name in enumerate(names[:-2]):
                cell = table.wrong if name in row.wrong else table.text
                table.sheet.write_string(index, column, row.shown.get(name, ""), cell)
            table.sheet.write_string(index, len(names) - 2, "\n".join(row.reasons), table.wrapped)
            table.sheet.write_string(index, len(names) - 1, str(row.before or row.number), table.text)
        _validate(table, form, headings, catalogue, language)
    return memory.getvalue()


def listing(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a list as a workbook, every cell text. `columns` are headings and widths in characters."""
    memory = io.BytesIO()
    with _workbook(memory) as workbook:
        table = _Sheet(workbook, title)
        table.header([heading for heading, _ in columns], [width for _, width in columns])
        for index, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                table.sheet.write_string(index, column, value, table.text)
    return memory.getvalue()


def _titles(form: Form, headings: Headings, language: Language) -> list[str]:
    """Return the headings of a form, with a star those of columns that must be there."""
    return [headings.of(c.name, language) + (" *" if c.required else "") for c in form.columns]


@dataclass(frozen=True, slots=True)
class Yuan:
    """Fen that are to be a cell of numbers, in yuan with two decimals."""

    fen: int


def laid_out(title: str, widths: Sequence[int], rows: Iterable[Sequence[str | Yuan]], heads: Set[int]) -> bytes:
    """Return a workbook of one sheet whose rows are as given, text or money; `heads` are the rows (from 0) set off."""
    memory = io.BytesIO()
    with _workbook(memory) as workbook:
        table = _Sheet(workbook, title)
        money = workbook.add_format({"num_format": "0.00"})
        for column, width in enumerate(widths):
            table.sheet.set_column(column, column, width, table.text)
        for index, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, Yuan):
                    table.sheet.write_number(index, column, value.fen / 100, money)
                else:
                    table.sheet.write_string(index, column, value, table.head if index in heads else table.text)
    return memory.getvalue()


def _validate(table: _Sheet, form: Form, headings: Headings, catalogue: Catalogue, language: Language) -> None:
    """Let the program warn while somebody types; what counts is judged when the file is read."""
    for number, column in enumerate(form.columns):
        if (rule := _rule(column, headings, catalogue, language)) is not None:
            warning = {"error_type": "warning", "error_message": rule.pop("said")}
            table.sheet.data_validation(1, number, ROWS_MAX, number, {**rule, **warning})


def _rule(column: Column, headings: Headings, catalogue: Catalogue, language: Language) -> dict[str, Any] | None:
    match column.kind:
        case "yes_no":
            words = [catalogue.text(language, "sheet-yes"), catalogue.text(language, "sheet-no")]
            return {"validate": "list", "source": words, "said": catalogue.text(language, "cell-not-yes-or-no")}
        case "choice":
            words = [headings.choice(column, value, language) for value in column.choices]
            return {"validate": "list", "source": words, "said": catalogue.text(language, "cell-not-a-choice")}
        case "money":
            said = catalogue.text(language, "amount-form")
            return {"validate": "decimal", "criteria": ">=", "value": 0, "said": said}
        case "code":
            said = catalogue.text(language, "sheet-code-length")
            return {"validate": "length", "criteria": "==", "value": 18, "said": said}
        case _:
            return None


def _instruct(workbook: Any, form: Form, headings: Headings, catalogue: Catalogue, language: Language) -> None:
    sheet = workbook.add_worksheet(catalogue.text(language, "sheet-instructions"))
    bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30, wrapped)
    sheet.set_column(1, 1, 90, wrapped)
    lines = [line for line in catalogue.text(language, f"instructions-{form.name}").splitlines() if line.strip()]
    for index, line in enumerate(lines):
        sheet.merge_range(index, 0, index, 1, line, wrapped)
    for index, column in enumerate(form.columns, start=len(lines) + 1):
        name = headings.of(column.name, language) + (" *" if column.required else "")
        sheet.write_string(index, 0, name, bold)
        sheet.write_string(index, 1, catalogue.text(language, f"instruction-{form.name}-{column.name}"), wrapped)
