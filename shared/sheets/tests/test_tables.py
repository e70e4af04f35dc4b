"""Tables read from workbooks and text: whatever the field sends is read exactly, or refused by name."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from unionaid.service.languages import Catalogue, Language
from unionaid.service.refusals import Refusal, declared_codes
from unionaid.sheets import LOCALE, Column, Correction, Form, Headings, corrections, listing, read_table, template
from unionaid.sheets.limits import COLUMNS_MAX, FILE_BYTES_MAX, ROWS_MAX, UNPACKED_BYTES_MAX

FORM = Form(
    "things",
    [
        Column("name", required=True, also=("品名",)),
        Column("number", "code", required=True),
        Column("day", "date"),
        Column("good", "yes_no"),
        Column("colour", "choice", choices={"red": ("朱",), "green": ()}),
    ],
)
CATALOGUE = Catalogue.of(LOCALE, Path(__file__).parent / "locale")
HEADINGS = Headings(CATALOGUE, FORM)
HEADER = ("名称", "号码", "日期", "好", "颜色")
ROW = ("甲", "00123", "2017-01-05", "是", "红")

Write = Callable[[Any, Any], None]


def workbook(*rows: Sequence[object], write: Write | None = None, **options: Any) -> bytes:
    """A workbook of one sheet; `write` may add what no plain value says."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet()
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(r, c, value, dates)
                elif isinstance(value, bool):
                    sheet.write_boolean(r, c, value)
                elif isinstance(value, int | float):
                    sheet.write_number(r, c, value)
                elif value:
                    sheet.write_string(r, c, value)
        if write is not None:
            write(book, sheet)
    return memory.getvalue()


def text(*rows: Sequence[str], separator: str = ",") -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


def faults(content: bytes) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that is wrong with cells."""
    table = read_table(content, FORM, HEADINGS)
    assert all(fault.params["row"] == row.number for row in table.rows for fault in row.faults)
    return [(row.number, fault.field, fault.code) for row in table.rows for fault in row.faults]


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read_table(content, FORM, HEADINGS)
    return refusal.value.code


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """The same workbook with some parts changed, taken out (None) or added."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
        for name, part in more.items():
            new.writestr(name, part)
    return memory.getvalue()


def as_it_is(_: str, part: bytes) -> bytes:
    return part


READ = {"name": "甲", "number": "00123", "day": date(2017, 1, 5), "good": True, "colour": "red"}


@pytest.mark.parametrize(
    "content",
    [
        workbook(HEADER, ROW),
        workbook(("二〇一七年登记表",), (), HEADER, (), ROW),
        workbook(
            ("Number *", " n a m e ", "日期（年月日）", "顏色", "好"), ("00123", "甲", "2017年1月5日", "朱", True)
        ),
        workbook(("品名", "号码:", "日期", "颜色", "好"), ("甲", "'00123", date(2017, 1, 5), "Red", 1)),
        workbook(HEADER, ("甲", "00123", 42740, "√", "紅")),
        workbook(HEADER, ("甲", "00123", 41278, "Y", "红"), date_1904=True),
        workbook(HEADER, ("甲", "00123", 20170105, "true", "红")),
        workbook(HEADER, ("甲\u200b", "00123", "２０１７／１／５", "是", "红")),
        text(HEADER, ROW).encode("utf-8"),
        text(HEADER, ROW).encode("utf-8-sig"),
        text(HEADER, ROW).encode("gbk"),
        text(HEADER, ROW, separator="\t").encode("utf-16"),
        text(HEADER, ROW, separator=";").encode("gb18030"),
    ],
)
def test_what_the_field_sends_is_read(content: bytes) -> None:
    table = read_table(content, FORM, HEADINGS)
    [row] = table.rows
    assert (row.values, row.faults) == (READ, [])


def test_rows_keep_their_numbers_and_columns_their_letters() -> None:
    table = read_table(
        workbook(("名称", "备注", "号码"), ("甲", "x", "1"), ("", "y", ""), ("乙", "", "2")), FORM, HEADINGS
    )
    assert [(row.number, row.values["name"]) for row in table.rows] == [(2, "甲"), (4, "乙")]
    assert (table.letters, table.unused) == ({"name": "A", "number": "C"}, ["B"])


