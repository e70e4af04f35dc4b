"""A bank's answer as ISO 20022 camt.054.001.08 (debit and credit notification).

A debit is a payment; a credit that returns one (`RtrInf`) says that it failed; one with `RvslInd` undoes the booking.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import yaml

from unionaid.payments.amounts import fen_of_decimal, yuan_of
from unionaid.payments.answers import Answer, Reason, Returned, Said
from unionaid.payments.limits import BOOKINGS_MAX, OWN_WORDS_CHARS_MAX
from unionaid.payments.refusals import AnswerFault, MessageOther, XmlTooLarge
from unionaid.payments.xml_reading import Element, read_xml
from unionaid.service.refusals import Fault

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
_MESSAGE = re.compile(r"[a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}$")
_TAIL = re.compile(r"[0-9A-Za-z]{4}$")
_TRUE = frozenset({"true", "1"})


def read_camt(content: bytes, batch_key: str) -> Returned:
    """Read what a bank booked for a batch.

    Raises:
        MessageOther: it is another message, which is named, or another version of this one.
        XmlTooLarge, XmlDoctype, XmlMalformed: it is no file that is read.
    """
    notified = _Notified(batch_key)
    read_xml(content, _refuse_other, {"Ntry": notified.entry, "Ntfctn": notified.end})
    return Returned(hashlib.sha256(content).hexdigest(), notified.answers, notified.faults, bookings=True)


def _refuse_other(namespace: str, name: str) -> None:
    if (namespace, name) != (NAMESPACE, "Document"):
        known = _MESSAGE.search(namespace)
        raise MessageOther(found=known[0] if known else "?")


class _Notified:
    """The entries of a notification, as they come."""

    def __init__(self, batch_key: str) -> None:
        self._batch = batch_key
        self._row = 0
        self._entries: list[tuple[str, int | None]] = []
        self.answers: list[Answer] = []
        self.faults: list[Fault] = []

    def entry(self, entry: Element) -> None:
        first = self._row + 1
        amount = self._amount(entry.first("Amt"), first)
        self._entries.append((entry.value("CdtDbtInd"), amount))
        if entry.value("Sts", "Cd") != "BOOK":
            self.faults.append(AnswerFault.NOT_BOOKED.at(first, "status"))
        details = [detail for group in entry.all("NtryDtls") for detail in group.all("TxDtls")]
        if not details:
            self._row += 1
            self.faults.append(AnswerFault.WITHOUT_DETAILS.at(first, "details"))
            return
        told = [self._detail(entry, detail, alone=len(details) == 1) for detail in details]
        self._totals_of_entry(entry, first, amount, told)

    def _totals_of_entry(self, entry: Element, row: int, amount: int | None, told: list[int | None]) -> None:
        for group in entry.all("NtryDtls"):
            batch = group.first("Btch")
            if batch is None:
                continue
            ours = batch.value("PmtInfId") or batch.value("MsgId")
            if ours and ours != self._batch:
                self.faults.append(AnswerFault.BATCH_OTHER.at(row, "batch"))
            counted = sum(1 for _ in group.all("TxDtls"))
            self._count(batch.value("NbOfTxs"), counted, row)
        if amount is not None and None not in told:
            summed = sum(fen for fen in told if fen is not None)
            if summed != amount:
                self._differs(row, amount, summed)

    def _detail(self, entry: Element, detail: Element, *, alone: bool) -> int | None:
        self._row += 1
        if self._row > BOOKINGS_MAX:
            raise XmlTooLarge(limit=BOOKINGS_MAX)
        row, before = self._row, len(self.faults)
        own = detail.first("Amt")
        fen = self._amount(entry.first("Amt") if own is None and alone else own, row)
        reference = detail.value("Refs", "EndToEndId") or detail.value("Refs", "InstrId")
        if not reference:
            self.faults.append(AnswerFault.REFERENCE_MISSING.at(row, "reference"))
        said = _said(entry, detail)
        if said is None:
            self.faults.append(AnswerFault.DIRECTION.at(row, "direction"))
        booked = entry.value("Sts", "Cd") == "BOOK"
        if fen is None or said is None or not booked or len(self.faults) > before:
            return fen
        account = _TAIL.search(_account(detail))
        words = " ".join(text for text in (*_words(detail), detail.value("AddtlTxInf")) if text)
        self.answers.append(
            Answer(
                row,
                reference,
                said,
                fen,
                account_tail=account[0].upper() if account else None,
                reason=None if said is Said.PAID else _reason(detail),
                own_words=words[:OWN_WORDS_CHARS_MAX],
                booking=detail.value("Refs", "AcctSvcrRef") or entry.value("AcctSvcrRef") or entry.value("NtryRef"),
            )
        )
        return fen

    def _amount(self, amount: Element | None, row: int) -> int | None:
        if amount is None:
            self.faults.append(AnswerFault.AMOUNT_MISSING.at(row, "amount"))
            return None
        if amount.attributes.get("Ccy") != "CNY":
            self.faults.append(AnswerFault.CURRENCY_OTHER.at(row, "currency"))
            return None
        try:
            fen = fen_of_decimal(amount.text)
        except ValueError:
            self.faults.append(AnswerFault.AMOUNT_FORM.at(row, "amount"))
            return None
        if not fen:
            self.faults.append(AnswerFault.AMOUNT_MISSING.at(row, "amount"))
            return None
        return fen

    def end(self, notification: Element) -> None:
        """Hold what a notification declares of its entries against them."""
        kinds = {"TtlNtries": ("DBIT", "CRDT"), "TtlDbtNtries": ("DBIT",), "TtlCdtNtries": ("CRDT",)}
        for name, directions in kinds.items():
            declared = notification.first("TxsSummry", name)
            if declared is not None:
                meant = [fen for direction, fen in self._entries if direction in directions]
                self._count(declared.value("NbOfNtries"), len(meant), 0)
                if None not in meant:
                    self._sum(declared.value("Sum"), sum(fen for fen in meant if fen is not None))
        self._entries.clear()

    def _count(self, declared: str, counted: int, row: int) -> None:
        if declared and declared.lstrip("0") != str(counted).lstrip("0"):
            shown = declared if declared.isascii() and declared.isdigit() else "?"
            self.faults.append(AnswerFault.COUNT_DIFFERS.at(row, "count", declared=shown, counted=counted))

    def _sum(self, declared: str, summed: int) -> None:
        if not declared:
            return
        try:
            fen = fen_of_decimal(declared)
        except ValueError:
            self.faults.append(AnswerFault.TOTAL_FORM.at(0, "sum"))
            return
        if fen != summed:
            self._differs(0, fen, summed)

    def _differs(self, row: int, declared: int, summed: int) -> None:
        fault = AnswerFault.SUM_DIFFERS.at(row, "sum", declared=yuan_of(declared), counted=yuan_of(summed))
        self.faults.append(fault)


def _said(entry: Element, detail: Element) -> Said | None:
    reversal = entry.value("RvslInd") in _TRUE
    direction = detail.value("CdtDbtInd") or entry.value("CdtDbtInd")
    if direction == "DBIT" and not reversal:
        return Said.PAID
    if direction == "CRDT" and reversal:
        return Said.REVERSED
    if direction == "CRDT" and detail.first("RtrInf") is not None:
        return Said.FAILED
    return None


def _account(detail: Element) -> str:
    account = detail.first("RltdPties", "CdtrAcct", "Id")
    return "" if account is None else account.value("Othr", "Id") or account.value("IBAN")


def _words(detail: Element) -> Iterator[str]:
    returned = detail.first("RtrInf")
    if returned is not None:
        yield returned.value("Rsn", "Cd") or returned.value("Rsn", "Prtry")
        yield from (element.text.strip() for element in returned.all("AddtlInf"))


def _reason(detail: Element) -> Reason:
    return reasons().get(detail.value("RtrInf", "Rsn", "Cd"), Reason.BANK_DECLINED)


@cache
def reasons() -> Mapping[str, Reason]:
    """Return which reason of ours each of ISO 20022 is."""
    read: Mapping[str, str] = yaml.safe_load((files("unionaid.payments") / "reasons.yaml").read_text("utf-8"))
    return {code: Reason(reason) for code, reason in read.items()}
