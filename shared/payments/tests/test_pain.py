"""pain.001: valid by ISO's schema, and what a reader of it finds is what the batch says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.payments import Batch, Line, Payer, examples, write_pain
from unionaid.payments.amounts import fen_of_decimal
from unionaid.payments.limits import ACCOUNT_CHARS_MAX, BANK_CODE_CHARS_MAX, NAME_CHARS_MAX
from unionaid.payments.xml_reading import Element, read_xml

from .schemas import PAIN

texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=NAME_CHARS_MAX)
named = texts.map(lambda text: f"王{text}"[:NAME_CHARS_MAX])
accounts = st.from_regex(rf"[0-9A-Z][0-9A-Z-]{{0,{ACCOUNT_CHARS_MAX - 1}}}", fullmatch=True)
codes = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=BANK_CODE_CHARS_MAX))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    numbers = draw(st.lists(st.integers(1, 9_999), min_size=1, max_size=5, unique=True))
    lines = [
        Line(no, draw(named), draw(accounts), draw(st.integers(1, 10**13)), draw(codes), draw(texts), draw(texts))
        for no in numbers
    ]
    return Batch(
        draw(st.uuids()),
        len(lines),
        sum(line.amount_fen for line in lines),
        Payer(draw(named), draw(accounts), draw(codes), draw(named)),
        datetime(2017, 1, 5, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 10**8))),
        draw(st.dates(date(2016, 1, 1), date(2030, 1, 1))),
        lines,
    )


def elements(content: bytes, *names: str) -> dict[str, list[Element]]:
    """The elements of these names."""
    found: dict[str, list[Element]] = {name: [] for name in names}
    read_xml(content, lambda *_: None, {name: into.append for name, into in found.items()})
    return found


@settings(deadline=None)
@given(batches())
def test_any_batch_is_valid_by_the_schema_and_says_what_it_says(batch: Batch) -> None:
    file = write_pain(batch)
    PAIN.validate(file.content.decode("utf-8"))
    found = elements(file.content, "GrpHdr", "CdtTrfTxInf", "PmtInf")
    [head], [instruction] = found["GrpHdr"], found["PmtInf"]
    for element in (head, instruction):
        assert element.value("NbOfTxs") == str(batch.count)
        assert fen_of_decimal(element.value("CtrlSum")) == batch.sum_fen
    assert instruction.value("PmtInfId") == head.value("MsgId") == batch.key
    assert instruction.value("ReqdExctnDt", "Dt") == batch.pay_on.isoformat()
    _say_the_same(batch, found["CdtTrfTxInf"])


def _say_the_same(batch: Batch, transfers: Sequence[Element]) -> None:
    for line, transfer in zip(batch.lines, transfers, strict=True):
        amount = transfer.first("Amt", "InstdAmt")
        assert amount is not None
        assert (fen_of_decimal(amount.text), amount.attributes) == (line.amount_fen, {"Ccy": "CNY"})
        assert transfer.value("PmtId", "EndToEndId") == batch.reference(line)
        name = transfer.first("Cdtr", "Nm")
        assert name is not None
        assert name.text == line.payee
        assert transfer.value("CdtrAcct", "Id", "Othr", "Id") == line.account
        assert transfer.value("CdtrAgt", "FinInstnId", "ClrSysMmbId", "MmbId") == line.bank_code
        remark = transfer.first("RmtInf", "Ustrd")
        assert ("" if remark is None else remark.text) == line.remark


def test_the_same_batch_makes_the_same_bytes() -> None:
    once = write_pain(examples.batch())
    assert once == write_pain(examples.batch())
    assert once.sha256 != write_pain(examples.batch(batch_id=UUID(int=7))).sha256


def test_what_markup_means_is_text() -> None:
    batch = examples.batch(1)
    line = replace(batch.lines[0], payee="A & B <c> ]]> \"d\" 'e'", remark="<!ENTITY x>")
    content = write_pain(replace(batch, lines=[line])).content
    PAIN.validate(content.decode("utf-8"))
    [transfer] = elements(content, "CdtTrfTxInf")["CdtTrfTxInf"]
    assert (transfer.value("Cdtr", "Nm"), transfer.value("RmtInf", "Ustrd")) == (line.payee, line.remark)
