"""The own file on a screen: what is known of a worker, who has looked, and on asking the own identity."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.http.own_file import file_of, opening_of, own_id
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.identities import Identities
    from unionaid.service.app import Shell

SHOWN_FIELDS = ("name", "resident_id", "phone", "bank_account", "bank_code", "account_holder", "address", "birth_date")
"""The fields of the own identity, in the order in which they are shown."""


def own_file_pages(known: Identities, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def shown(request: Request, reader: Actor, identity: dict[str, str] | None, fault: str = "") -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        told, _ = await file_of(pool, own_id(reader))
        return shell.screens.page(
            request,
            "own_file.html",
            file=told,
            looks=gathered(told["looks"]),
            own=reader.id,
            identity=None
            if identity is None
            else [(name, identity[name]) for name in SHOWN_FIELDS if name in identity],
            fault=fault,
            key=new_key(),
        )

    @pages.get("/pages/own-file")
    async def show(request: Request, reader: Annotated[Actor, require(Role.WORKER)]) -> Response:
        """The file without identity, and who has looked."""
        return await shown(request, reader, None)

    @pages.post("/pages/own-file")
    async def show_identity(form: Annotated[Form, forms(Role.WORKER)]) -> Response:
        """The file with the own identity, which is recorded as any opening; the same form again shows none."""
        command = await form.command()
        done = await command.run(opening_of(known, form.actor))
        if faults := faults_of(done):
            return await shown(form.request, form.actor, None, faults[""])
        answered: dict[str, Any] = json.loads(bytes(done.body))
        (one,) = answered.get("persons", [{}])
        return await shown(form.request, form.actor, one.get("identity") or None)

    return pages


def gathered(looks: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Return openings that tell the same of a day as one, each with how many they are; the latest first."""
    counted: dict[tuple[Any, ...], tuple[Mapping[str, Any], int]] = {}
    for look in looks:
        same = tuple(look[name] for name in ("on", "by", "roles", "union", "purpose", "fields"))
        first, count = counted.get(same, (look, 0))
        counted[same] = (first, count + 1)
    return list(counted.values())
