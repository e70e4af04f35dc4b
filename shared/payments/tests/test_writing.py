"""Files for banks: what stands in them is what the batch says, whatever program opens them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from unionaid.payments import BANKS, BankFile, Batch, Line, Template, examples, read_templates, write_order
from unionaid.payments.refusals import BatchLineFault
from unionaid.service.refusals import Refusal

TEMPLATES = read_templates(BANKS)
BATCH = examples.batch()
each_bank = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def cells(file: BankFile, template: Template) -> list[list[object]]:
    """The file's rows, read by somebody else's reader."""
    if template.order.form == "xlsx":
        with CalamineWorkbook.from_object(io.BytesIO(file.content)) as workbook:
            return [list(row) for row in workbook.get_sheet_by_name(template.order.sheet).to_python()]
    text = file.content.decode(template.order.encoding)
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=template.order.separator)]


def with_line(line: Line) -> Batch:
    return replace(BATCH, lines=[line], count=1, sum_fen=line.amount_fen)


def faults(batch: Batch, template: Template) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refusal:
        write_order(batch, template)
    return [(fault.field, fault.code) for fault in refusal.value.faults]


def test_there_are_banks_of_each_form() -> None:
    assert {template.order.form for template in TEMPLATES.values()} == {"xlsx", "csv"}
    assert {t.order.encoding for t in TEMPLATES.values() if t.order.form == "csv"} == {"gb18030", "utf-8-sig"}


def test_the_rural_banks_workbook() -> None:
    rows = cells(write_order(BATCH, TEMPLATES["example-rural"]), TEMPLATES["example-rural"])
    assert rows[0][0] == "批量代发清单"
    account = BATCH.payer.account
    assert rows[1] == ["批次编号", BATCH.key, "付款账号", account, "总笔数", "6", "总金额（元）", "7200.15"]
    assert rows[2][:4] == ["序号", "客户流水号", "收款人账号", "收款人户名"]
    first = BATCH.lines[0]
    assert rows[3] == [
        "1", BATCH.reference(first), first.account, "马小兰", "103871000017", "示例支行", 1200.0, "冬季送温暖",
    ]  # fmt: skip
    assert len(rows) == 3 + BATCH.count


def test_the_city_banks_text() -> None:
    file = write_order(BATCH, TEMPLATES["example-city"])
    lines = file.content.decode("gb18030").split("\r\n")
    assert lines[0] == "商户订单号,账号,户名,金额(分),币种,开户行号,用途"
    first = BATCH.lines[0]
    assert lines[1] == f"{BATCH.reference(first)},\t{first.account},马小兰,120000,CNY,\t103871000017,冬季送温暖"
    assert lines[-2:] == ["合计笔数,6,合计金额(分),720015,日期,2017-01-06", ""]


def test_the_postal_banks_text() -> None:
    file = write_order(BATCH, TEMPLATES["example-postal"])
    assert file.content.startswith(b"\xef\xbb\xbf" + f"批次|{BATCH.key}|笔数|6|金额合计|7200.15|扣款日期|".encode())
    first = BATCH.lines[0]
    assert file.content.decode("utf-8-sig").split("\n")[2] == (
        f"1|{BATCH.reference(first)}|马小兰|'{first.account}|1200.00|冬季送温暖"
    )


@each_bank
def test_the_same_batch_makes_the_same_bytes(template: Template) -> None:
    once, again = write_order(BATCH, template), write_order(examples.batch(), template)
    assert once == again
    assert (once.sha256, len(once.sha256)) == (again.sha256, 64)
    other = write_order(examples.batch(fen=130_000), template)
    assert other.sha256 != once.sha256


@each_bank
@settings(deadline=None)
@given(
    payees=st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1, max_size=10),
        min_size=1,
        max_size=5,
    ),
    fen=st.integers(1, 10**12),
)
def test_what_is_written_is_read_by_others(template: Template, payees: Sequence[str], fen: int) -> None:
    lines = [
        Line(no, f"王{payee}", f"6228481200000{no:06}", fen + no, "103871000017", "示例支行", "温暖")
        for no, payee in enumerate(payees, start=1)
    ]
    batch = replace(BATCH, lines=lines, count=len(lines), sum_fen=sum(line.amount_fen for line in lines))
    rows = cells(write_order(batch, template), template)
    titles: list[object] = [column.title for column in template.order.columns]
    start = rows.index(titles) + 1
    for line, row in zip(lines, rows[start : start + len(lines)], strict=True):
        held = {column.holds: value for column, value in zip(template.order.columns, row, strict=False)}
        assert (held["reference"], held["payee"]) == (batch.reference(line), line.payee)
        assert str(held["account"]).strip("\t'") == line.account
        amount = held["amount"]
        unit = next(column.unit for column in template.order.columns if column.holds == "amount")
        assert Decimal(str(amount)) * (100 if unit == "yuan" else 1) == line.amount_fen


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", " =", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("bank", ["example-city", "example-postal"])
def test_a_text_that_a_spreadsheet_takes_for_a_formula_is_refused(bank: str, begin: str) -> None:
    batch = with_line(replace(BATCH.lines[0], payee=f"{begin}HYPERLINK(1)", remark=f"{begin}1+1"))
    assert faults(batch, TEMPLATES[bank]) == [
        ("lines.1.payee", BatchLineFault.FORMULA.value),
        ("lines.1.remark", BatchLineFault.FORMULA.value),
    ]


def test_in_a_workbook_it_is_a_text() -> None:
    batch = with_line(replace(BATCH.lines[0], payee="=HYPERLINK(1)"))
    file = write_order(batch, TEMPLATES["example-rural"])
    assert cells(file, TEMPLATES["example-rural"])[3][3] == "=HYPERLINK(1)"
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_what_the_bank_does_not_take_is_refused_and_never_cut_off() -> None:
    city, postal = TEMPLATES["example-city"], TEMPLATES["example-postal"]
    long = with_line(replace(BATCH.lines[0], payee="马" * 31))
    assert faults(long, city) == [("lines.1.payee", BatchLineFault.TOO_MANY_BYTES.value)]
    assert faults(long, postal) == [("lines.1.payee", BatchLineFault.TOO_LONG.value)]
    assert faults(with_line(replace(BATCH.lines[0], remark="")), postal) == [
        ("lines.1.remark", BatchLineFault.MISSING.value)
    ]


def test_rare_characters_are_written_or_refused_by_name() -> None:
    batch = with_line(replace(BATCH.lines[0], payee="𠮷·䶮"))
    city = TEMPLATES["example-city"]
    assert "𠮷·䶮" in write_order(batch, city).content.decode("gb18030")
    older = city.model_copy(update={"order": city.order.model_copy(update={"encoding": "gbk"})})
    assert faults(batch, older) == [("lines.1.payee", BatchLineFault.NOT_ENCODABLE.value)]
    unwritable = replace(BATCH, payer=replace(BATCH.payer, name="𠮷"))
    named = older.model_copy(update={"order": older.order.model_copy(update={"above": [["{payer}"]]})})
    with pytest.raises(Refusal) as refusal:
        write_order(replace(unwritable, lines=[BATCH.lines[0]], count=1, sum_fen=120_000), named)
    assert refusal.value.code == "batch-payer"


def test_a_bank_takes_so_many_lines_at_once() -> None:
    with pytest.raises(Refusal) as refusal:
        write_order(examples.batch(5_001), TEMPLATES["example-rural"])
    assert (refusal.value.code, refusal.value.params) == ("batch-size", {"lines": 5_001, "limit": 5_000})
