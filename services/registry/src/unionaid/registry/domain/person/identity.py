"""Name and phone number as somebody typed them. Identity: for the vault, never for an event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from unionaid.registry.domain.person.resident_id import RESIDENT_ID_CHARS, ResidentId
from unionaid.registry.domain.refusals import (
    NameCharacterLost,
    NameImplausible,
    NameMissing,
    NameTooLong,
    PhoneMalformed,
)
from unionaid.registry.domain.text import one_middle_dot, tidy_name, without_blanks

NAME_CHARS_MAX = 60
"""Characters of a person's name; the longest in use have about thirty."""
_LOST = re.compile("[?？\ufffd\u25a1\ue000-\uf8ff\U000f0000-\U0010fffd]")
"""What stands for a character that a program did not have: question marks, boxes, places that no standard gives."""
_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9}|0[1-9][0-9]{8,10})")
"""A mobile number of 11 digits, or area code and fixed number."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is by name. `vault_fields` is what the vault keeps."""

    name: str = field(repr=False)
    resident_id: ResidentId
    phone: str | None = field(repr=False)

    def vault_fields(self) -> dict[str, str]:
        """Return the fields of the vault, each in its one form."""
        fields = {"name": self.name, "resident_id": self.resident_id.number}
        return fields if self.phone is None else {**fields, "phone": self.phone}


def read_name(text: str, where: str = "name") -> str:
    """Return a person's name in its one form; `where` is the field it was typed in.

    Raises NameMissing, NameTooLong, NameImplausible, NameCharacterLost.
    """
    name = one_middle_dot(tidy_name(text))
    if not name:
        raise NameMissing(field=where)
    if len(name) > NAME_CHARS_MAX:
        raise NameTooLong(field=where, limit=NAME_CHARS_MAX)
    if any(character.isdigit() for character in name):
        raise NameImplausible(field=where)
    if _LOST.search(name):
        raise NameCharacterLost(field=where)
    return name


def read_phone(text: str | None) -> str | None:
    """Return a phone number in its one form, digits alone; None for none. Raises PhoneMalformed."""
    digits = re.sub(r"[-()]", "", without_blanks(text or ""))
    if not digits:
        return None
    number = _PHONE.fullmatch(digits)
    if number is None:
        raise PhoneMalformed(field="phone")
    return number[1]


def born_of(known: Mapping[str, str]) -> str:
    """Return the birth date of somebody by fields of the vault: the ID number has it, or it was told."""
    number = known.get("resident_id", "")
    if len(number) != RESIDENT_ID_CHARS:
        return known.get("birth_date", "")
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
