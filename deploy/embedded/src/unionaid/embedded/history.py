"""The history that the demo tells: a winter of relief, from the first union to the last payment.

Each step is taken by the person whose step it is: officers of the three levels, approver, accountant, cashier.
Business dates are those of the winter of 2016 and 2017; the events are recorded today, as an office would that enters
its past years. So happening and recording differ, as in the field, and no clock is bent.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.relief import application_id, lines_hash
from unionaid.embedded import sample
from unionaid.embedded.errors import StackError
from unionaid.embedded.families import invent
from unionaid.embedded.filing import Filed, approve_dossiers, open_dossiers
from unionaid.embedded.office_client import OfficeClient
from unionaid.embedded.telling import Step, Telling

PEOPLE, TOTAL_FEN = 4_116, 199_700_000
"""The target the history is told towards; what is shown is what reporting counts."""
LIST_LINES_MAX = 5_000
PERIOD = ("2017-01-01", "2017-12-31")
SCHEMES_PERIOD = {"from": "2014-01-01", "to": "2017-12-31"}
_FOUNDED, _REGISTERED = "2013-01-04", "2016-01-11"
_RETURNED_EACH = 29
"""One line of so many comes back from the bank the first time: the account was closed."""

Line = tuple[int, tuple[str, int]]
"""Number in the list, person, fen."""


@dataclass(frozen=True, slots=True)
class Members:
    """A grassroots union, the union above it, and its people, each with the amount meant for them (fen)."""

    org_id: str
    above_id: str
    paid_by_bank: bool
    people: Sequence[tuple[str, int]]


class History:
    """Tells the history to a running stack. Told again it changes nothing: each command has its key."""

    def __init__(self, client: OfficeClient, scale: int, step: Step) -> None:
        self._tell = Telling(client, scale, step)
        self._registry_seen: str | None = None
        self._relief_seen: str | None = None

    def register(self) -> list[Members]:
        """Register unions and enterprises; the people, households and dossiers of each union by its own officer."""
        towns = sample.office(PEOPLE * self._tell.scale, TOTAL_FEN * self._tell.scale)
        families = invent(towns, self._tell.scale)
        filed: list[Filed] = []
        district = self._union({"level": "district", "name": sample.DISTRICT})
        registered = []
        with self._tell.step("People registered", PEOPLE * self._tell.scale) as advance:
            for town in towns:
                above = self._union({"level": "sub_district", "parent_id": district, "name": town.name})
                for unit in town.units:
                    org = self._union({"level": "grassroots", "parent_id": above, "name": unit.name})
                    ids = self._roster(org, unit)
                    amounts = (person.amount_fen for person in unit.people)
                    registered.append(Members(org, above, town.paid_by_bank, list(zip(ids, amounts, strict=True))))
                    filed += open_dossiers(self._tell, org, above, unit, families[unit.name])
                    advance(len(ids))
        approve_dossiers(self._tell, filed)
        return registered

    def relieve(self, unions: Sequence[Members]) -> None:
        """Bring relief: money in, a programme, lists of lines, each list through the hands of four persons or five."""
        accountant = self._tell.officer("accountant")
        fund = self._tell.do(
            accountant, "relief", "/funds", "fund",
            occurred_on="2016-11-01", source="appropriation", name="2017年送温暖专项资金",
        )["fund_id"]  # fmt: skip
        total = TOTAL_FEN * self._tell.scale
        self._tell.do(
            accountant, "relief", f"/funds/{fund}/receipts", "receipt",
            occurred_on="2016-11-21", amount_fen=total, voucher="丰财预〔2016〕112号",
        )  # fmt: skip
        programme = self._tell.do(
            self._tell.officer("district_officer"), "relief", "/programmes", "programme",
            occurred_on="2016-12-01", kind="WINTER_WARMTH", year=2017, name="2017年元旦春节送温暖",
            window_from="2016-12-15", window_to="2017-02-11", purpose="festival-visit",
        )["programme_id"]  # fmt: skip
        budget = self._tell.do(
            accountant, "relief", f"/funds/{fund}/budgets", "budget",
            occurred_on="2016-12-02", programme_id=programme, amount_fen=total,
        )["budget_id"]  # fmt: skip
        with self._tell.step("Relief paid", PEOPLE * self._tell.scale) as advance:
            for number, (union, part) in enumerate(_parts(unions)):
                path = self._approved(programme, budget, union, part, number)
                pay = self._pay_by_bank if union.paid_by_bank else self._pay_in_cash
                pay(path, part, number)
                advance(len(part))

    def count(self) -> tuple[dict[str, Any], Sequence[Mapping[str, Any]]]:
        """Ask reporting, once it has seen the last payment; return the figures and a few of their events.

        Raises:
            StackError: parked events may belong to the figures.
        """
        auditor = self._tell.officer("auditor")
        where = {"kind": "WINTER_WARMTH", "from": PERIOD[0], "to": PERIOD[1]}
        with self._tell.step("Figures counted", None):
            told = auditor.ask("reporting", "/totals/relief", **where, after=self._relief_seen)
            events = auditor.ask("reporting", "/totals/relief/events", **where, limit=3)["events"]
            schemes = auditor.ask("reporting", "/totals/title-schemes", **SCHEMES_PERIOD, after=self._registry_seen)
        citation = told["citation"]
        if told["incomplete"] or schemes["incomplete"]:
            raise StackError(
                f"{max(told['incomplete'], schemes['incomplete'])} parked events may belong to the figures.",
                "Look at ./unionaid logs reporting.",
            )
        shared = {"events": citation["events"], "cites": citation}
        return {
            "winter-warmth-people": {"value": told["people"], **shared},
            "winter-warmth-paid": {"value": told["amount_fen"], **shared},
            "title-schemes": {
                "value": schemes["enterprises"],
                "events": schemes["citation"]["events"],
                "cites": schemes["citation"],
            },
        }, events

    def _approved(
        self, programme: str, budget: str, union: Members, part: Sequence[tuple[str, int]], number: int
    ) -> str:
        """Enter a list, verify and approve it; return its path."""
        entered = self._tell.do(
            self._tell.officer("grassroots_officer", union.org_id), "relief", "/lists", f"list-{number}",
            after=self._registry_seen, occurred_on="2016-12-20", programme_id=programme, budget_id=budget,
            union_org_id=union.org_id, declared=_declared(list(enumerate(part, start=1))),
            lines=[{"person_id": person, "amount_fen": amount} for person, amount in part],
        )  # fmt: skip
        path = f"/lists/{entered['list_id']}"
        verifier = self._tell.officer("sub_district_officer", union.above_id)
        self._tell.do(verifier, "relief", f"{path}/verification", f"verify-{number}", occurred_on="2016-12-23")
        self._tell.do(
            self._tell.officer("approver"), "relief", f"{path}/approval", f"approve-{number}", occurred_on="2016-12-28"
        )
        return path

    def _pay_in_cash(self, path: str, part: Sequence[tuple[str, int]], number: int) -> None:
        """Two visitors hand it out and come back with a signed list."""
        self._tell.do(
            self._tell.officer("cashier"), "relief", f"{path}/cash-payment", f"pay-{number}",
            occurred_on=_day(5, number),
            visitors=[sample.officer(f"visitor-{n}").removeprefix("person-") for n in (1, 2)],
            signed_list_sha256=hashlib.sha256(f"scan {number}".encode()).hexdigest(), signed_list_bytes=481_280,
            lines=[
                {"line": n, "signed_by": "thumbprint" if n % 41 == 0 else "payee"} for n in range(1, len(part) + 1)
            ],
        )  # fmt: skip
        self._see_paid(path, len(part), 4)

    def _pay_by_bank(self, path: str, part: Sequence[tuple[str, int]], number: int) -> None:
        """A batch; what the bank returns goes into a second one, after the payees have given another account."""
        lines = list(enumerate(part, start=1))
        returned = [line for line in lines if line[0] % _RETURNED_EACH == 0]
        first = self._batch(path, lines, f"{number}", _day(5, number))
        self._answered(first, lines, {n for n, _ in returned}, _day(9, number))
        if returned:
            second = self._batch(path, returned, f"{number}-again", _day(12, number))
            self._answered(second, returned, set(), _day(16, number))
        last = len(part)
        self._see_paid(path, last, 7 if last % _RETURNED_EACH == 0 else 5)

    def _batch(self, path: str, lines: Sequence[Line], key: str, day: str) -> str:
        """The cashier makes a batch, the accountant releases it; return its path."""
        batch = self._tell.do(
            self._tell.officer("cashier"), "relief", f"{path}/payment-batches", f"batch-{key}",
            occurred_on=day, declared=_declared(lines),
        )["batch_id"]  # fmt: skip
        batch_path = f"/payment-batches/{batch}"
        self._tell.do(
            self._tell.officer("accountant"), "relief", f"{batch_path}/release", f"release-{key}", occurred_on=day
        )
        return batch_path

    def _answered(self, batch_path: str, lines: Sequence[Line], failed: set[int], day: str) -> None:
        """The accountant books the bank's answer."""
        self._tell.do(
            self._tell.officer("accountant"), "relief", f"{batch_path}/bank-return", f"return-{batch_path}",
            occurred_on=day,
            lines=[
                {"line": n, "outcome": "failed", "reason_code": "account-closed"}
                if n in failed
                else {"line": n, "outcome": "paid"}
                for n, _ in lines
            ],
        )  # fmt: skip

    def _see_paid(self, path: str, line: int, version: int) -> None:
        list_id = UUID(path.rpartition("/")[2])
        self._relief_seen = self._tell.position(
            "relief", stream_name("application", application_id(list_id, line)), version
        )

    def _union(self, body: Mapping[str, Any]) -> str:
        officer = self._tell.officer("district_officer")
        dated = {**body, "occurred_on": _FOUNDED}
        return str(officer.command("registry", "/union-orgs", dated, sample.key("union", body["name"]))["org_id"])

    def _roster(self, union: str, unit: sample.Unit) -> list[str]:
        enterprise = self._tell.do(
            self._tell.officer("district_officer"), "registry", "/enterprises", f"enterprise-{unit.uscc}",
            uscc=unit.uscc, name=unit.enterprise, ownership=unit.ownership, union_org_id=union, occurred_on=_FOUNDED,
        )["enterprise_id"]  # fmt: skip
        rows = self._tell.bring_in(
            self._tell.officer("grassroots_officer", union), "workers",
            (f"{unit.enterprise}.xlsx", sample.workbook(unit)), len(unit.people), f"roster-{unit.uscc}",
            union_org_id=union, enterprise_id=enterprise, occurred_on=_REGISTERED,
        )  # fmt: skip
        ids = [row["person_id"] for row in rows]
        self._run_titles(enterprise, unit, ids)
        self._registry_seen = self._tell.position("registry", stream_name("person", UUID(ids[-1])), 2)
        return ids

    def _run_titles(self, enterprise: str, unit: sample.Unit, ids: Sequence[str]) -> None:
        """Some enterprises run titles of their own: a scheme, and the first workers evaluated and appointed."""
        scheme = sample.SCHEMES.get(unit.enterprise)
        if scheme is None:
            return
        adopted = self._tell.do(
            self._tell.officer("district_officer"), "registry", "/title-schemes", f"scheme-{unit.uscc}",
            enterprise_id=enterprise, occurred_on=scheme.adopted_on,
            titles=[{"title_name": scheme.title, "grades": 3}],
        )  # fmt: skip
        for n, person in enumerate(ids[:3], start=1):
            title = self._tell.do(
                self._tell.officer("district_officer"), "registry", "/titles", f"title-{unit.uscc}-{n}",
                scheme_id=adopted["scheme_id"], person_id=person, title_name=scheme.title, grade=n,
                occurred_on="2017-03-01",
            )["title_id"]  # fmt: skip
            self._tell.do(
                self._tell.officer("district_officer"), "registry", f"/titles/{title}/appointment",
                f"appointment-{unit.uscc}-{n}", allowance_fen=n * 20_000, occurred_on="2017-04-01",
            )  # fmt: skip


def _parts(unions: Sequence[Members]) -> Iterator[tuple[Members, Sequence[tuple[str, int]]]]:
    for union in unions:
        for start in range(0, len(union.people), LIST_LINES_MAX):
            yield union, union.people[start : start + LIST_LINES_MAX]


def _declared(lines: Sequence[Line]) -> Mapping[str, Any]:
    """What is said of lines beforehand, and must agree with them."""
    return {
        "lines": len(lines),
        "amount_fen": sum(amount for _, (_, amount) in lines),
        "lines_hash": lines_hash([(n, UUID(person), amount) for n, (person, amount) in lines]),
    }


def _day(first: int, number: int) -> str:
    """A day of January 2017, one of twelve from `first` on."""
    return f"2017-01-{first + number % 12:02d}"
