"""Routes that read strictly: token and role first, then the body; no odd characters anywhere."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unionaid.service.access import PUBLIC_PATHS, right_of
from unionaid.service.problems import Problem
from unionaid.service.strict_json import FORBIDDEN, parse


class Body(BaseModel):
    """Base of the models of JSON bodies: what a model does not name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StrictRequest(Request):
    """A request whose JSON is read by `strict_json`."""

    async def json(self) -> Any:
        """Return the value of the body, read once.

        Raises:
            Problem: see `strict_json.parse`.
        """
        if not hasattr(self, "_strict"):
            self._strict = parse(await self.body())
        return self._strict


class StrictRoute(APIRoute):
    """Claims the right first, then checks address and media type, then reads."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()
        right = right_of(self.dependant)
        wants_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def strict(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            if right is not None:
                await right.claim(request)
            _refuse_odd_address(request)
            if wants_json:
                _refuse_other_media(request)
            return await answer(request)

        return strict


class Router(APIRouter):
    """A router of strict routes. Give it to `create_app`; routers are not nested."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None) -> None:
        super().__init__(prefix=prefix, tags=list(tags or ()), route_class=StrictRoute, redirect_slashes=False)


def _refuse_odd_address(request: Request) -> None:
    if FORBIDDEN.search(request.scope["path"]):
        raise Problem.of_input("path", "forbidden-character")
    if not request.scope["query_string"]:
        return
    for name, value in request.query_params.multi_items():
        if FORBIDDEN.search(name):
            raise Problem.of_input("query", "forbidden-character")
        if FORBIDDEN.search(value):
            raise Problem.of_input(f"query.{name}", "forbidden-character")


def _refuse_other_media(request: Request) -> None:
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    media = media.strip().lower()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise Problem(415, "unsupported-media-type")
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        raise Problem(415, "unsupported-media-type")


class RouteUnguarded(Exception):
    """A route says not, or not rightly, who may use it; the message names it."""


def refuse_unguarded(routes: Iterable[BaseRoute]) -> None:
    """Check that every route is guarded: deny by default.

    Raises:
        RouteUnguarded: naming all that are not.
    """
    if faults := [fault for route in routes if (fault := _fault(route))]:
        raise RouteUnguarded("\n".join(faults))


def _fault(route: BaseRoute) -> str | None:
    if isinstance(route, Route) and route.path in PUBLIC_PATHS:
        return None
    if not isinstance(route, APIRoute):
        return f"{route!r}: not a route of a Router, so nothing checks who uses it"
    methods = route.methods or set()
    where = f"{','.join(sorted(methods))} {route.path}"
    if not isinstance(route, StrictRoute):
        return f"{where}: not made by unionaid.service.routes.Router"
    right = right_of(route.dependant)
    if right is None:
        return f"{where}: does not say who may use it"
    if not methods <= right.methods:
        return f"{where}: a {type(right).__name__} is for {', '.join(sorted(right.methods))}"
    return None
