"""Names on the pages of a list: opened when the reader says what for, then page by page, until they are hidden.

One act (`POST /pages/names/<screen>`) chooses the purpose. Each page of the list that is shown afterwards opens the
names it holds: one opening, one event, recorded before they are shown. What was chosen stands in a cookie that only
this session's key has signed, so that no other site and no later session opens anything.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import IdentityField
from unionaid.registry.domain.refusals import NotFound, PurposeUnknown
from unionaid.registry.http.access import ENTERING
from unionaid.registry.pages.opening import Shown, opened
from unionaid.registry.purposes import SCREENS, Screen
from unionaid.service.forms import Form, forms
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, SESSION_COOKIE, PageRouter, local, secure

if TYPE_CHECKING:
    from unionaid.registry.application.identities import Identities
    from unionaid.service.app import Shell

NAMING = (*ENTERING, Role.APPROVER)
"""Who sees names on lists."""
NAMES_COOKIE = "unionaid_names"
NAMES_OPEN_S = 900
"""Seconds for which a list shows names before it asks again what for."""
NAME: frozenset[IdentityField] = frozenset({"name"})


class Naming(NamedTuple):
    """What a page shows of names: the purposes to choose from, the one to begin with, and who is opened."""

    screen: Screen
    purposes: Sequence[str]
    first: str
    chosen: str
    """The purpose under which names are shown; empty while they are not."""
    persons: Mapping[UUID, Shown]

    @property
    def names(self) -> dict[str, str]:
        """Names by person id, as templates take them."""
        return {str(person_id): person.name for person_id, person in self.persons.items() if person.name}


async def named(
    request: Request, reader: Actor, identities: Identities, screen: Screen, persons: Sequence[UUID], *,
    first: str = "", fields: frozenset[IdentityField] = NAME,
) -> Naming:  # fmt: skip
    """Open the persons of a page where the reader has said what for; `first` is the purpose offered before others."""
    fitting = identities.fitting(screen, frozenset(role.value for role in reader.roles))
    chosen = _kept(request, screen)
    if chosen not in fitting:
        chosen = ""
    told = await opened(request, reader, identities, persons, purpose=chosen, fields=fields) if chosen else []
    begins = first if first in fitting else next(iter(fitting), "")
    return Naming(screen, fitting, begins, chosen, {one.person_id: one for one in told})


def keep(request: Request, response: Response, screen: Screen, purpose: str) -> None:
    """Go on showing the names of a list for a purpose."""
    response.set_cookie(
        NAMES_COOKIE, f"{screen}.{purpose}.{_mark(request, screen, purpose)}", max_age=NAMES_OPEN_S,
        path=_path(request), secure=secure(request), httponly=True, samesite="lax",
    )  # fmt: skip


def purpose_of(form: Form, identities: Identities, screen: Screen) -> str:
    """Return the purpose that a form gives. Raises PurposeUnknown: none that fits the screen and its reader."""
    purpose = form.text("purpose")
    if purpose not in identities.fitting(screen, frozenset(role.value for role in form.actor.roles)):
        raise PurposeUnknown(field="purpose")
    return purpose


def naming_pages(identities: Identities) -> PageRouter:
    """Return what the buttons of lists lead to."""
    pages = PageRouter(tags=["screens"])

    @pages.post("/pages/names/{screen}")
    async def choose(screen: str, form: Annotated[Form, forms(*NAMING)]) -> Response:
        """Show names from now on, or hide them again; then back to the page."""
        response = RedirectResponse(local(form.text("next")), 303, HEADERS)
        if screen not in SCREENS:
            raise NotFound
        if form.text("hide"):
            response.delete_cookie(
                NAMES_COOKIE, path=_path(form.request), secure=secure(form.request), httponly=True, samesite="lax"
            )
        else:
            keep(form.request, response, screen, purpose_of(form, identities, screen))
        return response

    return pages


def _kept(request: Request, screen: Screen) -> str:
    """Return the purpose that this session has chosen for a list; empty without one."""
    of, _, rest = request.cookies.get(NAMES_COOKIE, "").partition(".")
    purpose, _, mark = rest.partition(".")
    good = of == screen and hmac.compare_digest(mark.encode(), _mark(request, screen, purpose).encode())
    return purpose if good else ""


def _mark(request: Request, screen: Screen, purpose: str) -> str:
    shell: Shell = request.app.state.shell
    said = "\0".join(("unionaid names", request.cookies.get(SESSION_COOKIE, ""), screen, purpose))
    return hmac.digest(shell.keys.hmac, said.encode(), "sha256").hex()


def _path(request: Request) -> str:
    shell: Shell = request.app.state.shell
    return f"/{shell.name}/pages"
