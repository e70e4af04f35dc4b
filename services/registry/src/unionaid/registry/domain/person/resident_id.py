"""The resident identity number (公民身份號碼, GB 11643): checked, and what it says of its holder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from unionaid.contracts.fields import YEAR_MIN, Sex
from unionaid.registry.domain.refusals import (
    BirthDateImpossible,
    BirthDateInFuture,
    ResidentId15Digits,
    ResidentIdCheckDigit,
    ResidentIdLength,
    ResidentIdMalformed,
    ResidentIdMissing,
)
from unionaid.registry.domain.text import without_blanks

RESIDENT_ID_CHARS = 18
OLD_RESIDENT_ID_CHARS = 15
AREA_CHARS = 6
_CENTENARIANS = ("996", "997", "998", "999")
AREA_UNKNOWN = "resident-id-area-unknown"
"""The code of a warning: areas are split, merged and renumbered, and no list has them all."""


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A number whose check digit fits, with birth date and sex derived from it, never typed."""

    number: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    area_known: bool


def read_resident_id(text: str, on: date) -> ResidentId:
    """Read a number as somebody typed it; its holder was born by the day `on`.

    Raises ResidentIdMissing, ResidentId15Digits, ResidentIdLength, ResidentIdMalformed, ResidentIdCheckDigit,
    BirthDateImpossible, BirthDateInFuture.
    """
    number = without_blanks(text)
    _refuse_form(number)
    if ric.calc_check_digit(number) != number[-1]:
        raise ResidentIdCheckDigit(field="resident_id")
    born = _birth_date(number)
    if born > on:
        raise BirthDateInFuture(field="resident_id")
    return ResidentId(number, born, "male" if int(number[16]) % 2 else "female", _area_known(number))


def converted(text: str) -> str | None:
    """Return an old number of 15 digits with century and check digit (GB 11643); None for what is none.

    Until 1999 numbers had neither. Those that end in 996 to 999 were kept for people born before 1900.
    """
    number = without_blanks(text)
    if len(number) != OLD_RESIDENT_ID_CHARS or not _digits(number) or number[-3:] in _CENTENARIANS:
        return None
    whole = f"{number[:AREA_CHARS]}19{number[AREA_CHARS:]}"
    return whole + str(ric.calc_check_digit(whole + "0"))


def _refuse_form(number: str) -> None:
    if not number:
        raise ResidentIdMissing(field="resident_id")
    if len(number) == OLD_RESIDENT_ID_CHARS and _digits(number):
        raise ResidentId15Digits(field="resident_id")
    if len(number) != RESIDENT_ID_CHARS:
        raise ResidentIdLength(field="resident_id", length=len(number))
    if not _digits(number[:-1]) or not (_digits(number[-1]) or number[-1] == "X"):
        raise ResidentIdMalformed(field="resident_id")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _birth_date(number: str) -> date:
    try:
        born: date = ric.get_birth_date(number)
    except InvalidComponent:
        raise BirthDateImpossible(field="resident_id") from None
    if born.year < YEAR_MIN:
        raise BirthDateImpossible(field="resident_id")
    return born


def _area_known(number: str) -> bool:
    """Say whether any list ever had the area.

    `stdnum.cn.ric.get_birth_place` would also ask whether the area existed in the year of birth. But the code is
    of where somebody was first given an ID, often decades later: half a district would be warned about.
    """
    found = numdb.get("cn/loc").info(number[:AREA_CHARS])
    return any("county" in about for _, about in found)
