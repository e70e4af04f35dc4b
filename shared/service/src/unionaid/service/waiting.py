"""A process that starts before its database or broker waits, says so, and gives up after a named time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import stamina
import structlog
from aiokafka.errors import KafkaError

log = structlog.stdlib.get_logger(__name__)
T = TypeVar("T")
EXIT_GAVE_UP = 3
"""Exit code of a process that has waited in vain."""
NOT_UP = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, KafkaError)
NOT_MADE = (asyncpg.InvalidCatalogNameError, asyncpg.InvalidAuthorizationSpecificationError)
"""The database or its login does not exist, or not yet."""
PAUSE_S_MIN, PAUSE_S_MAX = 0.2, 3.0


class GaveUp(Exception):
    """What was waited for did not come; the message says what, how long and why."""


class NotYet(Exception):
    """It is up, but not as it must be; the message says what is missing."""


async def until(what: str, wait_s: float, attempt: Callable[[], Awaitable[T]]) -> T:
    """Return what `attempt` returns, as soon as it does not fail for `what` not being up yet.

    Raises:
        GaveUp: it was not up within `wait_s` seconds.
        Exception: what `attempt` fails with for another reason; waiting would not help.
    """

    def told(error: Exception) -> bool:
        if not isinstance(error, (*NOT_UP, *NOT_MADE, NotYet)):
            return False
        log.warning("waiting", what=what, reason=_reason(error), gives_up_after_s=wait_s)
        return True

    try:
        async for trying in stamina.retry_context(
            on=told, attempts=None, timeout=wait_s, wait_initial=PAUSE_S_MIN, wait_max=PAUSE_S_MAX
        ):
            with trying:
                return await attempt()
    except (*NOT_UP, *NOT_MADE, NotYet) as error:
        raise GaveUp(f"{what}: not up within {wait_s:g} s: {_reason(error)}") from None
    raise GaveUp(what)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, NotYet) else type(error).__name__
