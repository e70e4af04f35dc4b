"""`?after=<topic>@<index>`: wait until this service's views hold what another service has published.

@router.get("/totals")
async def totals(reader: Annotated[Actor, require(Role.AUDITOR)], _: Annotated[None, after]) -> …
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from unionaid.service.limits import AFTER_WAIT_MS_MAX
from unionaid.service.problems import Problem

if TYPE_CHECKING:
    from unionaid.service.app import Shell

_AFTER = re.compile(r"([a-z0-9._-]{1,200})@(\d{1,18})")
PAUSE_S_MIN = 0.005
"""Seconds before the second look; doubles up to `PAUSE_S_MAX`."""
PAUSE_S_MAX = 0.1


async def _wait(
    request: Request,
    after: Annotated[
        list[str] | None,
        Query(max_length=10, description="`<topic>@<index>`: wait until the answer holds this event"),
    ] = None,
) -> None:
    shell: Shell = request.app.state.shell
    deadline = asyncio.get_running_loop().time() + AFTER_WAIT_MS_MAX / 1000
    for item in after or ():
        topic, index = _read(item)
        await _reach(shell, topic, index, deadline)


after = Depends(_wait)
"""Parameter of an endpoint that honours `?after=`, for each of several topics if given several times.

Answers 422 for another form or a topic this service does not read, and 503 with Retry-After when the index is
not reached within `AFTER_WAIT_MS_MAX`.
"""


def _read(item: str) -> tuple[str, int]:
    given = _AFTER.fullmatch(item)
    if given is None:
        raise Problem.of_input("query.after", "after-malformed")
    return given[1], int(given[2])


async def _reach(shell: Shell, topic: str, index: int, deadline: float) -> None:
    pause = PAUSE_S_MIN
    while True:
        reached = await shell.position(topic)
        if reached is None:
            raise Problem.of_input("query.after", "after-unknown-topic")
        if reached >= index:
            return
        if asyncio.get_running_loop().time() + pause > deadline:
            raise Problem.moment("not-yet-visible")
        await asyncio.sleep(pause)
        pause = min(pause * 2, PAUSE_S_MAX)
