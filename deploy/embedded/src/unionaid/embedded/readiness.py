"""Asking a service whether it is ready."""

from typing import Literal

import httpx

Readiness = Literal["ready", "degraded", "not ready"]
"""Degraded: it does its own work, but something it needs for the rest is away."""


async def readiness(client: httpx.AsyncClient, url: str, service: str) -> tuple[Readiness, str]:
    """Ask /readyz how `service` at `url` is, and what its checks complain of; nothing if it is ready."""
    try:
        answer = await client.get(f"{url}/readyz")
    except httpx.HTTPError as error:
        return "not ready", f"no answer ({type(error).__name__})"
    if answer.is_success and _service(answer) != service:
        return "not ready", f"another program answers at {url}"
    complaints = _complaints(answer)
    if not answer.is_success:
        return "not ready", complaints
    return "degraded" if complaints else "ready", complaints


def _service(answer: httpx.Response) -> object:
    try:
        return answer.json()["service"]
    except (ValueError, KeyError, TypeError):
        return None


def _complaints(answer: httpx.Response) -> str:
    try:
        checks = answer.json()["checks"]
        complaining = {name: check for name, check in checks.items() if check["health"] != "ok"}
        return "; ".join(": ".join(filter(None, (name, check.get("reason")))) for name, check in complaining.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return "" if answer.is_success else f"HTTP {answer.status_code}"
