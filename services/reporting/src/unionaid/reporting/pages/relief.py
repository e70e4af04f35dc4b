"""The screens of reporting: a total of relief, its programmes, and the events it is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.reporting.domain.kinds import ProgrammeKind
from unionaid.reporting.domain.relief.question import ReliefQuestion
from unionaid.reporting.http import INDEX_MAX, READERS
from unionaid.reporting.views import Dimension, Totals
from unionaid.service.access import require
from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter, language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from unionaid.reporting.domain.figures import Citation
    from unionaid.service.app import Shell

EVENTS_SHOWN = 100
"""Events of one page."""
_INDEX = re.compile(r"-1|[0-9]{1,19}")
KINDS: tuple[str, ...] = get_args(ProgrammeKind)


@dataclass
class Asked:
    """A question as it was typed, with the reason beside each field that cannot be read: field -> code."""

    typed: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    question: ReliefQuestion | None = None

    def read(self, name: str, reader: Callable[[str], Any], code: str) -> Any:
        """Return the value of a field, None where nothing stands or it cannot be read."""
        if not self.typed[name]:
            return None
        try:
            return reader(self.typed[name])
        except ValueError:
            self.faults[name] = code
            return None


def asked_of(given: Mapping[str, str], today: date) -> Asked:
    """Read a question as the form sends it; without a period, this year until today."""
    names = ("from", "to", "kind", "programme", "union", "as_of", "upto")
    asked = Asked({name: given.get(name, "").strip() for name in names})
    if "from" not in given and "to" not in given:
        asked.typed |= {"from": f"{today.year}-01-01", "to": today.isoformat()}
    since, until = (asked.read(name, _date, "not-date") for name in ("from", "to"))
    for name in ("from", "to"):
        if not asked.typed[name]:
            asked.faults[name] = "missing"
    kind = asked.read("kind", _kind, "invalid")
    programme, union = (asked.read(name, UUID, "not-uuid") for name in ("programme", "union"))
    as_of, upto = asked.read("as_of", _moment, "screen-not-moment"), asked.read("upto", _index, "invalid")
    if not asked.faults:
        try:
            asked.question = ReliefQuestion(since, until, kind, programme, union, as_of, upto)
        except Refusal as refusal:
            asked.faults[(refusal.field or "").removeprefix("query.")] = refusal.code
    return asked


def pages_of(totals: Totals) -> PageRouter:
    """Return the screens over `totals`."""
    pages = PageRouter(tags=["screens"])

    @pages.get("/pages/relief")
    async def relief(request: Request, _: Annotated[Actor, require(*READERS)]) -> Response:
        """The total by programme of a period, with its citation."""
        shell: Shell = request.app.state.shell
        asked = asked_of(request.query_params, shell.clock.business_date())
        found = await totals.by(asked.question, Dimension.PROGRAMME) if asked.question else None
        opened = dict(asked.typed)
        if found is not None:  # the events are those of this very answer, whatever is recorded meanwhile
            opened["upto"] = str(_relief_index(found.total.citation))
        return _shown(request, "relief.html", asked, found=found, opened=opened)

    @pages.get("/pages/relief/events")
    async def events(request: Request, _: Annotated[Actor, require(*READERS)]) -> Response:
        """The events that a total is made of."""
        shell: Shell = request.app.state.shell
        asked = asked_of(request.query_params, shell.clock.business_date())
        total = page = None
        if asked.question:
            total = await totals.total(asked.question)
            fixed = replace(asked.question, upto=_relief_index(total.citation))
            page = await totals.events(fixed, request.query_params.get("cursor"), EVENTS_SHOWN)
            asked.typed["upto"] = str(fixed.upto)
        return _shown(request, "relief_events.html", asked, total=total, page=page)

    return pages


def _shown(request: Request, template: str, asked: Asked, **values: Any) -> Response:
    shell: Shell = request.app.state.shell
    language = language_of(request)
    told = {name: shell.catalogue.text(language, code) for name, code in asked.faults.items()}
    status = 422 if told else 200
    return shell.screens.page(request, template, status=status, typed=asked.typed, faults=told, kinds=KINDS, **values)


def _relief_index(citation: Citation) -> int:
    return next(index for topic, index in citation.vector.items() if topic.endswith(".relief"))


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BUSINESS_ZONE).date()


def _moment(text: str) -> datetime:
    """Read a moment as a browser writes it (Shanghai time), or an instant with a zone."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=BUSINESS_ZONE)


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(text)
    return text


def _index(text: str) -> int:
    if not _INDEX.fullmatch(text) or int(text) > INDEX_MAX:
        raise ValueError(text)
    return int(text)
