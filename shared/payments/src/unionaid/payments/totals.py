"""Totals that a bank declares above or below its table, held against the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from unionaid.payments.amounts import fen_of_whole, yuan_of
from unionaid.payments.answers import Said
from unionaid.payments.refusals import AnswerFault
from unionaid.payments.templates import Totals
from unionaid.service.refusals import Fault
from unionaid.service.screens import fen_of
from unionaid.sheets import Aside
from unionaid.sheets.forms import plain

_COLON = re.compile("[:：]")
_WHOLE = re.compile(r"([0-9]{1,6})[笔筆]?")


class Counted(NamedTuple):
    """What the totals count of a row; None for what could not be read."""

    said: Said | None
    amount_fen: int | None
    paid_fen: int | None


class Labels:
    """The labels of totals, as they stand in cells."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named

    def of(self, cell: str) -> str | None:
        """Return the total that a cell is the label of, alone or with its value behind a colon."""
        return self._named.get(plain(_COLON.split(cell, maxsplit=1)[0])) if cell else None


def total_labels(totals: Totals) -> Labels:
    """Return the labels of a template."""
    return Labels(dict(totals.named()))


def faults_of_totals(
    rows: Sequence[Aside], totals: Totals, counted: Sequence[Counted], batch_key: str
) -> Iterator[Fault]:
    """Yield where declared totals are not those of the rows, or are of another batch."""
    labels = total_labels(totals)
    for row in rows:
        for place, cell in enumerate(row.shown):
            total = labels.of(cell)
            if total is None:
                continue
            beside = row.shown[place + 1] if place + 1 < len(row.shown) else ""
            behind = _COLON.split(cell, maxsplit=1)[1:]
            value = (behind[0] if behind and behind[0].strip() else beside).strip()
            if value:
                if total == "batch" and value.upper() != batch_key:
                    yield AnswerFault.BATCH_OTHER.at(row.number, total)
                elif total != "batch":
                    yield from _fault(row.number, total, value, totals, counted)


def _fault(row: int, total: str, value: str, totals: Totals, counted: Sequence[Counted]) -> Iterator[Fault]:
    wanted = {"paid": Said.PAID, "failed": Said.FAILED}.get(total.partition("_")[0])
    meant = [c for c in counted if wanted is None or c.said is wanted]
    if any(c.said is None for c in counted) and wanted is not None:
        return  # which rows it counts cannot be told; each of those is a fault of its own
    try:
        if total.endswith("count"):
            declared = _number(value)
            if declared != len(meant):
                yield AnswerFault.COUNT_DIFFERS.at(row, total, declared=declared, counted=len(meant))
            return
        fen = _fen(value, totals)
    except ValueError:
        yield AnswerFault.TOTAL_FORM.at(row, total)
        return
    amounts = [c.paid_fen if wanted is Said.PAID and c.paid_fen is not None else c.amount_fen for c in meant]
    if None not in amounts and (summed := sum(a for a in amounts if a is not None)) != fen:
        yield AnswerFault.SUM_DIFFERS.at(row, total, declared=yuan_of(fen), counted=yuan_of(summed))


def _fen(value: str, totals: Totals) -> int:
    fen = fen_of_whole(value) if totals.unit == "fen" else fen_of(value)
    if fen < 0:
        raise ValueError("less than nothing")
    return fen


def _number(value: str) -> int:
    read = _WHOLE.fullmatch(value)
    if read is None:
        raise ValueError("no number of rows")
    return int(read[1])
