"""The sample history: a winter of relief, from the first union to the counted figure, by the services' own commands.

Business dates are those of the winter of 2016 and 2017; the events are recorded today, as an office would that enters
its past years. So happening and recording differ, as in the field, and no clock is bent.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from unionaid.contracts import stream_name, topic_name
from unionaid.contracts.event import Service
from unionaid.contracts.relief import application_id, lines_hash
from unionaid.embedded import sample
from unionaid.embedded.errors import StackError
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.office_client import OfficeClient, Officer
from unionaid.embedded.state import RunningStack

PEOPLE, TOTAL_FEN = 4_116, 199_700_000
"""The target the history is told towards; what is shown is what reporting counts."""
LIST_LINES_MAX = 5_000
PERIOD = ("2017-01-01", "2017-12-31")
_FOUNDED = "2013-01-04"


def run(stack: RunningStack, *, console: Console, figures: Path | None, scale: int) -> int:
    """Tell the history to a running stack and show its figures; return 0 if they are the expected ones.

    Told a second time it changes nothing: each command has its key.

    Raises:
        StackError: a service refused or did not answer.
    """
    started = time.monotonic()
    client = OfficeClient(stack, Issuer(Path(stack.home) / "issuer", stack.issuer))
    try:
        with _progress(console) as progress:
            history = _History(client, stack.division, scale, progress)
            units = history.register()
            history.relieve(units)
            computed, events = history.count()
    finally:
        client.close()
    console.print(f"Told and counted in {time.monotonic() - started:.1f} s.")
    if figures is not None:
        figures.write_text(json.dumps({"figures": computed}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return _show(console, computed, events, scale)


@dataclass(frozen=True, slots=True)
class _Registered:
    """A sub-district with the people registered there, each with the amount meant for them."""

    org_id: str
    name: str
    people: Sequence[tuple[str, int]]


class _History:
    def __init__(self, client: OfficeClient, division: str, scale: int, progress: "_Bars") -> None:
        self._client, self._division, self._scale, self._progress = client, division, scale, progress
        self._registry_seen: str | None = None
        self._relief_seen: str | None = None
        self._officers: dict[tuple[str, str | None], Officer] = {}

    def register(self) -> list[_Registered]:
        """Register unions, enterprises and people: three levels, one roster for each grassroots union."""
        towns = sample.office(PEOPLE * self._scale, TOTAL_FEN * self._scale)
        officer = self._officer("district_officer")
        body = {"level": "district", "name": sample.DISTRICT, "occurred_on": _FOUNDED}
        district = self._union(officer, body)
        registered = []
        with self._progress.step("People registered", PEOPLE * self._scale) as advance:
            for town in towns:
                org = self._union(
                    officer,
                    {"level": "sub_district", "parent_id": district, "name": town.name, "occurred_on": _FOUNDED},
                )
                people: list[tuple[str, int]] = []
                for unit in town.units:
                    ids = self._roster(officer, org, unit)
                    people += zip(ids, (p.amount_fen for p in unit.people), strict=True)
                    advance(len(ids))
                registered.append(_Registered(org, town.name, people))
        return registered

    def relieve(self, towns: Sequence[_Registered]) -> None:
        """Bring relief: money in, a programme, lists of lines, each list through four pairs of hands."""
        accountant = self._officer("accountant")
        fund = self._do(
            accountant, "relief", "/funds", "fund",
            occurred_on="2016-11-01", source="appropriation", name="2017年送温暖专项资金",
        )["fund_id"]  # fmt: skip
        total = TOTAL_FEN * self._scale
        self._do(
            accountant, "relief", f"/funds/{fund}/receipts", "receipt",
            occurred_on="2016-11-21", amount_fen=total, voucher="丰财预〔2016〕112号",
        )  # fmt: skip
        programme = self._do(
            self._officer("district_officer"), "relief", "/programmes", "programme",
            occurred_on="2016-12-01", kind="WINTER_WARMTH", year=2017, name="2017年元旦春节送温暖",
            window_from="2016-12-15", window_to="2017-02-11", purpose="festival-visit",
        )["programme_id"]  # fmt: skip
        budget = self._do(
            accountant, "relief", f"/funds/{fund}/budgets", "budget",
            occurred_on="2016-12-02", programme_id=programme, amount_fen=total,
        )["budget_id"]  # fmt: skip
        with self._progress.step("Relief paid", PEOPLE * self._scale) as advance:
            for number, (town, part) in enumerate(_parts(towns)):
                self._list(programme, budget, town, part, number)
                advance(len(part))

    def count(self) -> tuple[dict[str, Any], Sequence[Mapping[str, Any]]]:
        """Ask reporting, once it has seen the last payment; return the figures and a few of their events."""
        auditor = self._officer("auditor")
        where = {"kind": "WINTER_WARMTH", "from": PERIOD[0], "to": PERIOD[1]}
        with self._progress.step("Figures counted", None):
            told = auditor.ask("reporting", "/totals/relief", **where, after=self._relief_seen)
            events = auditor.ask("reporting", "/totals/relief/events", **where, limit=3)["events"]
        citation = told["citation"]
        if told["incomplete"]:
            raise StackError(
                f"{told['incomplete']} parked events may belong to the figures.", "Look at ./unionaid logs reporting."
            )
        shared = {"events": citation["events"], "cites": citation}
        return {
            "winter-warmth-people": {"value": told["people"], **shared},
            "winter-warmth-paid": {"value": told["amount_fen"], **shared},
        }, events

    def _list(
        self, programme: str, budget: str, town: _Registered, part: Sequence[tuple[str, int]], number: int
    ) -> None:
        lines = [{"person_id": person, "amount_fen": amount} for person, amount in part]
        declared = {
            "lines": len(part),
            "amount_fen": sum(amount for _, amount in part),
            "lines_hash": lines_hash([(n, UUID(person), amount) for n, (person, amount) in enumerate(part, start=1)]),
        }
        entered = self._do(
            self._officer("district_officer"), "relief", "/lists", f"list-{number}", after=self._registry_seen,
            occurred_on="2016-12-20", programme_id=programme, budget_id=budget, union_org_id=town.org_id,
            declared=declared, lines=lines,
        )  # fmt: skip
        path = f"/lists/{entered['list_id']}"
        verifier = self._officer("sub_district_officer", town.org_id)
        self._do(verifier, "relief", f"{path}/verification", f"verify-{number}", occurred_on="2016-12-23")
        self._do(self._officer("approver"), "relief", f"{path}/approval", f"approve-{number}", occurred_on="2016-12-28")
        self._do(
            self._officer("cashier"), "relief", f"{path}/cash-payment", f"pay-{number}",
            occurred_on=f"2017-01-{5 + number % 12:02d}",
            visitors=[sample.officer(f"visitor-{n}").removeprefix("person-") for n in (1, 2)],
            signed_list_sha256=hashlib.sha256(f"scan {number}".encode()).hexdigest(), signed_list_bytes=481_280,
            lines=[
                {"line": n, "signed_by": "thumbprint" if n % 41 == 0 else "payee"} for n in range(1, len(part) + 1)
            ],
        )  # fmt: skip
        last = application_id(UUID(entered["list_id"]), len(part))
        self._relief_seen = self._position("relief", stream_name("application", last), 4)

    def _union(self, officer: Officer, body: Mapping[str, Any]) -> str:
        key = sample.key("union", body["name"])
        return str(officer.command("registry", "/union-orgs", body, key)["org_id"])

    def _roster(self, officer: Officer, parent: str, unit: sample.Unit) -> list[str]:
        union = self._union(
            officer, {"level": "grassroots", "parent_id": parent, "name": unit.name, "occurred_on": _FOUNDED}
        )
        enterprise = self._do(
            officer, "registry", "/enterprises", f"enterprise-{unit.uscc}",
            uscc=unit.uscc, name=unit.enterprise, ownership=unit.ownership, union_org_id=union, occurred_on=_FOUNDED,
        )["enterprise_id"]  # fmt: skip
        rows = [
            {"name": p.name, "resident_id": p.resident_id, "phone": p.phone, "migrant": p.migrant} for p in unit.people
        ]
        ids: list[str] = self._do(
            officer, "registry", "/rosters", f"roster-{unit.uscc}",
            union_org_id=union, enterprise_id=enterprise, occurred_on="2016-11-10", rows=rows,
        )["person_ids"]  # fmt: skip
        self._registry_seen = self._position("registry", stream_name("person", UUID(ids[-1])), 2)
        return ids

    def _do(
        self, officer: Officer, service: str, path: str, step: str, *, after: str | None = None, **body: Any
    ) -> dict[str, Any]:
        return officer.command(service, path, body, sample.key(self._scale, step), after)

    def _position(self, service: Service, stream: str, version: int) -> str:
        answer = self._officer("district_officer").ask(service, "/log/position", stream=stream, version=version)
        return f"{answer.get('topic', topic_name(self._division, service))}@{answer['index']}"

    def _officer(self, role: str, unit: str | None = None) -> Officer:
        """Return the one officer of a role (of a unit); each role is another person."""
        known = self._officers.get((role, unit))
        if known is None:
            known = Officer(self._client, sample.officer(f"{role}/{unit or 'district'}"), [role], unit)
            self._officers[role, unit] = known
        return known


def _parts(towns: Sequence[_Registered]) -> Iterator[tuple[_Registered, Sequence[tuple[str, int]]]]:
    for town in towns:
        for start in range(0, len(town.people), LIST_LINES_MAX):
            yield town, town.people[start : start + LIST_LINES_MAX]


class _Bars:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def step(self, what: str, total: int | None) -> Iterator[Any]:
        """Show one step; the value lent advances it."""
        task = self._progress.add_task(what, total=total)
        yield lambda n: self._progress.advance(task, n)
        self._progress.update(task, total=total or 1, completed=total or 1)


@contextmanager
def _progress(console: Console) -> Iterator[_Bars]:
    columns = (
        SpinnerColumn(finished_text="✓"), TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress)


def expected() -> Mapping[str, Mapping[str, Any]]:
    """Return the figures a district federation reported, by id."""
    content = json.loads((files("unionaid.embedded") / "litong-figures.json").read_text("utf-8"))
    return {figure["id"]: figure for figure in content["figures"]}


def _show(console: Console, computed: Mapping[str, Any], events: Sequence[Mapping[str, Any]], scale: int) -> int:
    table = Table(title="Figures, computed by reporting from events")
    for column, justify in (("figure", "left"), ("expected", "right"), ("computed", "right"), ("events", "right")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]  # Rich's literal type
    table.add_column("")
    wrong = 0
    for id, figure in computed.items():
        known = expected()[id]
        agrees = figure["value"] == known["exactly"]
        wrong += not agrees
        table.add_row(
            f"{id}\n{known['zh']}",
            _amount(known["exactly"], known["unit"]) if scale == 1 else "–",
            _amount(figure["value"], known["unit"]),
            f"{figure['events']:,}",
            "" if scale > 1 else "✓" if agrees else "✗",
        )
    console.print(table)
    cites = next(iter(computed.values()))["cites"]
    console.print(f"Cites {cites['events']:,} events, SHA-256 {cites['sha256']}")
    standing = ", ".join(f"{topic}@{index}" for topic, index in cites["vector"].items() if index >= 0)
    console.print(f"standing on {standing}; query {cites['query']}; policy {', '.join(cites['policy_versions'])}")
    _show_events(console, events)
    if scale > 1:
        console.print(f"{scale} times the people: there is nothing to compare with, so no comparison was made.")
        return 0
    return 1 if wrong else 0


def _show_events(console: Console, events: Sequence[Mapping[str, Any]]) -> None:
    table = Table(title="The first of them")
    for column in ("index", "event", "happened", "recorded", "person"):
        table.add_column(column)
    table.add_column("yuan", justify="right")
    for event in events:
        table.add_row(
            str(event["index"]), event["event_id"], event["occurred_on"], event["logtime"][:19],
            event["person_id"][:8] + "…", _amount(event["amount_fen"], "fen"),
        )  # fmt: skip
    console.print(table)


def _amount(value: int, unit: str) -> str:
    return f"{value // 100:,}.{value % 100:02d} 元" if unit == "fen" else f"{value:,}"
