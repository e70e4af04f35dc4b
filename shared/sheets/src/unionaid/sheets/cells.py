"""One cell as a value of its column's kind. Each reading raises the refusal that says why it is none."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

from unionaid.service.screens import fen_of
from unionaid.service.strict_json import FORBIDDEN
from unionaid.sheets.grids import Flaw, Value
from unionaid.sheets.limits import AMOUNT_FEN_MAX, CELL_CHARS_MAX
from unionaid.sheets.refusals import (
    AmountForm,
    CellError,
    CellForbidden,
    CellFormula,
    CellMerged,
    CellNumber,
    CellTooLong,
    DateForm,
    DateImpossible,
    NotYesOrNo,
)

_EXACT_MAX = 10**15
"""Below this a program keeps every digit of a number."""
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(?:[T ]0?0:00(?::00)?)?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")
_YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "对", "有"})
_NO = frozenset({"否", "no", "n", "false", "0", "×", "✗", "无", "不是"})
_SERIAL_MAX = 100_000
"""A larger number counts no days."""


def refuse_flaw(flaw: Flaw | None, field: str) -> None:
    """Refuse a cell that is no plain value. Raises CellFormula, CellMerged, CellError."""
    if flaw is not None:
        raise {"formula": CellFormula, "merged": CellMerged, "error": CellError}[flaw](field=field)


def text(value: Value, field: str) -> str:
    """Return what is written, a number with its digits. Raises CellTooLong, CellForbidden."""
    written = shown(value)
    if len(written) > CELL_CHARS_MAX:
        raise CellTooLong(field=field, limit=CELL_CHARS_MAX)
    if FORBIDDEN.search(written):
        raise CellForbidden(field=field)
    return written


def code(value: Value, field: str) -> str:
    """Return a number that is text. Raises CellNumber where a program may have rounded it."""
    if value is not None and not isinstance(value, str):
        raise CellNumber(field=field)
    written = text(value, field).strip().removeprefix("'")
    if _ROUNDED.fullmatch(unicodedata.normalize("NFKC", written)):
        raise CellNumber(field=field)
    return written


def day(value: Value, field: str, *, dates_from_1904: bool) -> date | None:
    """Return a date: of a cell of dates, counted in days, or written year first. Raises DateForm, DateImpossible."""
    match value:
        case None:
            return None
        case date():
            return value
        case bool():
            raise DateForm(field=field)
        case float() if value.is_integer() and 1 <= value < _SERIAL_MAX:
            return (date(1904, 1, 1) if dates_from_1904 else date(1899, 12, 30)) + timedelta(days=int(value))
        case _:
            written = unicodedata.normalize("NFKC", text(value, field)).strip()
    if not written:
        return None
    read = _DATE.fullmatch(written) or _COMPACT.fullmatch(written)
    if read is None:
        raise DateForm(field=field)
    try:
        return date(int(read[1]), int(read[2]), int(read[3]))
    except ValueError:
        raise DateImpossible(field=field) from None


def yes_or_no(value: Value, field: str) -> bool | None:
    """Return yes or no, None for an empty cell. Raises NotYesOrNo."""
    if value is None or isinstance(value, bool):
        return value
    written = unicodedata.normalize("NFKC", text(value, field)).strip().casefold()
    if not written:
        return None
    if written in _YES or written in _NO:
        return written in _YES
    raise NotYesOrNo(field=field)


def money(value: Value, field: str) -> int | None:
    """Return yuan as fen, None for an empty cell. Raises AmountForm, also of less than nothing."""
    if isinstance(value, bool | date):
        raise AmountForm(field=field)
    # the shortest decimal that is this number is what somebody typed
    written = f"{Decimal(repr(value)):f}" if isinstance(value, float) else text(value, field)
    if not written.strip():
        return None
    try:
        fen = fen_of(written)
    except ValueError:
        raise AmountForm(field=field) from None
    if not 0 <= fen <= AMOUNT_FEN_MAX:
        raise AmountForm(field=field)
    return fen


def shown(value: Value) -> str:
    """Return what somebody sees in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _EXACT_MAX else repr(value)
        case date():
            return value.isoformat()
        case _:
            return _INVISIBLE.sub("", value)
