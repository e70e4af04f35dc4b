"""Where a request stands in a trace (W3C Trace Context, version 00)."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_ZERO_TRACE, _ZERO_SPAN = "0" * 32, "0" * 16


class Trace(NamedTuple):
    """The trace of a request and the span of this service in it."""

    trace_id: str
    span_id: str
    flags: str

    @property
    def parent(self) -> str:
        """The `traceparent` of what this request causes: calls to other services, events."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def join(traceparent: str | None) -> Trace:
    """Join the caller's trace with a span of our own, or begin a trace."""
    given = _PARENT.fullmatch(traceparent or "")
    if given is None or given[1] == _ZERO_TRACE or given[2] == _ZERO_SPAN:
        return Trace(secrets.token_hex(16), secrets.token_hex(8), "01")
    return Trace(given[1], secrets.token_hex(8), given[3])
