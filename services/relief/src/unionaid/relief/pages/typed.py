"""What officers type or paste: a list, one person a line with the amount in yuan; a bank's answer, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from unionaid.contracts.fields import LINES_MAX
from unionaid.relief.identities import plain
from unionaid.service.screens import fen_of

_BETWEEN = re.compile(r"[\s;\uff1b\u3001\uff0c]+")
_WHO = re.compile(r"[0-9]{17}[0-9X]|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_OUTCOME = re.compile(r"(?P<line>[0-9]{1,4})[\s,;:、]+(?P<word>.+)")
WORDS = range(2, 4)
"""Words of a line: who and how much, and a name between or before, for the eye alone."""


@dataclass(slots=True)
class TypedLine:
    """One line, numbered from 1 as it will stand on the list; `faults` are codes, with values, found so far."""

    number: int
    who: str
    name: str = ""
    amount_fen: int | None = None
    person_id: UUID | None = None
    faults: list[str] = field(default_factory=list)
    names_somebody: bool = True


class TooManyLines(Exception):
    """More than `LINES_MAX` lines."""


def read_lines(text: str) -> list[TypedLine]:
    """Read what was typed; empty lines do not count.

    Raises:
        TooManyLines: nothing was read.
    """
    rows = [row for row in text.splitlines() if row.strip()]
    if len(rows) > LINES_MAX:
        raise TooManyLines
    return [_read(number, row) for number, row in enumerate(rows, start=1)]


def sum_fen(lines: Sequence[TypedLine]) -> int:
    """Return the sum of the amounts that could be read."""
    return sum(line.amount_fen or 0 for line in lines)


class RowsUnread(Exception):
    """Rows of a pasted answer that say nothing; `rows` are their numbers, from 1."""

    def __init__(self, rows: Sequence[int]) -> None:
        super().__init__(f"{len(rows)} rows")
        self.rows = rows


def read_outcomes(text: str, words: Mapping[str, str]) -> dict[int, str]:
    """Read a bank's answer: in each row the number of a line and one of `words`, which gives the outcome.

    Raises:
        RowsUnread: a row has no number or no such word, or a line comes twice.
    """
    outcomes: dict[int, str] = {}
    unread = []
    for place, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        said = _OUTCOME.fullmatch(plain(row))
        outcome = words.get(said["word"].casefold()) if said else None
        if said is None or outcome is None or int(said["line"]) in outcomes:
            unread.append(place)
        else:
            outcomes[int(said["line"])] = outcome
    if unread:
        raise RowsUnread(unread)
    return outcomes


def _read(number: int, row: str) -> TypedLine:
    words = [word for word in _BETWEEN.split(row.strip()) if word]
    if len(words) == 1 and "," in row:  # as a table of commas; in an amount a comma parts the thousands
        words = [word.strip() for word in row.split(",", maxsplit=2) if word.strip()]
    people = [word for word in words if _WHO.fullmatch(plain(word))]
    names = [word for word in words[:-1] if word not in people]
    if len(words) not in WORDS or len(people) != 1 or words[-1] in people or any(map(_has_digit, names)):
        return TypedLine(number, row.strip(), faults=["screen-line-form"], names_somebody=False)
    line = TypedLine(number, people[0], names[0] if names else "")
    try:
        line.amount_fen = fen_of(words[-1])
    except ValueError:
        line.faults.append("screen-not-yuan")
    return line


def _has_digit(word: str) -> bool:
    """Say whether a word is no name: of an amount parted by blanks the front part would be lost."""
    return any(sign.isdigit() for sign in word)
