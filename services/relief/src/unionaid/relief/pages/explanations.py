"""The screen of one line of a list: why it was taken, by the facts frozen with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import acts_seen_by
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.previews import PREVIEWING
from unionaid.relief.views.explaining import explained_line
from unionaid.service.access import require
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

explanations = PageRouter(tags=["screens"])


@explanations.get("/pages/lists/{list_id}/lines/{line}")
async def explain(
    request: Request,
    list_id: UUID,
    line: Annotated[int, Path(ge=1, le=LINES_MAX)],
    reader: Annotated[Actor, require(*PREVIEWING)],
    desk: AtDesk,
) -> Response:
    """One person's case, condition by condition. Raises NotFound."""
    shell: Shell = request.app.state.shell
    await acts_seen_by(reader, desk, list_id)
    found = await explained_line(desk.pool, list_id, line)
    if found is None:
        raise NotFound
    # An auditor sees names when asking for them, not by looking.
    opening = reader.roles != {Role.AUDITOR} or request.query_params.get("names") == "yes"
    return shell.screens.page(
        request,
        "explanation.html",
        asked=found.requested,
        case=found.explanation,
        names=await desk.identities.names(request, reader, [found.requested.person_id]) if opening else None,
        coded={name for name, one in ATTRIBUTES.items() if isinstance(one.type, Coded)},
    )
