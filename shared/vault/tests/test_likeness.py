"""Points of likeness: what speaks for one person, what against it, and that neither depends on the order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.vault.likeness import SCORE_MAX, likeness
from unionaid.vault.readings import read_name

ONE = {"name": "王建国", "resident_id": "640302198002131232", "phone": "13900001111"}


@pytest.mark.parametrize(
    ("other", "points"),
    [
        (ONE, 100),
        ({"name": "王建國", "birth_date": "1980-02-13", "phone": "13900001111"}, 100),
        ({"name": "王建国", "birth_date": "1980-02-13"}, 80),
        ({"name": "王健国", "birth_date": "1980-02-13"}, 73),
        ({"name": "王建国", "birth_date": "1980-02-31"}, 67),
        ({"name": "王建园", "birth_date": "1980-02-13"}, 60),
        ({"name": "王建国", "phone": "13900001111"}, 70),
        ({"name": "王建军", "resident_id": "640302198002131259", "phone": "13900001111"}, 50),
        ({"name": "王大力", "resident_id": "640302195505051231", "phone": "13900001111"}, 0),
        ({"name": "李雪"}, 0),
    ],
)  # fmt: skip
def test_points(other: dict[str, str], points: int) -> None:
    assert likeness(ONE, other) == points
    assert likeness(other, ONE) == points


FIELDS = st.fixed_dictionaries(
    {"name": st.sampled_from(["王建国", "王健国", "歐陽雪", "欧阳雪", "买买提·艾力", "𠮷", "·"])},
    optional={
        "resident_id": st.sampled_from(["640302198002131232", "640302198002131259", "110101195505051231"]),
        "phone": st.sampled_from(["13900001111", "13900002222"]),
        "birth_date": st.dates().map(lambda day: day.isoformat()),
    },
)


@given(FIELDS, FIELDS)
def test_points_do_not_depend_on_the_order_and_nobody_is_likelier_than_oneself(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= max(likeness(one, one), likeness(other, other)) <= SCORE_MAX


def test_traditional_and_simplified_are_one_name() -> None:
    assert read_name("單國華") == read_name("单国华")
    assert read_name("单国华").surname == ("shan",)
