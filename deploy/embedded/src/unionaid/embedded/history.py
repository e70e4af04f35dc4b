"""The history that the demo tells: two years of relief, its seasons, from the first union to the last payment.

Each step is taken by the person whose step it is: officers of the three levels, approver, accountant, cashier.
Business dates are those of 2016 and 2017; the events are recorded today, as an office would that enters
its past years. So happening and recording differ, as in the field, and no clock is bent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.relief import application_id
from unionaid.embedded import sample
from unionaid.embedded.activities import COOLNESS_PERIOD, SKILLS_PERIOD, Activities
from unionaid.embedded.errors import StackError
from unionaid.embedded.families import invent
from unionaid.embedded.filing import Filed, Student, approve_dossiers, open_dossiers
from unionaid.embedded.office_client import OfficeClient
from unionaid.embedded.relief_lists import Days, Entry, Line, approved, declared, hand_out
from unionaid.embedded.telling import Step, Telling
from unionaid.embedded.tuition import PERIOD as TUITION_PERIOD
from unionaid.embedded.tuition import Tuition

PEOPLE, TOTAL_FEN = 4_116, 199_700_000
"""The target the history is told towards; what is shown is what reporting counts."""
LIST_LINES_MAX = 5_000
PERIOD = ("2017-01-01", "2017-12-31")
SCHEMES_PERIOD = {"from": "2014-01-01", "to": "2017-12-31"}
_FOUNDED, _REGISTERED = "2013-01-04", "2016-01-11"
_RETURNED_EACH = 29
"""One line of so many comes back from the bank the first time: the account was closed."""
_WINTER = Days("2016-12-20", "2016-12-23", "2016-12-28")


@dataclass(frozen=True, slots=True)
class Members:
    """A grassroots union, the union above it, and its people, each with the amount meant for them (fen)."""

    org_id: str
    above_id: str
    paid_by_bank: bool
    people: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Registered:
    """The unions with their people, and the children at school of those whose households have a dossier."""

    unions: Sequence[Members]
    students: Sequence[Student]


class History:
    """Tells the history to a running stack. Told again it changes nothing: each command has its key."""

    def __init__(self, client: OfficeClient, scale: int, step: Step) -> None:
        self._tell = Telling(client, scale, step)
        self._registry_seen: str | None = None
        self._relief_seen: str | None = None

    def register(self) -> Registered:
        """Register unions and enterprises; the people, households and dossiers of each union by its own officer."""
        towns = sample.office(PEOPLE * self._tell.scale, TOTAL_FEN * self._tell.scale)
        families = invent(towns, self._tell.scale)
        filed: list[Filed] = []
        students: list[Student] = []
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
                    opened, at_school = open_dossiers(self._tell, org, above, unit, families[unit.name])
                    filed += opened
                    students += at_school
                    advance(len(ids))
        approve_dossiers(self._tell, filed)
        return Registered(registered, students)

    def educate(self, students: Sequence[Student]) -> None:
        """Bring the autumn tuition of 2016."""
        tuition = Tuition(self._tell, students)
        self._registry_seen = tuition.admit() or self._registry_seen
        self._relief_seen = tuition.pay(self._registry_seen)

    def support(self, unions: Sequence[Members]) -> None:
        """Hand out goods in the summer of 2016, and train people in 2017."""
        activities = Activities(
            self._tell, [(union.org_id, [person for person, _ in union.people]) for union in unions]
        )
        activities.cool(self._registry_seen)
        self._relief_seen = activities.train(self._registry_seen)

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
                officer = self._tell.officer("grassroots_officer", union.org_id)
                entry = Entry(programme, budget, union.org_id, officer, union.above_id, part)
                path = approved(self._tell, entry, _WINTER, f"{number}", self._registry_seen)
                pay = self._pay_by_bank if union.paid_by_bank else self._pay_in_cash
                pay(path, part, number)
                advance(len(part))

    def count(self) -> tuple[dict[str, Any], Sequence[Mapping[str, Any]]]:
        """Ask reporting, once it has seen the last payment; return the figures and a few of their events.

        Raises:
            StackError: parked events may belong to the figures.
        """
        auditor = self._tell.officer("auditor")
        winter = {"kind": "WINTER_WARMTH", "from": PERIOD[0], "to": PERIOD[1]}
        autumn = {"kind": "AUTUMN_TUITION", "from": TUITION_PERIOD[0], "to": TUITION_PERIOD[1]}
        summer = {"kind": "SUMMER_COOLNESS", "from": COOLNESS_PERIOD[0], "to": COOLNESS_PERIOD[1]}
        spring = {"kind": "SPRING_SKILLS", "from": SKILLS_PERIOD[0], "to": SKILLS_PERIOD[1]}
        with self._tell.step("Figures counted", None):
            warmth = auditor.ask("reporting", "/totals/relief", **winter, after=self._relief_seen)
            events = auditor.ask("reporting", "/totals/relief/events", **winter, limit=3)["events"]
            tuition = auditor.ask("reporting", "/totals/relief", **autumn, after=self._relief_seen)
            coolness = auditor.ask("reporting", "/totals/activities", **summer, after=self._relief_seen)
            skills = auditor.ask("reporting", "/totals/activities", **spring, after=self._relief_seen)
            schemes = auditor.ask("reporting", "/totals/title-schemes", **SCHEMES_PERIOD, after=self._registry_seen)
        incomplete = max(told["incomplete"] for told in (warmth, tuition, coolness, skills, schemes))
        if incomplete:
            raise StackError(
                f"{incomplete} parked events may belong to the figures.", "Look at ./unionaid logs reporting."
            )
        return {
            "winter-warmth-people": _figure(warmth, "people"),
            "winter-warmth-paid": _figure(warmth, "amount_fen"),
            "tuition-students": _figure(tuition, "people"),
            "tuition-paid": _figure(tuition, "amount_fen"),
            "coolness-units": _figure(coolness, "sites"),
            "coolness-people": _figure(coolness, "head_count"),
            "coolness-goods": _figure(coolness, "amount_fen"),
            "skills-sessions": _figure(skills, "sessions"),
            "skills-trainees": _figure(skills, "trainees"),
            "title-schemes": _figure(schemes, "enterprises"),
        }, events

    def _pay_in_cash(self, path: str, part: Sequence[tuple[str, int]], number: int) -> None:
        signed = [{"line": n, "signed_by": "thumbprint" if n % 41 == 0 else "payee"} for n in range(1, len(part) + 1)]
        hand_out(self._tell, path, signed, _day(5, number), f"{number}")
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
            occurred_on=day, declared=declared(lines),
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


def _figure(told: Mapping[str, Any], value: str) -> Mapping[str, Any]:
    return {"value": told[value], "events": told["citation"]["events"], "cites": told["citation"]}


def _day(first: int, number: int) -> str:
    """A day of January 2017, one of twelve from `first` on."""
    return f"2017-01-{first + number % 12:02d}"
