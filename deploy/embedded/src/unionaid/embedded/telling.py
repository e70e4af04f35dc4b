"""What every part of the history is told with: the office's people, each with a token, and keys for their commands."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from unionaid.contracts.event import Service
from unionaid.embedded import sample
from unionaid.embedded.errors import StackError
from unionaid.embedded.office_client import OfficeClient, Officer

Step = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]
"""Shows a step of so many, and lends what advances it."""


class Telling:
    """A history told to a running stack. Told again it changes nothing: each command has its key."""

    def __init__(self, client: OfficeClient, scale: int, step: Step) -> None:
        self.scale, self.step = scale, step
        self._client = client
        self._officers: dict[tuple[str, str | None], Officer] = {}

    def do(
        self, officer: Officer, service: str, path: str, step: str, *, after: str | None = None, **body: Any
    ) -> dict[str, Any]:
        """Give a command under the key of a step."""
        return officer.command(service, path, body, sample.key(self.scale, step), after)

    def bring_in(
        self, officer: Officer, table: str, file: tuple[str, bytes], rows: int, step: str, **said: str
    ) -> Sequence[Mapping[str, Any]]:
        """Bring a workbook in: looked through first, then all its rows; return what is told of each.

        Raises:
            StackError: a row cannot be entered.
        """
        report = officer.send_file("registry", f"/imports/{table}", file, said)
        if report["bad"]:
            raise StackError(
                f"{report['bad']} rows of {file[0]} cannot be entered.", "Look at ./unionaid logs registry."
            )
        entered = self.do(officer, "registry", f"/imports/{report['import_id']}/entry", step, rows=rows)
        told: Sequence[Mapping[str, Any]] = entered["rows"]
        return told

    def position(self, service: Service, stream: str, version: int) -> str:
        """Return where an event stands in a service's log, once it has been given an index."""
        answer = self.officer("district_officer").ask(service, "/log/position", stream=stream, version=version)
        return f"{answer['topic']}@{answer['index']}"

    def officer(self, role: str, unit: str | None = None) -> Officer:
        """Return the one officer of a role (of a unit); each role is another person."""
        known = self._officers.get((role, unit))
        if known is None:
            known = Officer(self._client, sample.officer(f"{role}/{unit or 'district'}"), [role], unit)
            self._officers[role, unit] = known
        return known
