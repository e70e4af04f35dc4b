"""The parts of bodies: what was typed, in its form alone."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from unionaid.contracts.fields import (
    PublicName,
)
from unionaid.registry.domain.text import tidy_name

TYPED_CHARS_MAX = 200
"""Characters of a field as typed, before it is brought into its one form."""


def _only_text(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise PydanticCustomError("date_type", "not a date")
    return value


def _tidied(value: object) -> object:
    return tidy_name(value) if isinstance(value, str) else value


BusinessDate = Annotated[date, BeforeValidator(_only_text)]
"""`2017-01-05` and nothing else: pydantic would take a number for seconds."""


UnitName = Annotated[PublicName, BeforeValidator(_tidied)]


Typed = Annotated[str, Field(max_length=TYPED_CHARS_MAX)]
