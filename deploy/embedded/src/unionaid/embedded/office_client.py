"""Speak with the services as the office's people do: each with a token, each command with its key."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from unionaid.embedded.errors import StackError
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.state import SERVICES, RunningStack

PATIENCE_S = 60.0
"""How long a request is repeated that the services could not take at that moment."""
REQUEST_TIMEOUT_S = 60.0
_OF_THE_MOMENT = {
    httpx.codes.ACCEPTED, httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT,  # a front's, whose service is being started again
}  # fmt: skip
_FAULTS_TOLD = 3


class Officer:
    """One person with roles, and for officers below the district the unit the roles hold for."""

    def __init__(self, client: "OfficeClient", sub: str, roles: Sequence[str], unit: str | None = None) -> None:
        self._client = client
        self._authorization = f"Bearer {client.issuer.mint(sub, roles, unit)}"

    def command(
        self, service: str, path: str, body: Mapping[str, Any], key: str, after: str | None = None
    ) -> dict[str, Any]:
        """Send a command under its key and return the answer.

        Raises:
            StackError: it was refused; the message is the service's.
        """
        headers = {"Authorization": self._authorization, "Idempotency-Key": key, "Accept-Language": "en"}
        return self._client.send("POST", service, path, headers, json=body, params={"after": after} if after else None)

    def ask(self, service: str, path: str, **params: Any) -> dict[str, Any]:
        """Read something.

        Raises:
            StackError: it was refused; the message is the service's.
        """
        headers = {"Authorization": self._authorization, "Accept-Language": "en"}
        return self._client.send("GET", service, path, headers, params=params)


class OfficeClient:
    """HTTP to all services, each at its base URL; `transports` take the place of the usual way to some of them."""

    def __init__(
        self, services: Mapping[str, str], issuer: Issuer, transports: Mapping[str, httpx.BaseTransport] | None = None
    ) -> None:
        self.issuer = issuer
        self._services = {
            name: httpx.Client(
                base_url=url, timeout=REQUEST_TIMEOUT_S, trust_env=False, transport=(transports or {}).get(name)
            )
            for name, url in services.items()
        }

    @classmethod
    def of_stack(cls, stack: RunningStack) -> "OfficeClient":
        """Return one for a stack of this machine."""
        return cls(stack.services, Issuer(Path(stack.home) / "issuer", stack.issuer))

    @classmethod
    def behind(cls, front: str, issuer_directory: Path) -> "OfficeClient":
        """Return one for services behind one address, where the issuer whose key lies here is trusted.

        Raises:
            StackError: nobody answers there, or has no such issuer.
        """
        front = front.rstrip("/")
        try:
            told = httpx.get(f"{front}/issuer/.well-known/openid-configuration", trust_env=False).raise_for_status()
            issuer = Issuer(issuer_directory, str(told.json()["issuer"]))
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise StackError(
                f"{front} has no issuer for trying things out: {error}",
                "In containers: docker compose --profile demo up, see docs/how-to/containers.md.",
            ) from error
        return cls({name: f"{front}/{name}" for name in SERVICES}, issuer)

    def send(self, method: str, service: str, path: str, headers: Mapping[str, str], **options: Any) -> dict[str, Any]:
        """Send a request; repeat it while the service says that it is an error of the moment.

        Raises:
            StackError: the service refused it, or did not answer it within `PATIENCE_S`.
        """
        said, deadline = "", time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = self._services[service].request(method, path, headers=headers, **options)
            except httpx.TransportError as error:
                said = f"{type(error).__name__}: {error}"
                time.sleep(0.5)
                continue
            if answer.status_code in _OF_THE_MOMENT:
                said = answer.text
                time.sleep(min(1.0, float(answer.headers.get("Retry-After", 1)) / 10))
                continue
            if answer.is_success:
                read: dict[str, Any] = answer.json()
                return read
            raise StackError(
                f"{service} refused {method} {path}: {refusal_of(answer)}",
                "If this stack holds another history already, `./unionaid reset` makes it empty.",
            )
        raise StackError(f"{service} did not answer {method} {path}: {said}", f"Look at ./unionaid logs {service}.")

    def close(self) -> None:
        """Close all connections."""
        for client in self._services.values():
            client.close()


def refusal_of(answer: httpx.Response) -> str:
    """Return what a problem says, and of its faults those that say something else."""
    try:
        problem = answer.json()
        detail = problem.get("detail") or problem.get("title")
        faults = [
            f"{e.get('field')}: {e.get('reason')}" for e in problem.get("errors", []) if e.get("reason") != detail
        ]
        return " ".join(filter(None, (detail, "; ".join(faults[:_FAULTS_TOLD]))))
    except ValueError:
        return f"{answer.status_code} {answer.text[:300]}"
