"""Speak with the services as the office's people do: each with a token, each command with its key."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from unionaid.embedded.errors import StackError
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.state import RunningStack

PATIENCE_S = 60.0
"""How long a request is repeated that the services could not take at that moment."""
REQUEST_TIMEOUT_S = 60.0
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

    def send_file(self, service: str, path: str, file: tuple[str, bytes], said: Mapping[str, str]) -> dict[str, Any]:
        """Send a file (name and content) with what is said of it, and return the answer.

        Raises:
            StackError: it was refused; the message is the service's.
        """
        headers = {"Authorization": self._authorization, "Accept-Language": "en"}
        return self._client.send("POST", service, path, headers, files={"file": file}, data=dict(said))

    def ask(self, service: str, path: str, **params: Any) -> dict[str, Any]:
        """Read something.

        Raises:
            StackError: it was refused; the message is the service's.
        """
        headers = {"Authorization": self._authorization, "Accept-Language": "en"}
        return self._client.send("GET", service, path, headers, params=params)


class OfficeClient:
    """HTTP to all services of a running stack."""

    def __init__(self, stack: RunningStack, issuer: Issuer) -> None:
        self.issuer = issuer
        self._services = {
            name: httpx.Client(base_url=url, timeout=REQUEST_TIMEOUT_S, trust_env=False)
            for name, url in stack.services.items()
        }

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
            if answer.status_code in (httpx.codes.ACCEPTED, httpx.codes.SERVICE_UNAVAILABLE):
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
