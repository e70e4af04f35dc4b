"""Asking a service whether it is ready."""

import httpx


async def readiness(client: httpx.AsyncClient, url: str) -> tuple[bool, str]:
    """Ask /readyz: whether the service at `url` is ready, and what its checks complain of."""
    try:
        answer = await client.get(f"{url}/readyz")
    except httpx.HTTPError as error:
        return False, f"does not answer ({type(error).__name__})"
    return answer.is_success, _complaints(answer)


def _complaints(answer: httpx.Response) -> str:
    try:
        checks = answer.json()["checks"]
        return "; ".join(f"{name}: {check['reason']}" for name, check in checks.items() if "reason" in check)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "" if answer.is_success else f"HTTP {answer.status_code}"
