"""Forms of pages: what a browser sends, known to come from a page of ours, as an ordinary command.

@pages.post("/pages/workers/new")
async def register(form: Annotated[Form, forms(*ENTERING)]) -> Response:
    done = await (await form.command()).run(act)  # answers as the API does
    if faults := faults_of(done): …             # field -> reason, in the reader's language

Every form carries `csrf` (see `screens.csrf_token`) and, where it commands, `key`: an Idempotency-Key made with
the page, so that a form sent twice is carried out once.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from unionaid.service.access import Right
from unionaid.service.idempotency import Command, command_of
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import SESSION_COOKIE, csrf_token
from unionaid.service.strict_json import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unionaid.service.app import Shell


@dataclass(frozen=True, slots=True)
class Form:
    """One form as an endpoint receives it: who sent it, and its fields, each given once."""

    request: Request
    actor: Actor
    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a field without blanks around it; "" if it was not sent."""
        return self.fields.get(name, "").strip()

    async def command(self) -> Command:
        """Return the command the form gives, under the key it was made with.

        Raises:
            Problem: 400 without a key.
        """
        return await command_of(self.request, self.actor, self.fields.get("key"))


class FormRight(Right):
    """For what a page's form sends; it must come from a page of this session."""

    methods = frozenset({"POST"})

    async def __call__(self, request: Request) -> Form:
        """Give the endpoint its form.

        Raises:
            Problem: 403 if the form is of another site or session, 422 if it holds what no browser sends.
        """
        actor = await self.claim(request)
        sent = (await request.form(max_files=0)).multi_items()
        fields = {name: value for name, value in sent if isinstance(value, str)}
        if len(fields) != len(sent):
            raise Problem.of_input("form", "name-given-twice")
        for name, value in fields.items():
            if FORBIDDEN.search(name) or FORBIDDEN.search(value):
                raise Problem.of_input("form", "forbidden-character")
        shell: Shell = request.app.state.shell
        expected = csrf_token(shell.keys.hmac, request.cookies.get(SESSION_COOKIE, ""))
        if not hmac.compare_digest(expected.encode(), fields.get("csrf", "").encode()):
            raise Problem(403, "form-expired")
        return Form(request, actor, fields)


def forms(*roles: Role) -> Any:
    """Declare who may send a form; the parameter is the `Form`."""
    return Depends(FormRight(roles), use_cache=False)


def new_key() -> str:
    """Return a key for a form that commands."""
    return str(uuid4())


def faults_of(done: Response) -> dict[str, str]:
    """Return what a command was refused for: field -> reason, "" -> the whole; none if it was carried out."""
    if done.status_code < HTTPStatus.BAD_REQUEST:
        return {}
    document = json.loads(bytes(done.body))
    return {"": document["detail"]} | {fault["field"]: fault["reason"] for fault in document.get("errors", [])}
