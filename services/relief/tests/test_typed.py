"""What an officer types as a list is read as meant, or told line by line."""

from __future__ import annotations

import pytest

from unionaid.contracts.fields import LINES_MAX
from unionaid.relief.pages.typed import RowsUnread, TooManyLines, read_lines, read_outcomes, sum_fen

ID, OTHER = "110101199003070011", "11010119900307002X"
PERSON = "0b7d3c52-5e0a-4f0e-8a55-9f0c2d1e7a10"


@pytest.mark.parametrize(
    ("row", "who", "name", "fen"),
    [
        (f"{ID}\t500", ID, "", 50_000),
        (f"{ID} 500.5", ID, "", 50_050),
        (f"  {ID}   马样贤  1,200.00 ", ID, "马样贤", 120_000),
        (f"马样贤\t{OTHER.lower()}\t0.01", OTHER.lower(), "马样贤", 1),
        (f"{ID},500", ID, "", 50_000),
        (f"{ID}，马样贤，500元", ID, "马样贤", 50_000),
        (f"{ID}；¥500", ID, "", 50_000),
        ("１１０１０１１９９００３０７００１１　５００", "１１０１０１１９９００３０７００１１", "", 50_000),
        (f"{PERSON} 500", PERSON, "", 50_000),
        (f"{ID} -5", ID, "", -500),
    ],
)
def test_a_line_is_read(row: str, who: str, name: str, fen: int) -> None:
    [line] = read_lines(f"\n{row}\r\n\n")
    assert (line.number, line.who, line.name, line.amount_fen, line.faults) == (1, who, name, fen, [])


@pytest.mark.parametrize(
    "row",
    ["500", ID, f"500 {ID}", f"{ID} 马 样 贤 500", f"{ID} {OTHER} 500", "马样贤 500", f"{ID} 1 200", f"{ID},1,200"],
)
def test_what_is_no_line_is_told(row: str) -> None:
    [line] = read_lines(row)
    assert line.faults == ["screen-line-form"]


@pytest.mark.parametrize("amount", ["500.001", "5e2", "0x1", "1,20", "五百", "1/2", "--5", "."])
def test_what_is_no_amount_is_told(amount: str) -> None:
    [line] = read_lines(f"{ID} {amount}")
    assert (line.who, line.amount_fen, line.faults) == (ID, None, ["screen-not-yuan"])


def test_lines_are_counted_and_summed() -> None:
    lines = read_lines(f"{ID} 0.10\n\n{OTHER} 0.20\nx\n")
    assert [line.number for line in lines] == [1, 2, 3]
    assert sum_fen(lines) == 30
    with pytest.raises(TooManyLines):
        read_lines("x\n" * (LINES_MAX + 1))


WORDS = {"paid": "paid", "已发放": "paid", "账户已销户": "account-closed", "account closed": "account-closed"}


def test_an_answer_is_read_row_by_row() -> None:
    text = "1 已发放\n2\t账户已销户\n\n３，Account Closed\n4: paid\n"
    assert read_outcomes(text, WORDS) == {1: "paid", 2: "account-closed", 3: "account-closed", 4: "paid"}
    assert read_outcomes(" \n", WORDS) == {}


def test_rows_that_say_nothing_are_named() -> None:
    with pytest.raises(RowsUnread) as unread:
        read_outcomes("1 paid\nx\n2 lost\n\n1 paid\npaid\n12345 paid", WORDS)
    assert unread.value.rows == [2, 3, 5, 6, 7]
