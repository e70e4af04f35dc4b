"""A question as a form sends it, field by field, with the reason beside each that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from unionaid.reporting.http import INDEX_MAX
from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.screens import language_of

if TYPE_CHECKING:
    from unionaid.reporting.domain.figures import Citation
    from unionaid.service.app import Shell

EVENTS_SHOWN = 100
"""Events of one page."""
_INDEX = re.compile(r"-1|[0-9]{1,19}")
Question = TypeVar("Question")


@dataclass
class Asked(Generic[Question]):
    """A question as it was typed, with the reason beside each field that cannot be read: field -> code."""

    typed: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    question: Question | None = None

    @classmethod
    def of(cls, given: Mapping[str, str], names: Sequence[str]) -> Asked[Question]:
        """Take what was typed in these fields."""
        return cls({name: given.get(name, "").strip() for name in names})

    def read(self, name: str, reader: Callable[[str], Any], code: str) -> Any:
        """Return the value of a field, None where nothing stands or it cannot be read."""
        if not self.typed[name]:
            return None
        try:
            return reader(self.typed[name])
        except ValueError:
            self.faults[name] = code
            return None


def shown(request: Request, template: str, asked: Asked[Any], **values: Any) -> Response:
    """Answer a page with what was typed and what is wrong with it."""
    shell: Shell = request.app.state.shell
    language = language_of(request)
    told = {name: shell.catalogue.text(language, code) for name, code in asked.faults.items()}
    status = 422 if told else 200
    return shell.screens.page(request, template, status=status, typed=asked.typed, faults=told, **values)


def index_of(citation: Citation, service: str) -> int:
    """Return up to which index of a service's log a figure counts."""
    return next(index for topic, index in citation.vector.items() if topic.endswith(f".{service}"))


def read_date(text: str) -> date:
    """Read `2017-01-05`. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BUSINESS_ZONE).date()


def read_moment(text: str) -> datetime:
    """Read a moment as a browser writes it (Shanghai time), or an instant with a zone. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=BUSINESS_ZONE)


def read_index(text: str) -> int:
    """Read an index of a log. Raises ValueError."""
    if not _INDEX.fullmatch(text) or int(text) > INDEX_MAX:
        raise ValueError(text)
    return int(text)


def one_of(values: Sequence[str]) -> Callable[[str], str]:
    """Return what reads one of some words, and raises ValueError for any other."""

    def reader(text: str) -> str:
        if text not in values:
            raise ValueError(text)
        return text

    return reader
