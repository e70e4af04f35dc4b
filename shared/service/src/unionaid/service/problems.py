"""Problem documents (RFC 9457): one shape for every refusal and every fault, in the caller's language.

`type` is `urn:unionaid:problem:<code>`; clients decide by `code` and by `errors[].field` and `.code`. No text
repeats what the caller sent: input may be identity, and problems are kept and logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from unionaid.service.languages import Catalogue, Language
from unionaid.service.limits import ERRORS_MAX, RETRY_AFTER_S
from unionaid.service.refusals import Fault, Refusal

if TYPE_CHECKING:
    from unionaid.eventlog import LogRefusal

MEDIA_TYPE = "application/problem+json"
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}|[0-9]{1,5}")


def plain_path(field: str) -> str:
    """Return a dotted path with `?` for each name that no field of ours has: made up, it may be identity."""
    return ".".join(name if _PLAIN_NAME.fullmatch(name) else "?" for name in field.split(".")) if field else field


class Problem(HTTPException):
    """A request ends here. Raised by the shell; rules raise a `Refusal`, which knows of no status."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        params: Mapping[str, object] | None = None,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code, dict(headers) if headers else None)
        self.code, self.params, self.errors = code, params or {}, errors

    @classmethod
    def moment(cls, code: str, **params: object) -> Problem:
        """Return a 503: the same request may be sent again, after Retry-After."""
        return cls(503, code, params=params, headers={"Retry-After": str(RETRY_AFTER_S)})

    @classmethod
    def of_input(cls, field: str, code: str, **params: object) -> Problem:
        """Return a 422 for one field."""
        return cls(422, "invalid-input", errors=[Fault(field, code, params)])

    @classmethod
    def of_refusal(cls, refusal: Refusal, statuses: Mapping[str, int]) -> Problem:
        """Return the problem a refusal is told as; 422 unless `statuses` says otherwise."""
        status = statuses.get(refusal.code) or SHELL_STATUSES.get(refusal.code, 422)
        own = [Fault(refusal.field, refusal.code, refusal.params)] if refusal.field else []
        return cls(status, refusal.code, params=refusal.params, errors=[*own, *refusal.faults])

    @classmethod
    def of_log_refusal(cls, refusal: LogRefusal) -> Problem:
        """Return the problem for a refusal of the log which no rule has turned into one of its own.

        Raises:
            LogRefusal: the refusal itself, where it can only be a fault of ours.
        """
        status = SHELL_STATUSES.get(refusal.code)
        if status is None:
            raise refusal
        return cls.moment(refusal.code) if status == HTTPStatus.SERVICE_UNAVAILABLE else cls(status, refusal.code)

    def document(self, catalogue: Catalogue, language: Language, request_id: str | None = None) -> bytes:
        """Return the JSON of this problem."""
        document: dict[str, object] = {
            "type": f"urn:unionaid:problem:{self.code}",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "code": self.code,
            "detail": catalogue.text(language, self.code, self.params),
        }
        if self.errors:
            document["errors"] = [
                {
                    "field": plain_path(error.field),
                    "code": error.code,
                    "reason": catalogue.text(language, error.code, error.params),
                    **({"row": error.params["row"]} if "row" in error.params else {}),
                }
                for error in self.errors
            ]
        if request_id:
            document["instance"] = f"urn:unionaid:request:{request_id}"
        return msgspec.json.encode(document)

    def response(self, catalogue: Catalogue, language: Language, request_id: str | None = None) -> Response:
        """Return the HTTP answer."""
        headers = {"Content-Language": language.value, "Vary": "Accept-Language", **(self.headers or {})}
        body = self.document(catalogue, language, request_id)
        return Response(body, self.status_code, headers, MEDIA_TYPE)


SHELL_STATUSES: Mapping[str, int] = {
    "not-found": 404,
    "version-moved": 412,
    "event-too-large": 422,
    "key-reused": 422,
    "reservation-taken": 409,
    "busy": 503,
    "log-halted": 503,
}
"""Status of refusals that are no service's own."""

_PLAIN: Mapping[int, str] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
}


def of_http_exception(error: HTTPException) -> Problem:
    """Return the problem for an exception of the framework; its own text is dropped."""
    if isinstance(error, Problem):
        return error
    fault = error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    code = _PLAIN.get(error.status_code, "internal-error" if fault else "bad-request")
    return Problem(error.status_code, code, headers=error.headers)


_REASONS: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown-field",
    "string_type": "not-text",
    "string_too_short": "too-short",
    "string_too_long": "too-long",
    "string_pattern_mismatch": "bad-form",
    "string_unicode": "forbidden-character",
    "too_short": "too-few",
    "too_long": "too-many",
    "greater_than": "not-above",
    "greater_than_equal": "too-small",
    "less_than": "not-below",
    "less_than_equal": "too-large",
    "enum": "not-one-of",
    "literal_error": "not-one-of",
    "none_required": "not-empty",
}
_REASONS_BY_START: Sequence[tuple[str, str]] = (
    ("int_", "not-whole-number"),
    ("float_", "not-whole-number"),
    ("bool_", "not-yes-or-no"),
    ("uuid_", "not-uuid"),
    ("date_", "not-date"),
    ("datetime_", "not-instant"),
    ("timezone_", "not-instant"),
    ("list_", "not-list"),
    ("tuple_", "not-list"),
    ("set_", "not-list"),
    ("dict_", "not-object"),
    ("model_", "not-object"),
    ("dataclass_", "not-object"),
)
_LIMITS = ("min_length", "max_length", "gt", "ge", "lt", "le", "expected")


def of_validation(faults: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Problem:
    """Return the problem for what pydantic found; a `PydanticCustomError` whose type has texts keeps it."""
    return Problem(422, "invalid-input", errors=[_fault(fault, catalogue) for fault in faults[:ERRORS_MAX]])


def _fault(fault: Mapping[str, Any], catalogue: Catalogue) -> Fault:
    where, *path = (str(part) for part in fault["loc"])
    field = ".".join(path if where == "body" else (where, *path))
    kind, context = str(fault["type"]), fault.get("ctx", {})
    limit = next((context[name] for name in _LIMITS if name in context), "")
    return Fault(field, _reason(kind, catalogue), {"limit": limit, **context})


def _reason(kind: str, catalogue: Catalogue) -> str:
    if kind in _REASONS:
        return _REASONS[kind]
    own = kind.replace("_", "-")
    if own in catalogue.codes:
        return own
    return next((reason for start, reason in _REASONS_BY_START if kind.startswith(start)), "invalid")


def shell_codes() -> frozenset[str]:
    """Return every code this module may give; each must have texts."""
    reasons = {*_REASONS.values(), *(reason for _, reason in _REASONS_BY_START), "invalid", "invalid-input"}
    return frozenset({*SHELL_STATUSES, *_PLAIN.values(), *_RAISED, *reasons})


_RAISED = frozenset(
    {
        "internal-error", "bad-json", "json-too-deep", "forbidden-character", "name-given-twice",
        "token-missing", "token-refused", "role-missing", "issuer-unreachable", "sign-in-failed", "form-expired",
        "idempotency-key-missing", "idempotency-key-malformed", "if-match-malformed",
        "database-unavailable", "after-malformed", "after-unknown-topic", "not-yet-visible",
    }
)  # fmt: skip
"""Codes raised by name elsewhere in the shell; a test compares them with the source."""
