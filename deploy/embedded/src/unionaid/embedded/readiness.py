"""Asking a service whether it is ready."""

import httpx


async def readiness(client: httpx.AsyncClient, url: str, service: str) -> tuple[bool, str]:
    """Ask /readyz: whether `service` is at `url` and ready, and what its checks complain of."""
    try:
        answer = await client.get(f"{url}/readyz")
    except httpx.HTTPError as error:
        return False, f"does not answer ({type(error).__name__})"
    if answer.is_success and _service(answer) != service:
        return False, f"another program answers at {url}"
    return answer.is_success, _complaints(answer)


def _service(answer: httpx.Response) -> object:
    try:
        return answer.json()["service"]
    except (ValueError, KeyError, TypeError):
        return None


def _complaints(answer: httpx.Response) -> str:
    try:
        checks = answer.json()["checks"]
        return "; ".join(f"{name}: {check['reason']}" for name, check in checks.items() if "reason" in check)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "" if answer.is_success else f"HTTP {answer.status_code}"
