"""How likely two records are the same human being, in points; computed on values in clear, inside this package alone.

Points add up as evidence does: what two records share speaks for one person, what differs against it, and what one of
them lacks says nothing. docs/reference/matching.md has the table and what it reaches on a labelled set.
"""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz.distance import OSA, JaroWinkler

from unionaid.vault.readings import ID_BORN, ID_CHARS, Name, read_name

SCORE_MAX = 100
_NEAR_PINYIN = 0.9
_NEAR_DIGITS = 2
"""Digits that may differ in a number that was mistyped: one slip and the check digit that goes with it."""
_ID_ORDER = slice(14, 17)


def likeness(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    """Return 0 to `SCORE_MAX` for two persons' fields, in the canonical form the vault holds them in."""
    names = _names(one, other)
    points = names + _births(one, other) + _phones(one, other) + _numbers(one, other, same_name=names >= HOMOPHONE)
    return max(0, min(SCORE_MAX, points))


SAME_NAME, HOMOPHONE, SLIP, GIVEN_SAME, SURNAME_SAME, OTHER_NAME = 45, 38, 25, 20, 5, -40
SAME_BIRTH, SLIPPED_BIRTH, OTHER_BIRTH = 35, 22, -30
SAME_PHONE = 25
NEAR_ID, OTHER_ORDER, OTHER_ID = 20, -35, -10


def _names(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    if "name" not in one or "name" not in other:
        return 0
    first, second = read_name(one["name"]), read_name(other["name"])
    if first.simplified == second.simplified:
        return SAME_NAME
    if first.pinyin == second.pinyin:
        return HOMOPHONE
    if _slipped(first, second):
        return SLIP
    if first.given == second.given and first.given:
        return GIVEN_SAME
    return SURNAME_SAME if first.surname == second.surname else OTHER_NAME


def _slipped(first: Name, second: Name) -> bool:
    """Say whether one character of three or more was mistyped, or the readings are nearly the same."""
    shorter = min(len(first.simplified), len(second.simplified))
    if shorter > _NEAR_DIGITS and OSA.distance(first.simplified, second.simplified) == 1:
        return True
    return JaroWinkler.similarity(first.pinyin, second.pinyin) >= _NEAR_PINYIN and first.surname == second.surname


def _births(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    first, second = _born(one), _born(other)
    if not first or not second:
        return 0
    if first == second:
        return SAME_BIRTH
    swapped = sorted(first) == sorted(second) or OSA.distance(first, second) == 1
    return SLIPPED_BIRTH if swapped else OTHER_BIRTH


def _phones(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    return SAME_PHONE if "phone" in one and one["phone"] == other.get("phone") else 0


def _numbers(one: Mapping[str, str], other: Mapping[str, str], *, same_name: bool) -> int:
    first, second = one.get("resident_id", ""), other.get("resident_id", "")
    if len(first) != ID_CHARS or len(second) != ID_CHARS:
        return 0
    if not same_name and first[ID_BORN] == second[ID_BORN] and first[_ID_ORDER] != second[_ID_ORDER]:
        return OTHER_ORDER  # twins and neighbours: born on one day, with numbers and names of their own
    return NEAR_ID if OSA.distance(first, second) <= _NEAR_DIGITS else OTHER_ID


def _born(fields: Mapping[str, str]) -> str:
    number = fields.get("resident_id", "")
    return number[ID_BORN] if len(number) == ID_CHARS else fields.get("birth_date", "").replace("-", "")
