"""A batch as the file of a bank. The same batch makes the same bytes; nothing in it becomes a formula."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from unionaid.payments.amounts import yuan_of
from unionaid.payments.batches import FORMULA, Batch, Line
from unionaid.payments.refusals import BatchLineFault, BatchLinesRefused, BatchSize, PayerRefused
from unionaid.payments.templates import Column, OrderFile, Template, filled
from unionaid.service.refusals import Fault
from unionaid.sheets import MEDIA_TYPE as XLSX
from unionaid.sheets import Yuan, laid_out

CSV = "text/csv"
_LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file for a bank: its name, bytes and their SHA-256."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def write_order(batch: Batch, template: Template) -> BankFile:
    """Write a batch as its bank wants it.

    Raises:
        BatchSize: the bank takes fewer lines at once.
        BatchLinesRefused: lines that its file cannot hold as they are; nothing is shortened.
        PayerRefused: the payer's name is not of the file's characters.
    """
    order = template.order
    if len(batch.lines) > order.lines_max:
        raise BatchSize(lines=len(batch.lines), limit=order.lines_max)
    if faults := [fault for line in batch.lines for fault in _faults(batch, line, order)]:
        raise BatchLinesRefused(faults)
    content = _workbook(batch, order) if order.form == "xlsx" else _text(batch, order)
    media_type = XLSX if order.form == "xlsx" else CSV
    return BankFile(f"{template.bank}-{batch.key}.{order.form}", media_type, content)


def _faults(batch: Batch, line: Line, order: OrderFile) -> Iterator[Fault]:
    for column in order.columns:
        if column.holds in ("line", "text", "amount", "reference"):
            continue
        value = _value(batch, line, column)
        if column.needed and not value.strip():
            yield BatchLineFault.MISSING.at(line.no, column.holds)
        if len(value) > column.chars_max:
            yield BatchLineFault.TOO_LONG.at(line.no, column.holds, limit=column.chars_max)
        if order.form == "csv" and not column.lead and FORMULA.match(value):
            yield BatchLineFault.FORMULA.at(line.no, column.holds)
        yield from _faults_of_bytes(line, column, order, value)


def _faults_of_bytes(line: Line, column: Column, order: OrderFile, value: str) -> Iterator[Fault]:
    encoding = "utf-8" if order.form == "xlsx" else order.encoding.removesuffix("-sig")
    try:
        size = len(value.encode(encoding))
    except UnicodeEncodeError:
        yield BatchLineFault.NOT_ENCODABLE.at(line.no, column.holds)
        return
    if column.bytes_max is not None and size > column.bytes_max:
        yield BatchLineFault.TOO_MANY_BYTES.at(line.no, column.holds, limit=column.bytes_max)


def _value(batch: Batch, line: Line, column: Column) -> str:
    match column.holds:
        case "line":
            return str(line.no)
        case "reference":
            return batch.reference(line)
        case "amount":
            return yuan_of(line.amount_fen) if column.unit == "yuan" else str(line.amount_fen)
        case "text":
            return column.says
        case _:
            text: str = getattr(line, column.holds)
            return text


def _rows(batch: Batch, order: OrderFile) -> Iterator[Sequence[str | Yuan]]:
    places = _places(batch)
    yield from (filled(row, places) for row in order.above)
    yield [column.title for column in order.columns]
    for line in batch.lines:
        yield [
            Yuan(line.amount_fen) if column.number else column.lead + _value(batch, line, column)
            for column in order.columns
        ]
    yield from (filled(row, places) for row in order.below)


def _places(batch: Batch) -> Mapping[str, str]:
    return {
        "batch": batch.key,
        "count": str(batch.count),
        "sum_yuan": yuan_of(batch.sum_fen),
        "sum_fen": str(batch.sum_fen),
        "payer": batch.payer.name,
        "payer_account": batch.payer.account,
        "pay_on": batch.pay_on.isoformat(),
    }


def _workbook(batch: Batch, order: OrderFile) -> bytes:
    widths = [column.width for column in order.columns]
    return laid_out(order.sheet, widths, _rows(batch, order), {len(order.above)})


def _text(batch: Batch, order: OrderFile) -> bytes:
    memory = io.StringIO()
    writer = csv.writer(memory, delimiter=order.separator, lineterminator=_LINE_ENDS[order.line_end])
    writer.writerows(_rows(batch, order))
    try:
        return memory.getvalue().encode(order.encoding)
    except UnicodeEncodeError:  # the lines have been looked through
        raise PayerRefused(field="payer") from None
