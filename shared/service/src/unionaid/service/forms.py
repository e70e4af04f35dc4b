"""Forms of pages: what a browser sends, known to come from a page of ours, as an ordinary command.

@pages.post("/pages/workers/new")
async def register(form: Annotated[Form, forms(*ENTERING)]) -> Response:
    done = await (await form.command()).run(act)  # answers as the API does
    if faults := faults_of(done): …             # field -> reason, in the reader's language

Every form carries `csrf` (see `screens.csrf_token`) and, where it commands, `key`: an Idempotency-Key made with
the page, so that a form sent twice is carried out once; and `version`, where it changes what somebody has read.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from unionaid.service.access import Right
from unionaid.service.idempotency import Command, command_of
from unionaid.service.limits import FORM_FIELDS_MAX
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import SESSION_COOKIE, csrf_token
from unionaid.service.strict_json import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unionaid.service.app import Shell


_VERSION = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Form:
    """One form as an endpoint receives it: who sent it, and its fields, each given once."""

    request: Request
    actor: Actor
    fields: Mapping[str, str]
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field without blanks around it; "" if it was not sent."""
        return self.fields.get(name, "").strip()

    async def command(self) -> Command:
        """Return the command the form gives, under the key it was made with, for the version it was made for.

        Raises:
            Problem: 400 without a key, or with a version that is none.
        """
        command = await command_of(self.request, self.actor, self.fields.get("key"))
        if "version" not in self.fields:
            return command
        version = self.fields["version"]
        if not _VERSION.fullmatch(version):
            raise Problem(400, "if-match-malformed")
        return replace(command, if_match=int(version))


class FormRight(Right):
    """For what a page's form sends; it must come from a page of this session. `files` is how many it may bring."""

    methods = frozenset({"POST"})

    def __init__(self, roles: Iterable[Role], files: int = 0) -> None:
        super().__init__(roles)
        self._files = files

    async def __call__(self, request: Request) -> Form:
        """Give the endpoint its form.

        Raises:
            Problem: 403 if the form is of another site or session, 422 if it holds what no browser sends.
        """
        actor = await self.claim(request)
        sent = (await request.form(max_files=self._files, max_fields=FORM_FIELDS_MAX)).multi_items()
        fields = {name: value for name, value in sent if isinstance(value, str)}
        files = {name: value for name, value in sent if isinstance(value, UploadFile)}
        if len(fields) + len(files) != len(sent):
            raise Problem.of_input("form", "name-given-twice")
        for name, value in fields.items():
            if FORBIDDEN.search(name) or FORBIDDEN.search(value):
                raise Problem.of_input("form", "forbidden-character")
        shell: Shell = request.app.state.shell
        expected = csrf_token(shell.keys.hmac, request.cookies.get(SESSION_COOKIE, ""))
        if not hmac.compare_digest(expected.encode(), fields.get("csrf", "").encode()):
            raise Problem(403, "form-expired")
        return Form(request, actor, fields, files)


def forms(*roles: Role, files: int = 0) -> Any:
    """Declare who may send a form, and how many files with it; the parameter is the `Form`."""
    return Depends(FormRight(roles, files), use_cache=False)


def new_key() -> str:
    """Return a key for a form that commands."""
    return str(uuid4())


def faults_of(done: Response) -> dict[str, str]:
    """Return what a command was refused for: field -> reason, "" -> the whole; none if it was carried out."""
    if done.status_code < HTTPStatus.BAD_REQUEST:
        return {}
    document = json.loads(bytes(done.body))
    return {"": document["detail"]} | {fault["field"]: fault["reason"] for fault in document.get("errors", [])}
