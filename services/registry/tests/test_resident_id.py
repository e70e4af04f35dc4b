"""The resident ID: what is taken, what is refused and how it is told, and what follows from it."""

from datetime import date, timedelta

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from stdnum.cn import ric

from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.domain.refusals import (
    BirthDateImpossible,
    BirthDateInFuture,
    Refusal,
    ResidentId15Digits,
    ResidentIdCheckDigit,
    ResidentIdLength,
    ResidentIdMalformed,
    ResidentIdMissing,
)
from unionaid.registry.examples import ON, resident_id

BIRTHS = st.dates(date(1900, 1, 1), ON)
NUMBERS = st.builds(resident_id, st.integers(0, 999), BIRTHS, st.integers(110_000, 999_999).map(str))
RIGHT = resident_id(1)


@any_of(st.integers(0, 999), BIRTHS)
def test_a_right_number_tells_birth_date_and_sex(serial: int, born: date) -> None:
    number = resident_id(serial, born)
    read = read_resident_id(number, ON)
    assert (read.number, read.birth_date) == (number, born)
    assert read.sex == ("male" if serial % 2 else "female")


@any_of(NUMBERS, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_other_character_is_refused(number: str, place: int, other: str) -> None:
    changed = number[:place] + other + number[place + 1 :]
    if changed == number:
        assert read_resident_id(changed, ON).number == number
    else:
        with pytest.raises((ResidentIdCheckDigit, ResidentIdMalformed)):
            read_resident_id(changed, ON)


@any_of(NUMBERS, st.integers(0, 16))
def test_two_neighbours_swapped_are_refused(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        with pytest.raises((ResidentIdCheckDigit, ResidentIdMalformed)):
            read_resident_id(swapped, ON)


@any_of(st.text())
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    with pytest.raises(Refusal) as raised:
        read_resident_id(text, ON)
    assert raised.value.field == "resident_id"
    assert raised.value.code.startswith(("resident-id-", "birth-date-"))


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", ResidentIdMissing),
        (" 　\t", ResidentIdMissing),
        ("640302800229001", ResidentId15Digits),
        ("64030280022900X", ResidentIdLength),
        (RIGHT[:-1], ResidentIdLength),
        (RIGHT + "0", ResidentIdLength),
        ("6.40302198002E+17", ResidentIdLength),
        ("A" + RIGHT[1:], ResidentIdMalformed),
        (RIGHT[:-1] + "Y", ResidentIdMalformed),
        (RIGHT[:-1] + "Х", ResidentIdMalformed),  # the Cyrillic letter
        ("٦" + RIGHT[1:], ResidentIdMalformed),  # a digit, but not ours
        ("640302198001010000", ResidentIdCheckDigit),  # as Excel leaves it
        (resident_id(born=date(2017, 1, 4)), BirthDateInFuture),
        (resident_id(born=date(1899, 12, 31)), BirthDateImpossible),
    ],
)
def test_a_wrong_number_is_refused_by_name(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_resident_id(typed, ON)


@pytest.mark.parametrize("birth", ["19810229", "19801301", "19800001", "19800431", "00000101"])
def test_a_date_no_calendar_has_is_refused(birth: str) -> None:
    number = f"640302{birth}001"
    with pytest.raises(BirthDateImpossible):
        read_resident_id(number + ric.calc_check_digit(number + "0"), ON)


def test_who_was_born_today_is_registered_today() -> None:
    assert read_resident_id(resident_id(born=ON), ON).birth_date == ON
    with pytest.raises(BirthDateInFuture):
        read_resident_id(resident_id(born=ON), ON - timedelta(days=1))


def test_full_width_digits_a_small_x_and_blanks_are_one_form() -> None:
    number = next(n for n in map(resident_id, range(1, 999, 2)) if n.endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    spaced = f" {number[:6]} {number[6:14]}　{number[14:]}"
    assert [read_resident_id(t, ON).number for t in (wide, number.lower(), spaced)] == [number] * 3


@pytest.mark.parametrize(
    ("area", "known"),
    [
        ("640302", True),
        ("110101", True),
        ("642101", True),  # dissolved in 1998, and still on cards
        ("640304", False),
        ("999999", False),
        ("000000", False),
        ("830000", False),  # a resident of Taiwan
    ],
)
def test_an_unknown_area_is_no_refusal(area: str, known: bool) -> None:
    assert read_resident_id(resident_id(area=area), ON).area_known is known


def test_an_area_is_known_whenever_its_people_were_born() -> None:
    """640302 is a district since 1998; people born there earlier have the code, too."""
    assert read_resident_id(resident_id(born=date(1955, 5, 5)), ON).area_known


def test_the_number_is_not_shown_by_accident() -> None:
    shown = repr(read_resident_id(RIGHT, ON))
    assert RIGHT not in shown
    assert "1980" not in shown
