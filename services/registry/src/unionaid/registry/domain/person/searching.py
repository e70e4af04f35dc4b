"""What may be searched for: a name in any form, the whole ID number or a part of it, a birth date, a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from unionaid.registry.domain.person.identity import read_phone
from unionaid.registry.domain.person.resident_id import AREA_CHARS, read_resident_id
from unionaid.registry.domain.refusals import SearchEmpty, SearchPartUnclear
from unionaid.registry.domain.text import tidy_name, without_blanks

_LAST = re.compile(r"[0-9]{3}[0-9X]")
_BORN = re.compile(r"[0-9]{8}")
_AREA = re.compile(rf"[0-9]{{{AREA_CHARS}}}")
_WHOLE_CHARS_MIN = 15


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed, read; None where nothing was."""

    name: str | None = field(default=None, repr=False)
    resident_id: str | None = field(default=None, repr=False)
    """The whole number."""
    area: str | None = field(default=None, repr=False)
    last: str | None = field(default=None, repr=False)
    born: str | None = field(default=None, repr=False)
    """`19800131`"""
    phone: str | None = field(default=None, repr=False)


def read_sought(name: str | None, resident_id: str | None, born_on: date | None, phone: str | None) -> Sought:
    """Read what was typed. Of the number it may be the first six, the birth date, the last four, or all of it.

    Raises SearchEmpty, SearchPartUnclear, PhoneMalformed and, for a whole number, what `read_resident_id` raises.
    """
    named = tidy_name(name or "") or None
    if named is not None and not any(character.isalpha() for character in named):
        raise SearchPartUnclear(field="name")
    number = without_blanks(resident_id or "")
    whole = read_resident_id(number, date.max).number if len(number) >= _WHOLE_CHARS_MIN else None
    area = number if _AREA.fullmatch(number) else None
    last = number if _LAST.fullmatch(number) else None
    part = number if _BORN.fullmatch(number) else None
    if number and not (whole or area or last or part):
        raise SearchPartUnclear(field="resident_id")
    typed = f"{born_on:%Y%m%d}" if born_on else None
    if part and typed and part != typed:
        raise SearchPartUnclear(field="born_on")
    sought = Sought(named, whole, area, last, part or typed, read_phone(phone))
    if sought == Sought():
        raise SearchEmpty
    return sought
