"""Logs: JSON lines on stderr, without identity.

What may hold identity is not written: addresses and bodies of requests, and the text of exceptions (a
database repeats values in its errors). Of an exception, its type and the places it passed are written.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, ClassVar, TextIO

import msgspec
import structlog

Entry = MutableMapping[str, Any]


class _Lines:
    """Writes what structlog has made, past the standard library: a line per request is most of what is written."""

    stream: ClassVar[TextIO] = sys.stderr
    """Where all of them write: loggers are kept from their first use on, this may be set anew."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def info(self, line: str) -> None:
        """Write a line; one that cannot be written is lost, as with the standard library's."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(line + "\n")
            self.stream.flush()

    warning = error = exception = critical = info


def set_up(service: str, stream: TextIO | None = None) -> None:
    """Write what structlog and the standard library's logging are given as JSON lines, to stderr or `stream`."""
    _Lines.stream = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_exception_text,
        _naming(service),
    ]
    rendered = structlog.processors.JSONRenderer(serializer=_json)
    structlog.configure(
        processors=[*shared, rendered],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_Lines.stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                rendered,
            ],
        )
    )
    logging.raiseExceptions = False  # a line that cannot be written is not spelt out on stderr instead
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("aiokafka", "httpx", "httpcore", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").propagate = True


def without_exception_text(_: Any, __: str, entry: Entry) -> Entry:
    """Write of an exception its type and the places it passed, and nothing of its text."""
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        entry["error"] = type(error).__name__
        entry["at"] = places(error)
    return entry


def places(error: BaseException) -> list[str]:
    """Return the places an exception passed, the innermost last: `file:line function`."""
    return [
        f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-12)
    ]


def _naming(service: str) -> structlog.typing.Processor:
    def name(_: Any, __: str, entry: Entry) -> Entry:
        entry["service"] = service
        return entry

    return name


def _json(entry: object, **_: object) -> str:
    return msgspec.json.encode(entry, enc_hook=str).decode()