def test_rare_characters_come_through_both_ways() -> None:
    rare = "𠮷㛃𡚸·䶮"
    for content in (workbook(HEADER[:2], (rare, "1")), text(HEADER[:2], (rare, "1")).encode("gb18030")):
        assert read_table(content, FORM, HEADINGS).rows[0].values["name"] == rare


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("甲", 640302198002290016), ("number", "cell-number")),
        (("甲", 123), ("number", "cell-number")),
        (("甲", "6.40302E+17"), ("number", "cell-number")),
        (("甲", date(2017, 1, 5)), ("number", "cell-number")),
        (("甲" * 501, "1"), ("name", "cell-too-long")),
        (("甲\u202e乙", "1"), ("name", "cell-forbidden")),
        (("甲", "1", "5/1/2017"), ("day", "date-form")),
        (("甲", "1", "昨天"), ("day", "date-form")),
        (("甲", "1", 42740.5), ("day", "date-form")),
        (("甲", "1", True), ("day", "date-form")),
        (("甲", "1", "2017-02-29"), ("day", "date-impossible")),
        (("甲", "1", 20171332), ("day", "date-impossible")),
        (("甲", "1", "", "也许"), ("good", "cell-not-yes-or-no")),
        (("甲", "1", "", "", "蓝"), ("colour", "cell-not-a-choice")),
    ],
)
def test_what_is_wrong_with_a_cell_is_a_fault_of_its_row(row: Sequence[object], fault: tuple[str, str]) -> None:
    assert faults(workbook(HEADER, ROW, row)) == [(3, *fault)]


def test_formulas_errors_and_merged_cells_are_faults() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 0, '="甲"', None, "甲")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.merge_range(3, 0, 4, 0, "丙")

    content = workbook(HEADER[:2], ("", "1"), ("乙", ""), ("", "3"), ("", "4"), write=write)
    assert faults(content) == [
        (2, "name", "cell-formula"),
        (3, "number", "cell-formula"),
        (4, "name", "cell-merged"),
        (5, "name", "cell-merged"),
    ]
    error = repacked(
        workbook(HEADER[:2], ("甲", 7)),
        lambda _, part: part.replace(b'<c r="B2"><v>7</v>', b'<c r="B2" t="e"><v>#N/A</v>'),
    )
    assert faults(error) == [(2, "number", "cell-error")]


def twenty_more(book: Any, _: Any) -> None:
    for _ in range(20):
        book.add_worksheet()


