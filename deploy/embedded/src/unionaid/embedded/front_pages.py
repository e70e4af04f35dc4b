"""What the front itself tells a browser: that a service does not answer, or that there is none of this name."""

from __future__ import annotations

from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unionaid.service.languages import Catalogue
from unionaid.service.problems import Problem
from unionaid.service.screens import LANGUAGE, STYLE, Screens

LOCALE = files("unionaid.embedded") / "locale"


def pages() -> Starlette:
    """Return how pages look, and at every other address the page of what `scope["unionaid.told"]` says."""
    screens = Screens(Catalogue.of(LOCALE))

    async def told(request: Request) -> Response:
        status, code, params = request.scope.get("unionaid.told", (404, "no-such-service", {}))
        values = screens.problem_values(request, Problem(status, code, params=params))
        return screens.render(request, "problem.html", service="", status=status, simulated=None, **values)

    return Starlette(routes=[STYLE, LANGUAGE, Route("/{address:path}", told, methods=_METHODS)])


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
