"""The parts of a workbook, unpacked under a limit and looked through before anything reads them.

`calamine` gives values, but does not say which were formulas, and makes a table as large as the furthest cell says.
So each sheet is first read by a parser that keeps nothing.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.parsers import expat

from unionaid.sheets.grids import Flaw, Place
from unionaid.sheets.limits import COLUMNS_MAX, HEADER_ROWS_MAX, PARTS_MAX, ROWS_MAX, SHEETS_MAX, UNPACKED_BYTES_MAX
from unionaid.sheets.refusals import (
    TooManyColumns,
    TooManyRows,
    WorkbookDamaged,
    WorkbookEncrypted,
    WorkbookOther,
    WorkbookTooLarge,
    WorkbookWithMacros,
)

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TYPES, _WORKBOOK = "[Content_Types].xml", "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_MACROS = re.compile(r"(^|/)vbaProject\.bin$|^xl/macrosheets/", re.IGNORECASE)
_OTHER = re.compile(r"^(xl/workbook\.bin|mimetype|content\.xml)$", re.IGNORECASE)


@dataclass(slots=True)
class Looked:
    """What a look through a sheet found."""

    flaws: dict[Place, Flaw] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parts:
    """A workbook looked through: its sheets by name, and from which day it counts dates."""

    sheets: Mapping[str, Looked]
    dates_from_1904: bool


def look_through(content: bytes) -> Parts:
    """Unpack every part under the limit and look through the sheets.

    Raises WorkbookDamaged, WorkbookEncrypted, WorkbookOther, WorkbookWithMacros, WorkbookTooLarge, TooManyRows,
    TooManyColumns.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _looked(packed)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, ValueError, OSError):
        raise WorkbookDamaged from None


def _looked(packed: zipfile.ZipFile) -> Parts:
    entries = {entry.filename: entry for entry in packed.infolist()}
    _refuse_kind(entries, len(packed.infolist()))
    unpacked, workbook, relations = _Unpacking(packed), _Workbook(), _Relations()
    sheets: dict[str, _Sheet] = {}
    for name, entry in entries.items():
        chunks = unpacked.chunks(entry)
        if name == _WORKBOOK:
            _parse(chunks, workbook.start)
        elif name == _RELATIONS:
            _parse(chunks, relations.start)
        elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
            sheets[name] = _Sheet()
            _parse(chunks, sheets[name].start)
        elif name == _TYPES:
            _refuse_macros(b"".join(chunks))
        else:
            deque(chunks, maxlen=0)
    if len(workbook.sheets) > SHEETS_MAX:
        raise WorkbookTooLarge
    named = {name: relations.parts.get(relation, "") for name, relation in workbook.sheets.items()}
    return Parts(
        {name: sheets[part].looked for name, part in named.items() if part in sheets}, workbook.dates_from_1904
    )


def _refuse_macros(types: bytes) -> None:
    if b"macroEnabled" in types:
        raise WorkbookWithMacros


def _refuse_kind(entries: Mapping[str, zipfile.ZipInfo], parts: int) -> None:
    if any(entry.flag_bits & _ENCRYPTED for entry in entries.values()):
        raise WorkbookEncrypted
    if parts > PARTS_MAX:
        raise WorkbookTooLarge
    if any(map(_MACROS.search, entries)):
        raise WorkbookWithMacros
    if any(map(_OTHER.search, entries)):
        raise WorkbookOther
    if _WORKBOOK not in entries:
        raise WorkbookDamaged


class _Unpacking:
    """Unpacks parts; what they say of their own size is not believed."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed, self._left = packed, UNPACKED_BYTES_MAX

    def chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        unlimited = copy.copy(entry)
        unlimited.file_size = 2 * UNPACKED_BYTES_MAX  # else the reader would stop where the part says that it ends
        size = 0
        with self._packed.open(unlimited) as part:
            while chunk := part.read(_CHUNK):
                size += len(chunk)
                self._left -= len(chunk)
                if self._left < 0:
                    raise WorkbookTooLarge
                yield chunk
        if size != entry.file_size:
            raise WorkbookDamaged


Start = Callable[[str, dict[str, str]], None]


def _parse(chunks: Iterator[bytes], start: Start) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise WorkbookDamaged  # no workbook declares a document type; entities are how small text becomes huge

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


class _Workbook:
    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.dates_from_1904 = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets[given.get("name", "")] = relation
        elif name == "workbookPr":
            self.dates_from_1904 = given.get("date1904", "0") in ("1", "true")


class _Relations:
    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            target = given.get("Target", "")
            part = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
            self.parts[given.get("Id", "")] = part


class _Sheet:
    """Follows the cells of a sheet: where values are, and which of them are no plain ones."""

    def __init__(self) -> None:
        self.looked = Looked()
        self._row, self._column = -1, -1
        self._error = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._cell(given)
        elif name in ("v", "is", "f"):
            self._value(name)
        elif name == "row":
            self._row = int(given["r"]) - 1 if "r" in given else self._row + 1
            self._column = -1
        elif name == "mergeCell":
            self._merge(given.get("ref", ""))

    def _cell(self, given: dict[str, str]) -> None:
        if "r" in given:
            self._row, self._column = _place(given["r"])
        else:
            self._column += 1
        self._error = given.get("t") == "e"

    def _value(self, name: str) -> None:
        if self._row >= ROWS_MAX + HEADER_ROWS_MAX:
            raise TooManyRows(limit=ROWS_MAX)
        if self._column >= COLUMNS_MAX:
            raise TooManyColumns(limit=COLUMNS_MAX)
        if name == "f":
            self.looked.flaws[self._row, self._column] = "formula"
        elif self._error:
            self.looked.flaws.setdefault((self._row, self._column), "error")

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        for row in range(top, min(bottom, ROWS_MAX + HEADER_ROWS_MAX) + 1):
            for column in range(left, min(right, COLUMNS_MAX) + 1):
                self.looked.flaws.setdefault((row, column), "merged")


def _place(reference: str) -> Place:
    read = _REFERENCE.fullmatch(reference)
    if read is None:
        raise ValueError("no reference of a cell")
    column = 0
    for letter in read[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(read[2]) - 1, column - 1
