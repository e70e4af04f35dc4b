"""What several bodies are made of: dates, amounts, the lines that are declared, the day of a step."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from unionaid.contracts.fields import (
    AMOUNT_FEN_MAX,
    LINES_MAX,
    Sha256Hex,
)
from unionaid.service.routes import Body

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _only_iso(value: Any) -> Any:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date_form", "not a date")
    return value


BusinessDate = Annotated[date, BeforeValidator(_only_iso)]
Fen = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_FEN_MAX)]
LineFen = Annotated[int, Field(strict=True, ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]
"""An amount on a line: what is not above zero is refused line by line, all of them at once."""


LineNumber = Annotated[int, Field(strict=True, ge=1, le=LINES_MAX)]


class StepBody(Body):
    """When the step was taken."""

    occurred_on: BusinessDate


class DeclaredBody(Body):
    """What the lines must agree with: count, sum, and `unionaid.contracts.relief.lines_hash`."""

    lines: Annotated[int, Field(strict=True, ge=1, le=LINES_MAX)]
    amount_fen: LineFen
    lines_hash: Sha256Hex
