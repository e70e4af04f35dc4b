"""A bank's table: read exactly, or every fault by name; never another bank's or another batch's as ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.payments import (
    BANKS,
    Answer,
    Reason,
    Returned,
    Said,
    Template,
    examples,
    read_answer,
    read_templates,
    reconcile,
    sums,
)
from unionaid.payments.examples import Told
from unionaid.payments.refusals import AnswerFault
from unionaid.service.refusals import Refusal, declared_codes
from unionaid.sheets import Yuan, laid_out

TEMPLATES = read_templates(BANKS)
RURAL, CITY, POSTAL = (TEMPLATES[f"example-{name}"] for name in ("rural", "city", "postal"))
BATCH = examples.batch()
ALL_PAID = {line.no: Told() for line in BATCH.lines}
each_bank = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
REFERENCES = [BATCH.reference(line) for line in BATCH.lines]


def read(content: bytes, template: Template) -> Returned:
    return read_answer(content, template, TEMPLATES, BATCH.key)


def city(*rows: Sequence[str], head: str = "", encoding: str = "gb18030") -> bytes:
    titles = ["商户订单号", "账号尾号", "应付金额(元)", "实付金额(元)", "结果代码", "返回信息"]
    text = "\r\n".join(",".join(row) for row in (*([[head]] if head else []), titles, *rows))
    return text.encode(encoding)


def codes(content: bytes, template: Template = CITY) -> list[tuple[object, str, str]]:
    returned = read(content, template)
    assert {a.row for a in returned.answers} & {f.params["row"] for f in returned.faults if f.field != "count"} == set()
    return [(fault.params["row"], fault.field, fault.code) for fault in returned.faults]


GOOD = [REFERENCES[0], "0001", "1200.00", "1200.00", "S", ""]


def with_cell(place: int, value: str) -> bytes:
    return city([*GOOD[:place], value, *GOOD[place + 1 :]])


@each_bank
@settings(deadline=None)
@given(data=st.data())
def test_what_a_bank_writes_is_read(template: Template, data: st.DataObject) -> None:
    answer = template.answer
    numbers = data.draw(st.sets(st.sampled_from([line.no for line in BATCH.lines]), min_size=1))
    kinds = st.sampled_from(list(answer.words))
    phrases = [(reason, phrase) for reason, known in answer.reasons.items() for phrase in known]
    told: dict[int, Told] = {}
    wanted: dict[str, tuple[Said, Reason | None]] = {}
    for line in BATCH.lines:
        if line.no in numbers:
            said = data.draw(kinds)
            reason, words = data.draw(st.sampled_from([*phrases, (Reason.BANK_DECLINED, "系统繁忙")]))
            told[line.no] = Told(said, words="" if said is Said.PAID else f"{words}")
            wanted[BATCH.reference(line)] = (said, None if said is Said.PAID else reason)
    content = examples.answered(BATCH, template, told)
    returned = read(content, template)
    assert returned.faults == []
    assert {a.reference: (a.said, a.reason) for a in returned.answers} == wanted
    by_reference = {BATCH.reference(line): line for line in BATCH.lines}
    for one in returned.answers:
        line = by_reference[one.reference]
        assert (one.amount_fen, one.ordered_fen, one.account_tail) == (
            line.amount_fen,
            line.amount_fen,
            line.account[-4:],
        )
    assert returned.sha256 == hashlib.sha256(content).hexdigest()
    assert not returned.bookings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_any_encoding_of_the_field_is_read(encoding: str) -> None:
    [answer] = read(city(GOOD, encoding=encoding), CITY).answers
    assert answer == Answer(2, REFERENCES[0], Said.PAID, 120_000, ordered_fen=120_000, account_tail="0001")


@each_bank
def test_another_banks_file_is_refused_and_the_bank_named(template: Template) -> None:
    content = examples.answered(BATCH, template, ALL_PAID)
    for other in TEMPLATES.values():
        if other.bank != template.bank:
            with pytest.raises(Refusal) as refusal:
                read(content, other)
            assert (refusal.value.code, refusal.value.params) == ("bank-layout-of-other", {"bank": template.bank})


def test_a_file_of_no_bank_is_refused_by_what_is_missing() -> None:
    for content, code in (
        (b"a,b,c\n1,2,3\n", "header-missing"),
        ("商户订单号,结果代码\n1,S\n".encode(), "columns-missing"),
        (b"", "file-empty"),
        (b"<?xml version='1.0'?><Document/>", "file-unknown"),
    ):
        with pytest.raises(Refusal) as refusal:
            read(content, CITY)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (0, "", ("reference", AnswerFault.REFERENCE_MISSING)),
        (1, "12", ("account", AnswerFault.ACCOUNT_FORM)),
        (2, "", ("amount", AnswerFault.AMOUNT_MISSING)),
        (2, "0", ("amount", AnswerFault.AMOUNT_MISSING)),
        (2, "1200.005", ("amount", "amount-form")),
        (2, "1.2E3", ("amount", "amount-form")),
        (2, "1.2e+03", ("amount", "amount-form")),
        (2, "-1200.00", ("amount", "amount-form")),
        (3, "12E2", ("paid", "amount-form")),
        (3, "0", ("paid", AnswerFault.AMOUNT_CONTRADICTS)),
        (3, "1200.01", ("paid", AnswerFault.AMOUNT_CONTRADICTS)),
        (4, "", ("outcome", AnswerFault.OUTCOME_UNKNOWN)),
        (4, "Success", ("outcome", AnswerFault.OUTCOME_UNKNOWN)),
        (4, "F", ("paid", AnswerFault.AMOUNT_CONTRADICTS)),
        (5, "x\u202ey", ("cause", "cell-forbidden")),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_and_books_nothing(
    place: int, value: str, fault: tuple[str, str]
) -> None:
    content = with_cell(place, value)
    if place == 5:
        content = city([*GOOD[:5], value], encoding="utf-8")
    assert codes(content) == [(2, *fault)]
    assert read(content, CITY).answers == []


def test_a_part_that_was_paid_is_read_as_such() -> None:
    [answer] = read(with_cell(3, "700.5"), CITY).answers
    assert (answer.said, answer.amount_fen, answer.ordered_fen) == (Said.PAID, 70_050, 120_000)


def test_fen_are_whole() -> None:
    titles = "业务参考号|卡折号|发放金额（分）|处理结果|备注说明"
    for written, fault in {
        "120000.0": True,
        "1.2E5": True,
        "120,000": True,
        "１２００００": False,
        "120000": False,
    }.items():
        content = f"{titles}\n{REFERENCES[0]}|0001|{written}|已入账|\n".encode()
        assert codes(content, POSTAL) == ([(2, "amount", AnswerFault.AMOUNT_FORM)] if fault else [])


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("合计笔数,2", ("count", AnswerFault.COUNT_DIFFERS)),
        ("合计笔数：2笔", ("count", AnswerFault.COUNT_DIFFERS)),
        ("合计笔数,两笔", ("count", AnswerFault.TOTAL_FORM)),
        ("合计应付(元),1200.01", ("sum", AnswerFault.SUM_DIFFERS)),
        ("合计应付(元),1.2E3", ("sum", AnswerFault.TOTAL_FORM)),
        ("合计应付(元),-1200", ("sum", AnswerFault.TOTAL_FORM)),
        ("合计实付(元),1199.99", ("paid_sum", AnswerFault.SUM_DIFFERS)),
        ("商户批次号,ABCDEFGHIJKLMNOP", ("batch", AnswerFault.BATCH_OTHER)),
    ],
)
def test_totals_that_are_not_those_of_the_rows_are_named(head: str, fault: tuple[str, str]) -> None:
    assert codes(city(GOOD, head=head)) == [(1, *fault)]
    below = city(GOOD, head.split(","))
    assert codes(below) == [(3, *fault)]
    assert len(read(below, CITY).answers) == 1


def test_totals_that_are_right_are_no_rows() -> None:
    returned = read(city(GOOD, ["合计笔数：1", "合计应付(元)：1200.00", "合计实付(元)", "1200"]), CITY)
    assert (len(returned.answers), returned.faults) == (1, [])


def test_what_was_ordered_is_counted_and_what_was_paid_beside_it() -> None:
    part = [REFERENCES[1], "0002", "1200.01", "200.01", "S", ""]
    failed = [REFERENCES[2], "0003", "1200.02", "", "F", "账户状态为销户"]
    head = "合计笔数,3,合计应付(元),3600.03,合计实付(元),1400.01"
    returned = read(city(GOOD, part, failed, head=head), CITY)
    assert returned.faults == []
    assert [(a.said, a.amount_fen, a.reason) for a in returned.answers] == [
        (Said.PAID, 120_000, None),
        (Said.PAID, 20_001, None),
        (Said.FAILED, 120_002, Reason.ACCOUNT_CLOSED),
    ]


def workbook(rows: Sequence[Sequence[str | Yuan]]) -> bytes:
    titles = ["客户流水号", "收款人账号", "金额（元）", "处理状态", "失败原因"]
    return laid_out("回盘", [10] * 5, [titles, *rows], {0})


def test_cells_of_numbers_are_read_to_the_fen() -> None:
    [answer] = read(workbook([[REFERENCES[0], "6228****0001", Yuan(120_029), "成功", ""]]), RURAL).answers
    assert answer.amount_fen == 120_029


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("账号户名不符", Reason.NAME_DIFFERS),
        ("3012:账号户名不符，请核实", Reason.NAME_DIFFERS),
        ("收款账户已销户", Reason.ACCOUNT_CLOSED),
        ("系统超时", Reason.BANK_DECLINED),
        ("", Reason.BANK_DECLINED),
    ],
)
def test_the_banks_words_become_a_reason_and_stay_with_who_reads_them(words: str, reason: Reason) -> None:
    [answer] = read(workbook([[REFERENCES[0], "6228****0001", "1200", "退汇", words]]), RURAL).answers
    assert (answer.said, answer.reason, answer.own_words) == (Said.FAILED, reason, words.replace("，", ","))
    assert words == "" or words not in repr(answer)


@each_bank
@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(template: Template, content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read(content, template)
    assert refusal.value.code in set(declared_codes("unionaid.sheets", "unionaid.payments"))


@each_bank
@settings(deadline=None)
@given(data=st.data())
def test_a_file_with_bytes_changed_is_read_or_refused_by_name(template: Template, data: st.DataObject) -> None:
    content = bytearray(GOOD_FILES[template.bank])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    code, returned = "", None
    try:
        returned = read(bytes(content), template)
    except Refusal as refusal:
        code = refusal.code
    assert code in {"", *declared_codes("unionaid.sheets", "unionaid.payments")}
    if returned is not None:
        done = reconcile(BATCH.ordered, returned)
        assert sum(sums(BATCH.ordered, done.standings)) == BATCH.sum_fen


GOOD_FILES: Mapping[str, bytes] = {bank: examples.answered(BATCH, t, ALL_PAID) for bank, t in TEMPLATES.items()}


def test_another_batchs_file_says_so() -> None:
    other = replace(BATCH, batch_id=UUID(int=5))
    for template in TEMPLATES.values():
        faults = read(examples.answered(other, template, ALL_PAID), template).faults
        assert [fault.code for fault in faults][:1] == [AnswerFault.BATCH_OTHER]
