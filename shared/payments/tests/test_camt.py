"""camt.054: read to the fen; bombs, other messages and what contradicts itself are refused or named."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.payments import Outcome, Reason, Said, examples, read_camt, reconcile, sums
from unionaid.payments.camt import reasons
from unionaid.payments.examples import Told
from unionaid.payments.limits import XML_BYTES_MAX, XML_DEPTH_MAX, XML_ELEMENTS_MAX, XML_TEXT_CHARS_MAX
from unionaid.payments.refusals import AnswerFault
from unionaid.service.refusals import Refusal, declared_codes

from .schemas import CAMT

BATCH = examples.batch()
PAID = examples.notified(BATCH, {line.no: [Told()] for line in BATCH.lines})
ONE = examples.notified(BATCH, {1: [Told()]})
kinds = st.lists(
    st.sampled_from([Told(), Told(Said.FAILED, words="账户已销户 & 退回"), Told(Said.REVERSED)]), max_size=2
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([line.no for line in BATCH.lines]), kinds))
def test_what_stands_for_the_bank_writes_valid_notifications(told: dict[int, list[Told]]) -> None:
    CAMT.validate(examples.notified(BATCH, told).decode("utf-8"))


def test_payments_returns_and_reversals_are_read() -> None:
    content = examples.notified(
        BATCH, {1: [Told()], 2: [Told(Said.FAILED, words="已销户")], 3: [Told(), Told(Said.REVERSED)]}
    )
    returned = read_camt(content, BATCH.key)
    assert returned.faults == []
    assert returned.bookings
    assert [(a.row, a.said, a.amount_fen, a.account_tail, a.reason) for a in returned.answers] == [
        (1, Said.PAID, 120_000, "0001", None),
        (2, Said.PAID, 120_001, "0002", None),
        (3, Said.FAILED, 120_001, "0002", Reason.ACCOUNT_CLOSED),
        (4, Said.PAID, 120_002, "0003", None),
        (5, Said.REVERSED, 120_002, "0003", Reason.BANK_DECLINED),
    ]
    assert returned.answers[2].own_words == "AC04 已销户"
    done = reconcile(BATCH.ordered, returned)
    assert [standing.outcome for standing in done.standings.values()] == [
        Outcome.PAID, Outcome.FAILED, Outcome.REVERSED, Outcome.UNMATCHED, Outcome.UNMATCHED, Outcome.UNMATCHED,
    ]  # fmt: skip
    assert sums(BATCH.ordered, done.standings) == (120_000, 120_001, 120_002, 360_012)
    assert reconcile(BATCH.ordered, returned, done.standings).moved == []


def test_a_later_reversal_undoes_what_was_booked() -> None:
    before = reconcile(BATCH.ordered, read_camt(PAID, BATCH.key)).standings
    later = read_camt(examples.notified(BATCH, {4: [Told(Said.REVERSED)]}), BATCH.key)
    done = reconcile(BATCH.ordered, later, before)
    assert (done.faults, done.moved, done.standings[4].outcome) == ([], [4], Outcome.REVERSED)


@pytest.mark.parametrize("code", [*reasons(), "NARR", "MS03"])
def test_reasons_of_iso_are_reasons_of_ours(code: str) -> None:
    [_, answer] = read_camt(examples.notified(BATCH, {1: [Told(Said.FAILED)]}, code=code), BATCH.key).answers
    assert answer.reason is reasons().get(code, Reason.BANK_DECLINED)


def changed(old: str, new: str, content: bytes = ONE) -> bytes:
    text = content.decode()
    assert old in text
    return text.replace(old, new).encode()


TOTALS = "<NbOfNtries>1</NbOfNtries><Sum>1200.00</Sum>"
AMOUNT = '<Amt Ccy="CNY">1200.00</Amt>'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (TOTALS, "<NbOfNtries>2</NbOfNtries><Sum>1200.00</Sum>", (0, "count", AnswerFault.COUNT_DIFFERS)),
        (TOTALS, "<NbOfNtries>1</NbOfNtries><Sum>1200.01</Sum>", (0, "sum", AnswerFault.SUM_DIFFERS)),
        (TOTALS, "<Sum>1.2E3</Sum>", (0, "sum", AnswerFault.TOTAL_FORM)),
        (
            f"<EndToEndId>{BATCH.reference(BATCH.lines[0])}</EndToEndId>",
            "",
            (1, "reference", AnswerFault.REFERENCE_MISSING),
        ),
        ("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>", (1, "status", AnswerFault.NOT_BOOKED)),
        ("DBIT", "CRDT", (1, "direction", AnswerFault.DIRECTION)),
        ("<CdtDbtInd>DBIT</CdtDbtInd><Sts>", "<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>",
         (1, "direction", AnswerFault.DIRECTION)),
        (f"</Refs>{AMOUNT}", '</Refs><Amt Ccy="CNY">1199.99</Amt>', (1, "sum", AnswerFault.SUM_DIFFERS)),
        ("</NtryRef>" + AMOUNT, '</NtryRef><Amt Ccy="USD">1200.00</Amt>', (1, "currency", AnswerFault.CURRENCY_OTHER)),
        (f"</Refs>{AMOUNT}", '</Refs><Amt Ccy="CNY">1200.000</Amt>', (1, "amount", AnswerFault.AMOUNT_FORM)),
        (f"</Refs>{AMOUNT}", '</Refs><Amt Ccy="CNY">1.2E3</Amt>', (1, "amount", AnswerFault.AMOUNT_FORM)),
        (f"</Refs>{AMOUNT}", '</Refs><Amt Ccy="CNY">-1200.00</Amt>', (1, "amount", AnswerFault.AMOUNT_FORM)),
        (f"</Refs>{AMOUNT}", '</Refs><Amt Ccy="CNY">0.00</Amt>', (1, "amount", AnswerFault.AMOUNT_MISSING)),
        ("<TxDtls>", "<Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls>", (1, "count", AnswerFault.COUNT_DIFFERS)),
        ("<TxDtls>", "<Btch><PmtInfId>OTHER</PmtInfId></Btch><TxDtls>", (1, "batch", AnswerFault.BATCH_OTHER)),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named(old: str, new: str, fault: tuple[int, str, str]) -> None:
    faults = read_camt(changed(old, new), BATCH.key).faults
    assert fault in [(f.params["row"], f.field, f.code) for f in faults]


def test_an_entry_without_details_tells_of_no_payment() -> None:
    text = ONE.decode()
    start, end = text.index("<NtryDtls>"), text.index("</NtryDtls>") + len("</NtryDtls>")
    returned = read_camt((text[:start] + text[end:]).encode(), BATCH.key)
    assert (returned.answers, [f.code for f in returned.faults]) == ([], [AnswerFault.WITHOUT_DETAILS])


def test_one_entry_may_hold_many_payments() -> None:
    text = examples.notified(BATCH, {1: [Told()], 2: [Told()]}).decode()
    first, second = (text.index("</TxDtls>"), text.index("<TxDtls>", text.index("</TxDtls>")))
    joined = text[: first + len("</TxDtls>")] + text[second:]
    joined = joined.replace('</NtryRef><Amt Ccy="CNY">1200.00', '</NtryRef><Amt Ccy="CNY">2400.01', 1)
    joined = joined.replace("<NbOfNtries>2<", "<NbOfNtries>1<")
    details = f"<NtryDtls><Btch><PmtInfId>{BATCH.key}</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
    joined = joined.replace("<NtryDtls>", details)
    CAMT.validate(joined)
    returned = read_camt(joined.encode(), BATCH.key)
    assert returned.faults == []
    assert [answer.amount_fen for answer in returned.answers] == [120_000, 120_001]


@pytest.mark.parametrize("encoding", ["GBK", "gb2312", "GB18030", "UTF-16"])
def test_other_encodings_of_the_field_are_read(encoding: str) -> None:
    content = examples.notified(BATCH, {1: [Told(Said.FAILED, words="账户已销户")]})
    text = content.decode().replace("UTF-8", encoding)
    answers = read_camt(text.encode(encoding), BATCH.key).answers
    assert answers[1].own_words == "AC04 账户已销户"
    assert read_camt(b"\xef\xbb\xbf" + content, BATCH.key).answers == answers


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>'
    "<Document>&lol2;</Document>"
)
OPENED = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB.encode(), "xml-doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml-doctype"),
        (b"", "xml-malformed"),
        (b"PK\x03\x04", "xml-malformed"),
        (ONE[:-20], "xml-malformed"),
        (ONE.replace(b"UTF-8", b"GBK") + b"\xff", "xml-malformed"),
        (ONE.replace(b"UTF-8", b"EUC-KR"), "xml-malformed"),
        (ONE.replace(b"UTF-8", b"U-F-8"), "xml-malformed"),
        (b"<a>&undeclared;</a>", "camt-message-other"),
        (b" " * (XML_BYTES_MAX + 1), "xml-too-large"),
        ((OPENED + "<a>" * XML_DEPTH_MAX).encode(), "xml-too-large"),
        ((OPENED + "<a/>" * XML_ELEMENTS_MAX).encode(), "xml-too-large"),
        ((OPENED + "x" * (XML_TEXT_CHARS_MAX + 1)).encode(), "xml-too-large"),
        (ONE.replace(b"camt.054.001.08", b"camt.053.001.08"), "camt-message-other"),
        (ONE.replace(b"camt.054.001.08", b"camt.054.001.02"), "camt-message-other"),
        (b"<html/>", "camt-message-other"),
    ],
)
def test_what_is_no_notification_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_camt(content, BATCH.key)
    assert refusal.value.code == code


def test_the_message_that_came_instead_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        read_camt(ONE.replace(b"camt.054.001.08", b"pain.002.001.10"), BATCH.key)
    assert refusal.value.params == {"found": "pain.002.001.10"}


def test_another_batchs_notification_books_nothing() -> None:
    other = examples.batch(batch_id=UUID(int=9))
    content = examples.notified(other, {1: [Told()]})
    done = reconcile(BATCH.ordered, read_camt(content, BATCH.key))
    assert ([fault.code for fault in done.faults], done.moved) == ([AnswerFault.BATCH_OTHER], [])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read_camt(content, BATCH.key)
    assert refusal.value.code in set(declared_codes("unionaid.payments"))


@settings(deadline=None)
@given(st.data())
def test_a_notification_with_bytes_changed_is_read_or_refused_by_name(data: st.DataObject) -> None:
    content = bytearray(PAID)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    code, returned = "", None
    try:
        returned = read_camt(bytes(content), BATCH.key)
    except Refusal as refusal:
        code = refusal.code
    assert code in {"", *declared_codes("unionaid.payments")}
    if returned is not None:
        done = reconcile(BATCH.ordered, returned)
        assert sum(sums(BATCH.ordered, done.standings)) == BATCH.sum_fen
