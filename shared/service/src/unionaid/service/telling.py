"""How a problem is told: a page to a browser at an address of pages, a problem document to every other caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unionaid.service.languages import choose
from unionaid.service.screens import PageRoute

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from unionaid.service.app import Shell
    from unionaid.service.problems import Problem


def told(request: Request, problem: Problem) -> Response:
    """Return the answer that tells a problem, in the caller's language."""
    shell: Shell = request.app.state.shell
    if for_a_browser(request):
        return shell.screens.problem(request, problem)
    language = choose(request.headers.get("accept-language"))
    return problem.response(shell.catalogue, language, request.scope.get("unionaid.request_id"))


def for_a_browser(request: Request) -> bool:
    """Say whether a page answers: on the routes of pages, and for a browser at an address that no route has."""
    route = request.scope.get("route")
    if route is None:
        return "text/html" in request.headers.get("accept", "")
    return isinstance(route, PageRoute)
