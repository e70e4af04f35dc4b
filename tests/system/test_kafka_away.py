"""Kafka stops: officers go on registering and approving and see their work; when it is back, reporting catches up."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
from stdnum.cn import ric

from unionaid.contracts.relief import application_id, lines_hash
from unionaid.embedded.state import running
from unionaid.testkit.demo import Demo, empty_stack

from .recount import WHERE, folded_from_topic, told

CATCH_UP_S_MAX = 45
"""Seconds after Kafka's return within which everything must be in reporting's figures."""
EACH_FEN = 50_000


@dataclass
class Office:
    """A small office on a stack of its own: one grassroots union, a fund, a programme, a budget, some people."""

    stack: Demo
    union_id: str = ""
    sub_district_id: str = ""
    fund_id: str = ""
    programme_id: str = ""
    budget_id: str = ""
    people: list[str] = field(default_factory=list)
    paid_fen: int = 0
    last_payment: str = ""
    """Stream of the last application paid."""

    def do(self, service: str, path: str, role: str, body: object, unit: str | None = None) -> dict[str, Any]:
        """Carry out a command, as somebody new with the role. It must be accepted at the first try."""
        answer = self.stack.request("POST", service, path, self.stack.token(role, unit=unit), body)
        assert answer.is_success, (path, answer.status_code, answer.text)
        read: dict[str, Any] = answer.json()
        return read

    def see(self, service: str, path: str, role: str = "auditor", **params: object) -> dict[str, Any]:
        """Read a page. It must be there at once."""
        read: dict[str, Any] = self.stack.ask(service, path, role, **params)
        return read

    def found(self) -> None:
        """Enter the unions, the money and the programme."""
        above: str | None = None
        for level in ("district", "sub_district", "grassroots"):
            body = {"level": level, "name": f"样例{level}工会", "occurred_on": "2013-01-04"}
            org = self.do("registry", "/union-orgs", "district_officer", body | ({"parent_id": above} if above else {}))
            above, self.sub_district_id = org["org_id"], above or ""
        assert above is not None
        self.union_id = above
        fund = {"occurred_on": "2016-11-01", "source": "appropriation", "name": "送温暖资金"}
        self.fund_id = self.do("relief", "/funds", "accountant", fund)["fund_id"]
        receipt = {"occurred_on": "2016-11-20", "amount_fen": 10_000_000, "voucher": "V-1"}
        self.do("relief", f"/funds/{self.fund_id}/receipts", "accountant", receipt)
        programme = {
            "occurred_on": "2016-12-01", "kind": "WINTER_WARMTH", "year": 2017, "name": "送温暖",
            "window_from": "2016-12-15", "window_to": "2017-02-11", "purpose": "festival-visit",
        }  # fmt: skip
        self.programme_id = self.do("relief", "/programmes", "district_officer", programme)["programme_id"]
        budget = {"occurred_on": "2016-12-02", "programme_id": self.programme_id, "amount_fen": 10_000_000}
        self.budget_id = self.do("relief", f"/funds/{self.fund_id}/budgets", "accountant", budget)["budget_id"]

    def register(self, number: int) -> list[str]:
        """Enter people, and see each of them."""
        made = []
        for serial in range(len(self.people), len(self.people) + number):
            body = f"64030219700101{serial:03d}"
            worker = {
                "union_org_id": self.union_id, "name": "张三", "resident_id": body + ric.calc_check_digit(body + "0"),
                "migrant": False, "occurred_on": "2016-11-10",
            }  # fmt: skip
            person = self.do("registry", "/workers", "grassroots_officer", worker, self.union_id)["person_id"]
            assert self.see("registry", f"/workers/{person}")["union_org_id"] == self.union_id
            made.append(person)
            self.people.append(person)
        unions = {org["org_id"]: org["workers"] for org in self.see("registry", "/union-orgs")["items"]}
        assert unions[self.union_id] == len(self.people)
        return made

    def relieve(self, people: list[str]) -> str:
        """Bring a list of people from the request to the payment, and see it so at each step."""
        lines = [{"person_id": person, "amount_fen": EACH_FEN} for person in people]
        hashed = lines_hash([(n, UUID(person), EACH_FEN) for n, person in enumerate(people, start=1)])
        body = {
            "occurred_on": "2016-12-20", "programme_id": self.programme_id, "budget_id": self.budget_id,
            "union_org_id": self.union_id, "lines": lines,
            "declared": {"lines": len(lines), "amount_fen": EACH_FEN * len(lines), "lines_hash": hashed},
        }  # fmt: skip
        list_id: str = self.do("relief", "/lists", "grassroots_officer", body, self.union_id)["list_id"]
        path = f"/lists/{list_id}"
        payment = {
            "occurred_on": "2017-01-05", "visitors": [str(uuid4()), str(uuid4())],
            "signed_list_sha256": hashlib.sha256(b"scan").hexdigest(), "signed_list_bytes": 4,
            "lines": [{"line": n, "signed_by": "payee"} for n in range(1, len(lines) + 1)],
        }  # fmt: skip
        steps: list[tuple[str, str, dict[str, Any], str | None, str]] = [
            ("verification", "sub_district_officer", {"occurred_on": "2016-12-23"}, self.sub_district_id, "verified"),
            ("approval", "approver", {"occurred_on": "2016-12-28"}, None, "approved"),
            ("cash-payment", "cashier", payment, None, "paid"),
        ]
        for step, role, given, unit, status in steps:
            self.do("relief", f"{path}/{step}", role, given, unit)
            assert self.see("relief", path)["status"] == status
            shown = self.see("relief", f"{path}/lines")["lines"]
            assert [line["person_id"] for line in shown] == people
        self.paid_fen += EACH_FEN * len(people)
        self.last_payment = f"application-{application_id(UUID(list_id), len(people))}"
        return list_id

    def position(self, service: str, stream: str, version: int) -> int | None:
        """The index of an event, None while it waits for one."""
        answer = self.stack.request(
            "GET", service, "/log/position", self.stack.token("auditor"), stream=stream, version=version
        )
        assert answer.status_code in (200, 202), answer.text
        index: int | None = answer.json()["index"]
        return index

    def caught_up(self) -> None:
        """Wait until reporting holds the last payment and the last person; nobody does anything for it."""
        last = (("relief", self.last_payment, 4), ("registry", f"person-{self.people[-1]}", 2))
        deadline = time.monotonic() + CATCH_UP_S_MAX
        while time.monotonic() < deadline:
            indexes = {service: self.position(service, stream, version) for service, stream, version in last}
            vector = self.see("reporting", "/totals/relief", **WHERE)["citation"]["vector"]
            read = {service: vector[f"unionaid.{self.stack.stack.division}.{service}"] for service in indexes}
            if all(index is not None and read[service] >= index for service, index in indexes.items()):
                return
            time.sleep(0.2)
        raise AssertionError(f"reporting has not caught up in {CATCH_UP_S_MAX} s")


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """An office whose first list is paid and counted. It shares nothing with the stack of the demo."""
    with empty_stack("kafka-away-test") as stack:
        made = Office(stack)
        made.found()
        first = made.register(9)[:3]
        wait_until_relief_knows(made, made.people[-1])
        made.relieve(first)
        made.caught_up()
        yield made


def wait_until_relief_knows(office: Office, person: str) -> None:
    """Wait until relief has read what registry has published of a person."""
    index = None
    deadline = time.monotonic() + CATCH_UP_S_MAX
    while (index := office.position("registry", f"person-{person}", 2)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    # A command with `after` waits for it; it is refused for what it asks, or would be answered with 503 before.
    answer = office.stack.request(
        "POST", "relief", "/lists", office.stack.token("district_officer"), "{}",
        after=f"unionaid.{office.stack.stack.division}.registry@{index}",
    )  # fmt: skip
    assert answer.status_code == 422, answer.text


def broker(home: Path) -> psutil.Process:
    """The broker of a stack, which is ours."""
    status = json.loads((home / "status.json").read_text())
    [pid] = [part["pid"] for part in status["parts"] if part["name"] == "kafka"]
    if pid is None:
        pytest.skip("freezes and kills a Kafka of the stack's own")
    return psutil.Process(pid)


@contextmanager
def frozen(home: Path) -> Iterator[None]:
    """SIGSTOP: whoever asks the broker waits for an answer."""
    process = broker(home)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@contextmanager
def killed(home: Path) -> Iterator[None]:
    """SIGKILL: nobody is there to ask. The supervisor, frozen meanwhile, starts the broker again afterwards."""
    pid = running(home)
    assert pid is not None
    supervisor = psutil.Process(pid)
    supervisor.send_signal(signal.SIGSTOP)
    try:
        broker(home).kill()
        yield
    finally:
        supervisor.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("away", [frozen, killed])
def test_the_office_goes_on_without_kafka_and_reporting_catches_up(
    office: Office, away: Callable[[Path], AbstractContextManager[None]]
) -> None:
    before = told(office.stack)
    assert (before["people"], before["amount_fen"]) == (office.paid_fen // EACH_FEN, office.paid_fen)
    known = office.people[before["people"] :][:3]
    with away(office.stack.home):
        new = office.register(2)
        office.relieve(known)
        fund = office.see("relief", f"/budgets/{office.budget_id}")
        assert fund["spent_fen"] == office.paid_fen
        assert told(office.stack) == before, "what was not published cannot be counted"
    office.caught_up()
    after = told(office.stack)
    assert (after["people"], after["times"]) == (before["people"] + 3, before["times"] + 3)
    assert after["amount_fen"] == office.paid_fen
    assert folded_from_topic(office.stack) == after
    wait_until_relief_knows(office, new[-1])
