"""What the desk of dossiers shows, saved as a workbook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from unionaid.registry.bodies.exports import DossiersExport
from unionaid.registry.domain.refusals import ExportTooLarge
from unionaid.registry.http.access import ENTERING
from unionaid.registry.pages.choosing import chosen_in
from unionaid.registry.pages.dossier_desk import DUE, STATUSES
from unionaid.service.forms import Form, faults_of, forms
from unionaid.service.screens import HEADERS, PageRouter, language_of
from unionaid.sheets import MEDIA_TYPE

if TYPE_CHECKING:
    from unionaid.registry.http.exports import Lists
    from unionaid.service.app import Shell


def dossier_export(lists: Lists) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    @pages.post("/pages/exports/dossiers")
    async def export(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Save the dossiers of one tab, with who holds them; who sends it again, or of an empty tab, is led back.

        Too many are refused on a page that says what to do.
        """
        show, of = form.text("show"), chosen_in(form.text("union"))
        asked = DossiersExport.model_validate(
            {"status": show if show in STATUSES else None, "due": show if show in DUE else None, "union_org_id": of}
        )
        answered = await lists.dossiers(await form.command(), asked, language_of(form.request))
        faults = faults_of(answered)
        if faults and json.loads(bytes(answered.body))["code"] == ExportTooLarge.code:
            shell: Shell = form.request.app.state.shell
            return shell.screens.page(
                form.request, "problem.html", status=answered.status_code, kind="invalid", told=faults[""], faults=[],
                number=None, again=False,
            )  # fmt: skip
        if faults or answered.headers["content-type"] != MEDIA_TYPE:
            back = {"show": show if show in (*DUE, *STATUSES) else "waiting", **({"union": str(of)} if of else {})}
            return RedirectResponse(f"/registry/pages/dossiers?{urlencode(back)}", 303, HEADERS)
        return answered

    return pages
