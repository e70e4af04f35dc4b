"""Codes of the authorization code flow: each given for one sign-in, and exchanged once, soon, by who began it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

CODE_S = 60.0
"""Seconds for which a code may be exchanged."""
CODES_MAX = 1_000
"""Codes that wait to be exchanged; of more, the oldest go."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for: who signed in, and what the sign-in was begun with."""

    sub: str
    role: str
    unit: str | None
    redirect_uri: str
    challenge: str
    nonce: str | None
    unit_name: str | None = None


class Codes:
    """The codes that wait; kept in memory, for a restart is a reason to sign in again."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: dict[str, tuple[float, Grant]] = {}

    def give(self, grant: Grant) -> str:
        """Return a new code."""
        while len(self._waiting) >= CODES_MAX:
            del self._waiting[next(iter(self._waiting))]
        code = secrets.token_urlsafe(32)
        self._waiting[code] = self._monotonic() + CODE_S, grant
        return code

    def take(self, code: str, verifier: str, redirect_uri: str) -> Grant | None:
        """Return what a code stands for, and forget it, whatever comes of it; None if it is not good."""
        until, grant = self._waiting.pop(code, (0.0, None))
        if grant is None or until < self._monotonic() or grant.redirect_uri != redirect_uri:
            return None
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        return grant if hmac.compare_digest(made, grant.challenge.encode()) else None
