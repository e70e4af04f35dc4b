"""The public notice of a dossier, to be printed: the holder's name, and nothing of the five clears in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.responses import Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.domain.dossier.facts import Posted, dossier_of
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.dossier_told import acts_seen_by, told_of
from unionaid.registry.pages.dossier_opening import names_of
from unionaid.registry.pages.naming import NAMING
from unionaid.registry.views import dossiers as views
from unionaid.registry.views.units import Pool
from unionaid.service.forms import Form, forms
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell


def notice_pages(commands: Commands, pool: Pool) -> PageRouter:
    """Return the sheet."""
    pages = PageRouter(tags=["screens"])

    @pages.post("/pages/dossiers/{dossier_id}/sheet")
    async def sheet(dossier_id: UUID, form: Annotated[Form, forms(*NAMING)]) -> Response:
        """The sheet; the look at the name is recorded as one for the notice."""
        shell: Shell = form.request.app.state.shell
        acts = await acts_seen_by(form.actor, pool, dossier_id)
        dossier = dossier_of(acts)
        if not isinstance(dossier, Posted):
            raise NotFound
        who = await names_of(commands, form, "notice", [dossier.file.holder_id])
        union = await views.union_names(pool, {dossier.file.union_org_id})
        return shell.screens.page(
            form.request, "notice.html", dossier=told_of(acts, commands.dossiers.policies), opened={"names": who},
            union=union.get(dossier.file.union_org_id, ""),
        )  # fmt: skip

    return pages
