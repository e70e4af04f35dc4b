"""The forms of answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec
from fastapi import Query
from starlette.responses import Response

from unionaid.registry.views.units import PAGE_ROWS_MAX

if TYPE_CHECKING:
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]

PageRows: TypeAlias = Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)]
"""How many rows of a list are asked for."""


def page(rows: Sequence[Mapping[str, Any]], key: str, limit: int) -> Response:
    """Answer one page; `rows` holds one more than fits if there is a next."""
    items = rows[:limit]
    return json_answer({"items": items, "next_cursor": items[-1][key] if len(rows) > limit else None})


def shown(body: Mapping[str, Any], version: int) -> Response:
    """Answer one thing as it stands, with its version as ETag."""
    response = json_answer(body)
    response.headers["ETag"] = f'"{version}"'
    return response


def json_answer(body: Mapping[str, Any]) -> Response:
    """Answer as JSON."""
    return Response(msgspec.json.encode(body), media_type="application/json")
