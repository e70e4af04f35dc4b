"""The description of the API says what the shell demands: token, Idempotency-Key, the shape of problems."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from unionaid.service.access import Right, right_of
from unionaid.service.limits import IDEMPOTENCY_KEY_CHARS_MAX
from unionaid.service.problems import MEDIA_TYPE

_FIELD_ERROR = {
    "type": "object",
    "required": ["field", "code", "reason"],
    "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "reason": {"type": "string"}},
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Decide by `code`; the texts are in the language of Accept-Language.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:unionaid:problem:invalid-input"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": _FIELD_ERROR},
        "instance": {"type": "string"},
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same key and body again changes nothing and gets the same answer, for 30 days.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": IDEMPOTENCY_KEY_CHARS_MAX,
        "pattern": "^[ -~]+$",
    },
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag last read: refuse with 412 if it has changed since.",
    "schema": {"type": "string", "examples": ['"3"']},
}
_ANSWER = {
    "description": "A problem document",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def describe(app: FastAPI) -> None:
    """Make `app.openapi` describe the shell's demands too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for route in app.routes:
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        right = right_of(route.dependant)
        for method in route.methods or ():
            operation = schema["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None and right is not None:
                _describe(operation, right)
    return schema


def _describe(operation: dict[str, Any], right: Right) -> None:
    operation["security"] = [{"bearer": []}]
    operation["x-roles"] = sorted(right.roles)
    operation["responses"]["default"] = _ANSWER
    operation["responses"].pop("422", None)
    if "DELETE" in right.methods:
        operation.setdefault("parameters", []).extend([_KEY, _IF_MATCH])
