"""A payment batch as a bank is told of it: what it declares agrees with its lines, or it cannot be made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from unionaid.payments.amounts import yuan_of
from unionaid.payments.limits import (
    ACCOUNT_CHARS_MAX,
    AMOUNT_FEN_MAX,
    BANK_CODE_CHARS_MAX,
    BATCH_LINES_MAX,
    NAME_CHARS_MAX,
)
from unionaid.payments.references import Reference, batch_key
from unionaid.payments.refusals import (
    BatchCountDiffers,
    BatchLineFault,
    BatchLinesRefused,
    BatchSize,
    BatchSumDiffers,
    PayerRefused,
)
from unionaid.service.refusals import Fault
from unionaid.service.strict_json import FORBIDDEN

_ACCOUNT = re.compile(rf"[0-9A-Z][0-9A-Z-]{{0,{ACCOUNT_CHARS_MAX - 1}}}")
_LINE_ENDS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]")
TAIL = 4
"""Characters of an account by which an answer is held against it."""
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
"""With these a spreadsheet begins a formula, in CSV too."""
_LIMITS = {
    "payee": NAME_CHARS_MAX,
    "bank_name": NAME_CHARS_MAX,
    "remark": NAME_CHARS_MAX,
    "bank_code": BANK_CODE_CHARS_MAX,
}


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose account the batch is paid from."""

    name: str
    account: str = field(repr=False)
    bank_code: str = ""
    bank_name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One payment: its number in the batch (from 1, not always without a gap), to whom, how many fen."""

    no: int
    payee: str = field(repr=False)
    account: str = field(repr=False)
    amount_fen: int
    bank_code: str = ""
    bank_name: str = ""
    remark: str = field(default="", repr=False)


class OrderedLine(NamedTuple):
    """What a bank was told to pay, without to whom; `account_tail` are the account's last four characters, if known."""

    no: int
    amount_fen: int
    account_tail: str | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A batch as its answers are held against it: its key, and its lines. Needs nobody's name."""

    key: str
    lines: Sequence[OrderedLine]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch with what it declares: how many lines, how many fen. `made_at` is aware; `pay_on` is when it is due.

    Raises:
        BatchSize: there is no line, or there are too many.
        BatchCountDiffers, BatchSumDiffers: it declares something else than its lines say.
        BatchLinesRefused: lines of which no bank can be told.
        PayerRefused: nor of this payer.
    """

    batch_id: UUID
    count: int
    sum_fen: int
    payer: Payer
    made_at: datetime
    pay_on: date
    lines: Sequence[Line]

    def __post_init__(self) -> None:
        if not 0 < len(self.lines) <= BATCH_LINES_MAX:
            raise BatchSize(lines=len(self.lines), limit=BATCH_LINES_MAX)
        if len(self.lines) != self.count:
            raise BatchCountDiffers(declared=self.count, counted=len(self.lines))
        _refuse_payer(self.payer)
        if faults := list(_faults(self.lines)):
            raise BatchLinesRefused(faults)
        if (counted := sum(line.amount_fen for line in self.lines)) != self.sum_fen:
            raise BatchSumDiffers(declared=yuan_of(self.sum_fen), counted=yuan_of(counted))

    @property
    def key(self) -> str:
        """What the batch is called towards banks."""
        return batch_key(self.batch_id)

    @property
    def ordered(self) -> Ordered:
        """What its answers are held against."""
        return Ordered(self.key, [OrderedLine(line.no, line.amount_fen, line.account[-TAIL:]) for line in self.lines])

    def reference(self, line: Line) -> str:
        """Return the payment reference of a line."""
        return str(Reference(self.key, line.no))


def _faults(lines: Sequence[Line]) -> Iterator[Fault]:
    times = Counter(line.no for line in lines)
    for line in lines:
        if not 0 < line.no <= BATCH_LINES_MAX:
            yield BatchLineFault.NUMBER.at(line.no, "no", limit=BATCH_LINES_MAX)
        if times[line.no] > 1:
            yield BatchLineFault.TWICE.at(line.no, "no")
        if not 0 < line.amount_fen <= AMOUNT_FEN_MAX:
            yield BatchLineFault.AMOUNT.at(line.no, "amount_fen")
        if not _ACCOUNT.fullmatch(line.account):
            yield BatchLineFault.ACCOUNT.at(line.no, "account")
        if not line.payee.strip():
            yield BatchLineFault.MISSING.at(line.no, "payee")
        yield from _faults_of_texts(line)


def _refuse_payer(payer: Payer) -> None:
    texts = {"name": payer.name, "bank_name": payer.bank_name, "bank_code": payer.bank_code}
    for part, text in texts.items():
        limit = BANK_CODE_CHARS_MAX if part == "bank_code" else NAME_CHARS_MAX
        missing = part == "name" and not text.strip()
        if missing or len(text) > limit or FORMULA.match(text) or _unprintable(text):
            raise PayerRefused(field=f"payer.{part}")
    if not _ACCOUNT.fullmatch(payer.account):
        raise PayerRefused(field="payer.account")


def _unprintable(text: str) -> bool:
    return bool(FORBIDDEN.search(text) or _LINE_ENDS.search(text))


def _faults_of_texts(line: Line) -> Iterator[Fault]:
    for part, limit in _LIMITS.items():
        text: str = getattr(line, part)
        if len(text) > limit:
            yield BatchLineFault.TOO_LONG.at(line.no, part, limit=limit)
        if _unprintable(text):
            yield BatchLineFault.FORBIDDEN.at(line.no, part)