GOOD = workbook(HEADER, ROW)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"x" * (FILE_BYTES_MAX + 1), "file-too-large"),
        (OLE + bytes(600), "workbook-old"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "workbook-encrypted"),
        (GOOD[: len(GOOD) // 2], "workbook-damaged"),
        (GOOD[:200] + bytes(50) + GOOD[250:], "workbook-damaged"),
        (repacked(GOOD, lambda n, p: None if n == "xl/workbook.xml" else p), "workbook-damaged"),
        (repacked(GOOD, lambda n, p: b"<a" if n.endswith("sheet1.xml") else p), "workbook-damaged"),
        (repacked(GOOD, lambda n, p: b"<a" if n.endswith("sharedStrings.xml") else p), "workbook-damaged"),
        (repacked(GOOD, lambda n, p: b"<!DOCTYPE a>" + p if n == "xl/workbook.xml" else p), "workbook-damaged"),
        (repacked(GOOD, as_it_is, **{"xl/vbaProject.bin": b"x"}), "workbook-with-macros"),
        (repacked(GOOD, as_it_is, **{"xl/workbook.bin": b"x"}), "workbook-other"),
        (repacked(GOOD, as_it_is, mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "workbook-other"),
        (
            repacked(GOOD, lambda _, p: p.replace(b"sheet.main", b"sheet.macroEnabled.main")),
            "workbook-with-macros",
        ),
        (workbook(), "sheet-empty"),
        (workbook(HEADER), "sheet-empty"),
        (workbook(ROW, ROW), "header-missing"),
        (workbook(*[("题",)] * 10, HEADER, ROW), "header-missing"),
        (workbook(("名称", "日期"), ROW), "columns-missing"),
        (workbook(("名称", "号码", "品名"), ROW), "column-twice"),
        (workbook(("名称", "", "日期"), ("", "号码", ""), ROW), "header-two-rows"),
        (workbook(HEADER, HEADER, ROW), "header-two-rows"),
        (workbook(HEADER, *[ROW] * (ROWS_MAX + 1)), "too-many-rows"),
        (workbook(HEADER, ROW, write=lambda _, s: s.write_string(1_048_575, 0, "x")), "too-many-rows"),
        (workbook(HEADER, ROW, write=lambda _, s: s.write_string(1, 16_383, "x")), "too-many-columns"),
        (workbook(HEADER, ROW, write=twenty_more), "workbook-too-large"),
        ((",".join("x" * (COLUMNS_MAX + 1)) + "\n").encode(), "too-many-columns"),
        (text(HEADER, *[ROW] * (ROWS_MAX + 20)).encode(), "too-many-rows"),
        (text(HEADER, ('"甲', "1")).encode(), "text-malformed"),
        (text(HEADER, ROW).encode("gbk") + b"\xff\xff", "file-encoding-unknown"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file-unknown"),
        (bytes(100), "file-unknown"),
        (b"%PDF-1.7", "file-unknown"),
        (b"<html><table></table></html>", "file-unknown"),
        (b"\n\n", "sheet-empty"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(content: bytes, code: str) -> None:
    assert refused(content) == code


@pytest.mark.parametrize(
    ("content", "name", "code", "told"),
    [
        (b"hello", "a.xlsx", "file-misnamed", "ends in .xlsx, but this is plain text"),
        ("你好，今天".encode("gbk"), "名单.XLSX", "file-misnamed", "plain text"),
        (b"%PDF-1.7", "a.xlsx", "file-misnamed", "this is a PDF"),
        (b"<html><table></table></html>", "a.xls", "file-misnamed", "ends in .xls, but this is a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.xlsx", "file-misnamed", "neither a workbook nor text"),
        (repacked(GOOD, lambda n, p: None if n == "xl/workbook.xml" else p), "a.csv", "file-misnamed", "it is packed"),
        (workbook(ROW, ROW), "a.csv", "header-missing", ""),
        (workbook(ROW, ROW), "a.xlsx", "header-missing", ""),
        (OLE + bytes(600), "a.csv", "workbook-old", ""),
        (b"hello", "a.csv", "header-missing", ""),
        (b"hello", "hello", "header-missing", ""),
    ],
)
def test_a_name_that_says_what_the_file_is_not_is_told(content: bytes, name: str, code: str, told: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_table(content, FORM, HEADINGS, name)
    assert refusal.value.code == code
    assert told in CATALOGUE.text(Language.EN, code, refusal.value.params)
    for language in Language:
        assert "file-is-" not in CATALOGUE.text(language, code, refusal.value.params)


def test_a_table_under_a_wrong_name_is_read_as_what_it_is() -> None:
    assert read_table(GOOD, FORM, HEADINGS, "a.csv") == read_table(GOOD, FORM, HEADINGS, "a.xlsx")
    written = text(HEADER, ROW).encode()
    assert read_table(written, FORM, HEADINGS, "a.xlsx") == read_table(written, FORM, HEADINGS, "a.csv")


def test_every_missing_column_is_named_in_all_languages() -> None:
    with pytest.raises(Refusal) as refusal:
        read_table(workbook(("日期", "颜色"), ROW), FORM, HEADINGS)
    assert [(f.field, f.params["heading"]) for f in refusal.value.faults] == [
        ("name", "名称 / 名稱 / Name"),
        ("number", "号码 / 號碼 / Number"),
    ]


def test_a_bomb_is_not_unpacked_whole() -> None:
    small = bytes(1 << 20)
    bomb = repacked(GOOD, as_it_is, **{f"xl/media/{n}.bin": small for n in range(UNPACKED_BYTES_MAX >> 20)})
    assert len(bomb) < 1 << 20
    assert refused(bomb) == "workbook-too-large"


def test_a_part_that_lies_about_its_size_is_not_believed() -> None:
    content = repacked(GOOD, as_it_is, **{"xl/media/1.bin": bytes(1 << 20)})
    lying = content.replace((1 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != content
    assert refused(lying) == "workbook-damaged"


def test_only_what_can_be_seen_is_read() -> None:
    def write(book: Any, sheet: Any) -> None:
        other = book.add_worksheet()
        for r, row in enumerate((HEADER, ROW)):
            other.write_row(r, 0, row)
        other.activate()
        sheet.hide()

    hidden = workbook(HEADER, ("乙", "2"), write=write)
    assert [row.values["name"] for row in read_table(hidden, FORM, HEADINGS).rows] == ["甲"]


@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_a_workbook_with_any_bytes_changed_is_read_or_refused_by_name(draw: random.Random, changes: int) -> None:
    content = bytearray(GOOD)
    for _ in range(changes):
        content[draw.randrange(4, len(content))] = draw.randrange(256)
    code = ""
    try:
        read_table(bytes(content), FORM, HEADINGS)
    except Refusal as refusal:
        code = refusal.code
    assert code in {"", *declared_codes("unionaid.sheets")}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read_table(content, FORM, HEADINGS)
    assert refusal.value.code in set(declared_codes("unionaid.sheets"))


@pytest.mark.parametrize("language", list(Language))
def test_a_template_filled_in_is_read_and_says_what_goes_where(language: Language) -> None:
    empty = template(FORM, HEADINGS, CATALOGUE, language)
    assert refused(empty) == "sheet-empty"
    with zipfile.ZipFile(io.BytesIO(empty)) as packed:
        texts = packed.read("xl/sharedStrings.xml").decode()
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert CATALOGUE.text(language, "instruction-things-number") in texts
    assert sheet.count("<dataValidation ") == 3


def test_corrections_can_be_sent_again_without_what_was_ruined() -> None:
    bad = read_table(workbook(HEADER, ("甲", 640302198002290016, "2017-02-29", "是", "红")), FORM, HEADINGS)
    rows = [Correction(row.number, row.shown, ["坏"], frozenset({"number"})) for row in bad.rows]
    again = read_table(corrections(FORM, HEADINGS, CATALOGUE, Language.ZH_HANS, rows), FORM, HEADINGS)
    assert again.unused == []
    assert [row.before for row in again.rows] == [2]
    assert [row.before for row in bad.rows] == [None]
    assert again.rows[0].shown == {"name": "甲", "number": "", "day": "2017-02-29", "good": "是", "colour": "红"}


def test_nothing_that_is_written_becomes_a_formula_or_a_number() -> None:
    written = listing("名单", [("名称", 10), ("号码", 20)], [("=1+1", "640302198002290016"), ("@SUM(A1)", "007")])
    table = read_table(written, FORM, HEADINGS)
    assert [row.values for row in table.rows] == [
        {"name": "=1+1", "number": "640302198002290016"},
        {"name": "@SUM(A1)", "number": "007"},
    ]


def test_the_same_rows_make_the_same_file() -> None:
    made = {listing("名单", [("名称", 10)], [("甲",)]) for _ in range(2)}
    time.sleep(1.1)  # the format tells seconds
    assert made == {listing("名单", [("名称", 10)], [("甲",)])}


def test_every_refusal_has_its_text() -> None:
    CATALOGUE.refuse_missing(declared_codes("unionaid.sheets"))


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        (2900.0, 290_000), (0.29, 29), (1234.56, 123_456), (1e7, 10**9), (0.0, 0), ("2,900.5", 290_050),
        ("１２．３元", 1230), ("", None), (12.345, "amount-form"), (-1.0, "amount-form"), (True, "amount-form"),
        ("1200元左右", "amount-form"), (1e20, "amount-form"), (date(2017, 1, 5), "amount-form"), ("NaN", "amount-form"),
    ],
)  # fmt: skip
def test_yuan_are_read_to_the_fen_or_refused(written: object, fen: int | str | None) -> None:
    form = Form("things", [Column("name", required=True), Column("number", "money")])
    table = read_table(workbook(("名称", "号码"), ("甲", written)), form, Headings(CATALOGUE, form))
    [row] = table.rows
    if isinstance(fen, str):
        assert [(fault.field, fault.code) for fault in row.faults] == [("number", fen)]
    else:
        assert (row.values["number"], row.faults) == (fen, [])
