"""Read a JSON body strictly: what two readers could understand differently is refused.

Refused are: names given twice in one object, numbers that are not whole (money is integer fen), NaN and
Infinity, more than `JSON_DEPTH_MAX` levels, text that is not UTF-8, and control characters that end strings
early or turn the direction of text (Unicode TR 36, section 2.5).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from unionaid.service.limits import ERRORS_MAX, JSON_DEPTH_MAX
from unionaid.service.problems import Problem
from unionaid.service.refusals import Fault

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 without tab and line ends, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction of text
    "\ud800-\udfff\ufffe\uffff\ufeff]"  # halves of a surrogate pair, no characters, byte order mark
)
_NOT_PLAIN = re.compile(FORBIDDEN.pattern + r"|\\u")


class _NotWhole:
    """Stands where a number was that is not whole."""


class _Twice(dict[str, Any]):
    """An object that gave a name twice."""


class _Marks:
    """Leaves marks in a value while it is read; `left` says whether there are any to look for."""

    left = False

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        self.left = True
        return _Twice(made)

    def not_whole(self, _: str) -> _NotWhole:
        self.left = True
        return _NotWhole()


def parse(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        Problem: 400 for what is no JSON or too deep, 422 naming the fields at fault.
    """
    marks = _Marks()
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=marks.object, parse_float=marks.not_whole, parse_constant=marks.not_whole
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # no JSON, no UTF-8, or a number of thousands of digits
        raise Problem(400, "bad-json") from None
    if marks.left or text.count("{") + text.count("[") > JSON_DEPTH_MAX or _NOT_PLAIN.search(text):
        faults = list(itertools.islice(_faults(value, (), 0), ERRORS_MAX))
        if faults:
            raise Problem(422, "invalid-input", errors=faults)
    return value


def _too_deep() -> Problem:
    return Problem(400, "json-too-deep", params={"limit": JSON_DEPTH_MAX})


def _faults(value: object, path: tuple[str, ...], depth: int) -> Iterator[Fault]:
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            yield Fault(".".join(path), "forbidden-character", {})
    elif isinstance(value, _NotWhole):
        yield Fault(".".join(path), "not-whole-number", {})
    elif isinstance(value, dict | list):
        if depth == JSON_DEPTH_MAX:
            raise _too_deep()
        if isinstance(value, _Twice):
            yield Fault(".".join(path), "name-given-twice", {})
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if FORBIDDEN.search(str(name)):
                yield Fault(".".join(path), "forbidden-character", {})
            else:
                yield from _faults(inner, (*path, str(name)), depth + 1)
