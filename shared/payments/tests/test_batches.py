"""A batch agrees with what it declares, every line can be told a bank, and each payment names its batch and line."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iso11649

from unionaid.payments import LOCALE, Payer, batch_key, examples, read_reference
from unionaid.payments.amounts import fen_of_decimal, fen_of_whole, yuan_of
from unionaid.payments.limits import AMOUNT_FEN_MAX, BATCH_LINES_MAX
from unionaid.payments.references import Reference
from unionaid.payments.refusals import AnswerFault, BatchLineFault
from unionaid.service.languages import Catalogue
from unionaid.service.refusals import Refusal, declared_codes
from unionaid.sheets import LOCALE as SHEETS_LOCALE

BATCH = examples.batch()


@pytest.mark.parametrize(
    ("change", "code", "params"),
    [
        ({"count": 7}, "batch-count-differs", {"declared": 7, "counted": 6}),
        ({"sum_fen": 720_016}, "batch-sum-differs", {"declared": "7200.16", "counted": "7200.15"}),
        ({"lines": [], "count": 0, "sum_fen": 0}, "batch-size", {"lines": 0, "limit": BATCH_LINES_MAX}),
        ({"payer": replace(BATCH.payer, name=" ")}, "batch-payer", {}),
        ({"payer": replace(BATCH.payer, name="=1+1")}, "batch-payer", {}),
        ({"payer": replace(BATCH.payer, account="6403 0201")}, "batch-payer", {}),
    ],
)
def test_a_batch_that_contradicts_itself_cannot_be_made(
    change: dict[str, object], code: str, params: dict[str, object]
) -> None:
    with pytest.raises(Refusal) as refusal:
        replace(BATCH, **change)  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.params) == (code, params)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"no": 1}, BatchLineFault.TWICE),
        ({"no": 0}, BatchLineFault.NUMBER),
        ({"no": BATCH_LINES_MAX + 1}, BatchLineFault.NUMBER),
        ({"amount_fen": 0}, BatchLineFault.AMOUNT),
        ({"amount_fen": -1}, BatchLineFault.AMOUNT),
        ({"amount_fen": AMOUNT_FEN_MAX + 1}, BatchLineFault.AMOUNT),
        ({"account": ""}, BatchLineFault.ACCOUNT),
        ({"account": "6228 4812"}, BatchLineFault.ACCOUNT),
        ({"account": "=6228"}, BatchLineFault.ACCOUNT),
        ({"account": "6" * 35}, BatchLineFault.ACCOUNT),
        ({"payee": "  "}, BatchLineFault.MISSING),
        ({"payee": "马" * 141}, BatchLineFault.TOO_LONG),
        ({"payee": "马\u202e小兰"}, BatchLineFault.FORBIDDEN),
        ({"payee": "马\ud800"}, BatchLineFault.FORBIDDEN),
        ({"remark": "一\n二"}, BatchLineFault.FORBIDDEN),
        ({"bank_code": "1" * 36}, BatchLineFault.TOO_LONG),
    ],
)
def test_a_line_that_no_bank_can_be_told_is_named(change: dict[str, object], fault: BatchLineFault) -> None:
    bad = replace(BATCH.lines[2], **change)  # type: ignore[arg-type]
    lines = [*BATCH.lines[:2], bad, *BATCH.lines[3:]]
    with pytest.raises(Refusal) as refusal:
        replace(BATCH, lines=lines, sum_fen=sum(line.amount_fen for line in lines))
    assert refusal.value.code == "batch-lines-refused"
    assert {(f.code, f.params["line"]) for f in refusal.value.faults} == {(fault.value, bad.no)}


def test_nothing_of_a_payee_stands_in_what_is_logged() -> None:
    for line in BATCH.lines:
        assert line.payee not in repr(BATCH)
        assert line.account not in repr(BATCH)
    assert BATCH.payer.account not in repr(BATCH)


@settings(deadline=None)
@given(st.uuids(), st.integers(1, BATCH_LINES_MAX))
def test_a_reference_names_its_batch_and_line(batch_id: UUID, line: int) -> None:
    reference = str(Reference(batch_key(batch_id), line))
    assert len(reference) <= 25
    assert iso11649.is_valid(reference)
    assert read_reference(reference) == (batch_key(batch_id), line)
    spaced = " ".join(reference[place : place + 4] for place in range(0, len(reference), 4))
    assert read_reference(spaced.lower()) == (batch_key(batch_id), line)


@settings(deadline=None)
@given(st.uuids(), st.integers(1, BATCH_LINES_MAX), st.data())
def test_one_character_typed_wrong_names_nothing(batch_id: UUID, line: int, data: st.DataObject) -> None:
    reference = str(Reference(batch_key(batch_id), line))
    place = data.draw(st.integers(0, len(reference) - 1))
    other = data.draw(st.sampled_from([c for c in "ABCXYZ0123456789" if c != reference[place]]))
    assert read_reference(reference[:place] + other + reference[place + 1 :]) is None


@pytest.mark.parametrize("written", ["", "RF", "2017-0001", "RF18539007547034", "x" * 100])
def test_what_is_no_reference_of_ours_is_none(written: str) -> None:
    assert read_reference(written) is None


@settings(deadline=None)
@given(st.integers(0, AMOUNT_FEN_MAX))
def test_fen_are_written_and_read_exactly(fen: int) -> None:
    assert fen_of_decimal(yuan_of(fen)) == fen
    assert fen_of_whole(str(fen)) == fen


@pytest.mark.parametrize("written", ["", "1.234", "1e3", "1E3", "-1", "+1", "1,200", "NaN", "1.", ".5", "9" * 20, "１"])
def test_other_amounts_of_xml_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"amount|large"):
        fen_of_decimal(written)


@pytest.mark.parametrize("written", ["", "1.0", "1e3", "-1", "1,200", "9" * 16])
def test_other_fen_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"fen|large"):
        fen_of_whole(written)


def test_every_refusal_and_fault_has_its_text() -> None:
    catalogue = Catalogue.of(LOCALE, SHEETS_LOCALE)
    catalogue.refuse_missing([*declared_codes("unionaid.payments"), *BatchLineFault, *AnswerFault])


def test_who_has_no_bank_account_is_no_payer() -> None:
    with pytest.raises(Refusal) as refusal:
        replace(BATCH, payer=Payer("示例区总工会", ""))
    assert refusal.value.field == "payer.account"
