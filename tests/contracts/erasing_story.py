"""Three persons with all that the office can hold of somebody: what the test of erasure plants, years before it.

One came in with an uploaded file, heads a household with a dossier in force and then closed, was paid relief; one is a
child of the household and no worker; one objected to the dossier. Each service that can know them has heard of them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
from stdnum.cn import ric

from unionaid.contracts import stream_name
from unionaid.contracts.relief import application_id, lines_hash
from unionaid.embedded.issuer import Issuer

if TYPE_CHECKING:
    from unionaid.testkit.demo import Demo

NAMES = ("龘靐齉", "爨灪麤", "厵虋讟")
PHONES = ("13911112222", "15833334444", "18655556666")
NEW_PHONE = "17700009999"
WORDS = ("尿毒症鬱籲每周透析", "孫子讀書龖龗無著落", "醫院帳單虪齾付不起", "鄰居說靉靆另有商鋪", "靐龘第一中學")
"""Of the five clears, of health, of a shock, of an objection, of a school."""
INCOME_FEN = 61_357
PAID_FEN = 150_000
WAIT_S_MAX = 45


def resident_id(serial: int) -> str:
    body = f"64030219750315{serial:03d}"
    return str(body + ric.calc_check_digit(body + "0"))


NUMBERS = tuple(resident_id(serial) for serial in (501, 502, 503))
BAD_ROW_NAME = "麤驫鱻"
STAYS = ("留下來", resident_id(504))
MARKS = (*NAMES, *NUMBERS, *PHONES, NEW_PHONE, *WORDS, BAD_ROW_NAME)


@dataclass
class Story:
    """A stack whose clock stands some years after what is told; each role is one person of it."""

    stack: Demo
    people: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    persons: list[str] = field(default_factory=list)
    stays: str = ""
    household: str = ""
    dossier: str = ""
    paid_at: str = ""

    def token(self, role: str, unit: str | None = None) -> str:
        """Return a token of the one person who has a role."""
        person = self.people.setdefault(role, f"person-{uuid4()}")
        return Issuer(self.stack.home / "issuer", self.stack.stack.issuer).mint(
            person, [role.removeprefix("another_")], self.units.get(unit or "")
        )

    def send(
        self, role: str, path: str, /, *, service: str = "registry", unit: str | None = None, after: str | None = None,
        **body: Any,
    ) -> httpx.Response:  # fmt: skip
        """Give a command."""
        return self.stack.request("POST", service, path, self.token(role, unit), body, after=after)

    def done(self, role: str, path: str, /, **told: Any) -> dict[str, Any]:
        """Give a command that goes well."""
        answered = self.send(role, path, **told)
        assert answered.is_success, (path, answered.text)
        return dict(answered.json())

    def ask(self, path: str, role: str = "district_officer", *, service: str = "registry", **asked: Any) -> Any:
        """Read something that is there."""
        return self.stack.request("GET", service, path, self.token(role), **asked).raise_for_status().json()

    def position(self, service: str, stream: str, version: int) -> str:
        """Wait until an event is published; return where."""
        deadline = time.monotonic() + WAIT_S_MAX
        while True:
            answer = self.ask("/log/position", service=service, stream=stream, version=version)
            if answer["index"] is not None:
                return f"{answer['topic']}@{answer['index']}"
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def tell(self) -> None:
        """Tell all of it."""
        self._units()
        self._worker_from_a_file()
        self._others()
        self._family()
        self._dossier()
        self._relief()

    def _units(self) -> None:
        above = None
        for level, name in (("district", "样例区总工会"), ("sub_district", "样例镇工会"), ("grassroots", "样例厂工会")):
            told = self.done(
                "district_officer", "/union-orgs", level=level, name=name, parent_id=above, occurred_on="2013-01-04"
            )
            above = self.units[level] = told["org_id"]

    def _worker_from_a_file(self) -> None:
        """The file has a row that cannot be entered, so that it is kept to be corrected."""
        good, bad = (NAMES[0], NUMBERS[0], PHONES[0]), (BAD_ROW_NAME, NUMBERS[0][:-1], PHONES[1])
        rows = [",".join(row) for row in (("姓名", "身份证号", "联系电话"), good, bad)]
        token = self.token("grassroots_officer", "grassroots")
        sent = httpx.post(
            f"{self.stack.stack.services['registry']}/imports/workers",
            data={"union_org_id": self.units["grassroots"], "occurred_on": "2013-03-01"},
            files={"file": (f"{NAMES[0]}.csv", "\n".join(rows).encode())},
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=30,
        )
        assert sent.status_code == 201, sent.text
        assert (sent.json()["good"], sent.json()["bad"]) == (1, 1), sent.text
        path = f"/imports/{sent.json()['import_id']}/entry"
        (row,) = self.done("grassroots_officer", path, unit="grassroots", rows=1)["rows"]
        self.persons.append(row["person_id"])
        correction = {"phone": NEW_PHONE, "reason_code": "changed", "occurred_on": "2015-01-09"}
        self.done("district_officer", f"/persons/{self.persons[0]}/corrections", **correction)

    def _others(self) -> None:
        place = {"union_org_id": self.units["grassroots"], "occurred_on": "2013-03-01"}
        officer: dict[str, Any] = {"unit": "grassroots"}
        child = {"name": NAMES[1], "birth_date": "2001-05-06", "sex": "female", "phone": PHONES[1]}
        self.persons.append(self.done("grassroots_officer", "/persons", **officer, **place, **child)["person_id"])
        for n, (name, number, phone) in enumerate([(NAMES[2], NUMBERS[2], PHONES[2]), (*STAYS, None)]):
            told = {"name": name, "resident_id": number, "phone": phone, "migrant": False}
            person = self.done("grassroots_officer", "/workers", **officer, **place, **told)["person_id"]
            if n:
                self.stays = person
            else:
                self.persons.append(person)
        opening = {"person_ids": self.persons, "fields": ["name", "phone"], "purpose": "contact"}
        opened = self.done("district_officer", "/identities/open", **opening)["persons"]
        assert [one["identity"]["phone"] for one in opened] == [NEW_PHONE, *PHONES[1:]]

    def _family(self) -> None:
        worker, child, _ = self.persons
        members = [
            {"person_id": worker, "relation": "householder", "health_code": "serious_illness",
             "monthly_income_fen": INCOME_FEN, "health_note": WORDS[1]},
            {"person_id": child, "relation": "child", "health_code": "healthy", "monthly_income_fen": 0},
        ]  # fmt: skip
        told = {"union_org_id": self.units["grassroots"], "members": members, "occurred_on": "2016-01-04"}
        self.household = self.done("grassroots_officer", "/households", unit="grassroots", **told)["household_id"]
        self.done(
            "grassroots_officer", f"/households/{self.household}/members/{child}/admission", unit="grassroots",
            school_stage="college", admission_letter_sha256="5a" * 32, admission_letter_bytes=1234, school=WORDS[4],
            occurred_on="2016-01-05",
        )  # fmt: skip

    def _dossier(self) -> None:
        codes = {
            "family_situation": "children_at_school", "hardship_cause": "illness", "state_of_mind": "worried",
            "employment_wish": "cannot_work", "technical_skill": "junior",
        }  # fmt: skip
        of = {"household_id": self.household, "holder_id": self.persons[0], "occurred_on": "2016-01-06"}
        opened = self.done(
            "grassroots_officer", "/dossiers", unit="grassroots", words={"hardship_cause": WORDS[0]}, **codes, **of
        )
        self.dossier = opened["dossier_id"]
        own: Callable[[str], str] = lambda step: f"/dossiers/{self.dossier}/{step}"  # noqa: E731
        shock = {"shock_fen": 3_000_000, "shock_note": WORDS[2], "occurred_on": "2016-01-06"}
        self.done("grassroots_officer", own("assessments"), unit="grassroots", **shock)
        self.done("sub_district_officer", own("verification"), unit="sub_district", occurred_on="2016-01-07")
        self.done("district_officer", own("notice"), notice_place="公告栏", occurred_on="2016-01-08")
        objecting = {"objection_ground": "income", "words": WORDS[3], "objector_id": self.persons[2]}
        said = self.done("district_officer", own("objections"), occurred_on="2016-01-11", **objecting)
        settling = {"objection_outcome": "unfounded", "occurred_on": "2016-01-13"}
        self.done("approver", own(f"objections/{said['objection_id']}/settlement"), **settling)
        self.done("approver", own("approval"), occurred_on="2016-02-01")
        self.done("grassroots_officer", own("statements/open"), unit="grassroots")
        self.done("grassroots_officer", f"/households/{self.household}/statements/open", unit="grassroots")

    def close(self) -> None:
        """Lift the household out of hardship, and let the two workers leave."""
        closing = {"reason_code": "lifted", "occurred_on": "2018-01-02"}
        self.done("another_approver", f"/dossiers/{self.dossier}/closing", **closing)
        for person in (self.persons[0], self.persons[2]):
            leaving = {"reason_code": "retired", "occurred_on": "2018-06-30"}
            self.done("grassroots_officer", f"/workers/{person}/leaving", unit="grassroots", **leaving)

    def _relief(self) -> None:
        worker = self.persons[0]
        seen = self.position("registry", stream_name("dossier", UUID(self.dossier)), 8)

        def do(role: str, path: str, **told: Any) -> dict[str, Any]:
            return self.done(role, path, service="relief", **told)

        fund = do(
            "accountant", "/funds", occurred_on="2016-11-01", source="appropriation", name="样例专项资金"
        )["fund_id"]  # fmt: skip
        do("accountant", f"/funds/{fund}/receipts", occurred_on="2016-11-21", amount_fen=PAID_FEN, voucher="样字1号")
        programme = do(
            "district_officer", "/programmes", occurred_on="2016-12-01", kind="WINTER_WARMTH", year=2017,
            name="样例送温暖", window_from="2016-12-15", window_to="2017-02-11", purpose="festival-visit",
        )["programme_id"]  # fmt: skip
        budget = do(
            "accountant", f"/funds/{fund}/budgets", occurred_on="2016-12-02", programme_id=programme,
            amount_fen=PAID_FEN,
        )["budget_id"]  # fmt: skip
        lines = [{"person_id": worker, "amount_fen": PAID_FEN}]
        declared = {"lines": 1, "amount_fen": PAID_FEN, "lines_hash": lines_hash([(1, UUID(worker), PAID_FEN)])}
        entered = do(
            "grassroots_officer", "/lists", unit="grassroots", after=seen, occurred_on="2016-12-20",
            programme_id=programme, budget_id=budget, union_org_id=self.units["grassroots"], declared=declared,
            lines=lines,
        )  # fmt: skip
        path = f"/lists/{entered['list_id']}"
        do("sub_district_officer", f"{path}/verification", unit="sub_district", occurred_on="2016-12-23")
        do("approver", f"{path}/approval", occurred_on="2016-12-28")
        do(
            "cashier", f"{path}/cash-payment", occurred_on="2017-01-05", visitors=[str(uuid4()), str(uuid4())],
            signed_list_sha256=hashlib.sha256(b"scan").hexdigest(), signed_list_bytes=481_280,
            lines=[{"line": 1, "signed_by": "payee"}],
        )  # fmt: skip
        application = stream_name("application", application_id(UUID(entered["list_id"]), 1))
        self.paid_at = self.position("relief", application, 4)

    def totals(self) -> Any:
        """Return what was paid, by reporting's count, and what the registry counts."""
        asked = {"kind": "WINTER_WARMTH", "from_": "2017-01-01", "to": "2017-12-31"}
        told = self.ask("/totals/relief", "auditor", service="reporting", after=self.paid_at, **asked)
        workers = self.ask("/union-orgs")["items"]
        return {name: told[name] for name in ("people", "times", "amount_fen")}, workers
