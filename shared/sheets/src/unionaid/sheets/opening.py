"""Files as sheets: workbooks (.xlsx) by calamine, text with separators in the encodings that the field writes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from unionaid.service.refusals import Refusal
from unionaid.sheets.grids import Grid, Value
from unionaid.sheets.limits import CELL_CHARS_MAX, COLUMNS_MAX, FILE_BYTES_MAX, HEADER_ROWS_MAX, ROWS_MAX
from unionaid.sheets.packed import look_through
from unionaid.sheets.refusals import (
    FileEmpty,
    FileEncodingUnknown,
    FileTooLarge,
    FileUnknown,
    TextMalformed,
    TooManyColumns,
    TooManyRows,
    WorkbookDamaged,
    WorkbookEncrypted,
    WorkbookOld,
)

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS, _TEXTS = frozenset({"xlsx", "xls", "xlsm"}), frozenset({"csv", "txt"})
_UTF_8_MARK, _UTF_16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", "\t", ";", "，", "|")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html)", re.IGNORECASE)


def read_grids(content: bytes) -> list[Grid]:
    """Return the sheets that can be seen, of text the one there is.

    Raises the refusals of files and workbooks.
    """
    if not content:
        raise FileEmpty
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge(limit=FILE_BYTES_MAX)
    if content.startswith(_OLE):
        raise WorkbookEncrypted if _ENCRYPTED in content else WorkbookOld
    if content.startswith(_ZIP):
        return _of_workbook(content)
    if content.startswith(b"%PDF") or _MARKUP.match(content):
        raise FileUnknown
    return [_of_text(_decoded(content))]


class Misnamed(NamedTuple):
    """A name whose `ending` does not fit the file; the text `kind` says what it is. `packed`: as workbooks are."""

    ending: str
    kind: str
    packed: bool


def misnamed(content: bytes, name: str) -> Misnamed | None:
    """Return how a name does not fit what the file is; None where it fits, or says nothing."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    packed = content.startswith((_ZIP, _OLE))
    if ending in _WORKBOOKS and not packed:
        return Misnamed(f".{ending}", _kind(content), packed=False)
    if ending in _TEXTS and packed:
        return Misnamed(f".{ending}", "file-is-packed", packed=True)
    return None


def _kind(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return "file-is-pdf"
    if _MARKUP.match(content):
        return "file-is-page"
    try:
        _decoded(content)
    except Refusal:
        return "file-is-other"
    return "file-is-text"


def _of_workbook(content: bytes) -> list[Grid]:
    parts = look_through(content)
    try:
        with CalamineWorkbook.from_object(io.BytesIO(content)) as workbook:
            seen = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            return [
                Grid(
                    [
                        [_plain(value) for value in row]
                        for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    ],
                    parts.sheets[name].flaws,
                    parts.dates_from_1904,
                )
                for name in seen
                if name in parts.sheets
            ]
    except PasswordError:
        raise WorkbookEncrypted from None
    except (CalamineError, ValueError, OSError):
        raise WorkbookDamaged from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader gave up on it; no class of ours to catch
            raise
        raise WorkbookDamaged from None


def _plain(value: object) -> Value:
    match value:
        case str():
            return value or None
        case bool():
            return value
        case int() | float():
            return float(value)
        case datetime():
            return value.date()
        case date():
            return value
        case _:  # a time of day: no column takes one
            return str(value)


def _decoded(content: bytes) -> str:
    try:
        if content.startswith(_UTF_16_MARKS):
            text = content.decode("utf-16")
        elif content.startswith(_UTF_8_MARK):
            text = content.decode("utf-8-sig")
        else:
            text = _utf_8_or_gb(content)
    except UnicodeDecodeError:
        raise FileEncodingUnknown from None
    if _NO_TEXT.search(text):
        raise FileUnknown
    return text


def _utf_8_or_gb(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _of_text(text: str) -> Grid:
    first = next((line for line in text.splitlines() if line.strip(" ,\t;，")), "")
    separator = max(_SEPARATORS, key=first.count)
    rows: list[Sequence[Value]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            if len(rows) >= ROWS_MAX + HEADER_ROWS_MAX and any(cells):
                raise TooManyRows(limit=ROWS_MAX)
            if len(cells) > COLUMNS_MAX:
                raise TooManyColumns(limit=COLUMNS_MAX)
            rows.append([cell[: CELL_CHARS_MAX + 1] or None for cell in cells])
    except csv.Error:
        raise TextMalformed from None
    return Grid(rows, {})
