"""Two replicas of every service run side by side: one numbers, one reads, the other takes over; nothing is lost or done
twice, whether one is killed or asked to go.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from rich.console import Console

from unionaid.embedded.demo import run as tell
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.office_client import OfficeClient
from unionaid.embedded.state import SERVICES
from unionaid.registry.examples import resident_id
from unionaid.testkit.demo import Demo, empty_stack
from unionaid.testkit.log import until as soon
from unionaid.testkit.replicas import NOT_DRIVING, InTurn, Pair, pairs, shares

from .recount import checked, folded_from_topic, told

WAIT_S_MAX = 180
END_S_MAX = 10
"""What `docker stop` gives a process by default."""
CLIENTS, ROSTER_ROWS = 8, 3_000
AREA, BORN = "110101", date(1961, 5, 4)
"""None of the sample history's people, nor one another's: serials count on over all loads."""

FIRST_SIGN = 0x4E00
"""Of the names: where all had one, each would be found alike to many."""
REGISTERED = "%.WorkerRegistered.v1"

Pairs = Mapping[str, Pair]


@pytest.fixture(scope="module")
def stack() -> Iterator[Demo]:
    with empty_stack("replicas-test") as stack:
        yield stack


@pytest.fixture(scope="module")
def replicas(stack: Demo) -> Iterator[Pairs]:
    with pairs(stack) as made:
        for pair in made.values():
            until(pair.ready)
        yield made


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def groups(stack: Demo) -> dict[str, set[str]]:
    """Consumer group -> the topics that its set is fed from."""
    topic = f"unionaid.{stack.stack.division}"
    return {
        "relief.registry_people": {f"{topic}.registry"},
        f"{topic}.reporting.totals": {f"{topic}.{name}" for name in SERVICES if name != "reporting"},
    }


def one_leads_and_one_drives(stack: Demo, replicas: Pairs) -> None:
    until(lambda: all(sorted(pair.leases().values()) == [False, True] for pair in replicas.values()))
    kafka = stack.stack.kafka
    until(lambda: all(shares(kafka, group) == [topics, set()] for group, topics in groups(stack).items()))


def all_checked(stack: Demo, replicas: Pairs) -> None:
    until(lambda: all(checked(stack, service)["checked"]["unpublished"] == 0 for service in replicas))


def test_of_two_replicas_one_leads_and_one_drives(stack: Demo, replicas: Pairs) -> None:
    one_leads_and_one_drives(stack, replicas)
    for pair in replicas.values():
        assert all(check["kafka"]["health"] == "ok" for check in pair.checks())
        assert sorted(check["relay"].get("reason", "") for check in pair.checks()) == ["", "waiting for the lease"]
    assert sorted(NOT_DRIVING in check["totals"]["reason"] for check in replicas["reporting"].checks()) == [False, True]


def test_whoever_leads_is_killed_the_other_takes_over_and_the_figures_stay(
    stack: Demo, replicas: Pairs, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as teller:
        telling = teller.submit(told_to_both, stack, replicas, tmp_path / "figures.json")
        for name, events in (("registry", 2_000), ("relief", 3_000), ("relief", 6_000)):
            taken_over(replicas[name], telling, events)
        driver_killed(replicas["reporting"], telling)
        assert telling.result() == 0
    for pair in replicas.values():
        until(pair.ready)
    one_leads_and_one_drives(stack, replicas)
    assert folded_from_topic(stack) == told(stack)
    before = {name: pair.events() for name, pair in replicas.items()}
    assert told_to_both(stack, replicas, tmp_path / "again.json") == 0
    assert (tmp_path / "again.json").read_text() == (tmp_path / "figures.json").read_text()
    assert {name: pair.events() for name, pair in replicas.items()} == before, "told again, it changes nothing"
    all_checked(stack, replicas)


def told_to_both(stack: Demo, replicas: Pairs, figures: Path) -> int:
    """Tell the sample history, each request to the next replica; return 0 if its figures are the expected ones."""
    transports: dict[str, httpx.BaseTransport] = {name: InTurn(pair.urls) for name, pair in replicas.items()}
    issuer = Issuer(stack.home / "issuer", stack.stack.issuer)
    client = OfficeClient(stack.stack.services, issuer, transports)
    return tell(client, console=Console(file=io.StringIO()), figures=figures, scale=1)


def taken_over(pair: Pair, telling: Future[int], events: int) -> None:
    """Kill the leader once so many events are stored; wait until the other one leads."""
    until(lambda: pair.events() >= events or telling.done())
    assert not telling.done(), "the history was told already"
    until(lambda: sorted(pair.leases().values()) == [False, True])
    [waiting] = [pid for pid, held in pair.leases().items() if not held]
    leader = pair.leader()
    assert leader is not None
    pair.kill(leader)
    until(lambda: pair.leader() not in (None, leader))  # whose session the server may still know
    assert pair.leader() == waiting


def driver_killed(pair: Pair, telling: Future[int]) -> None:
    """Kill the replica of reporting that reads; wait until one of the two does: the group may choose the new one."""
    assert not telling.done(), "the history was told already"
    until(lambda: [NOT_DRIVING in check["totals"]["reason"] for check in pair.checks() if check].count(True) == 1)
    driving = [NOT_DRIVING not in check["totals"]["reason"] for check in pair.checks()].index(True)
    pid = pair.pids[driving]
    assert pid is not None
    pair.kill(pid)
    until(lambda: any("behind" in check["totals"]["reason"] for check in pair.checks() if check))


@dataclass
class Load:
    """People who are registered at one replica, many at a time, and what became of each command."""

    url: str
    unit: str
    token: str
    first: int
    answered: dict[str, str] = field(default_factory=dict)
    """Key -> person."""
    unanswered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Key -> body."""
    roster: httpx.Response | None = None
    stopped: bool = False

    def worker(self, serial: int) -> dict[str, Any]:
        born = BORN.replace(year=BORN.year + serial // 1_000)
        name = f"张{chr(FIRST_SIGN + serial % 5_000)}{chr(FIRST_SIGN + serial * 7 % 5_000)}"
        row = {"name": name, "resident_id": resident_id(serial % 1_000, born, AREA), "migrant": False}
        return {"union_org_id": self.unit, "occurred_on": "2017-01-05", **row}

    async def run(self, client: httpx.AsyncClient) -> None:
        """Register one person after the other, each under its key, until the replica takes no more."""
        while not self.stopped:
            self.first += 1
            key, body = uuid4().hex, self.worker(self.first)
            try:
                answer = await self.send(client, key, body)
            except httpx.ConnectError:
                self.unanswered[key] = body
                return
            except httpx.TransportError:
                self.unanswered[key] = body
                continue
            assert answer.status_code == httpx.codes.CREATED, answer.text
            self.answered[key] = answer.json()["person_id"]

    async def enter_roster(self, client: httpx.AsyncClient) -> None:
        """Send a command that takes long."""
        rows = []
        for n in range(ROSTER_ROWS):
            worker = self.worker(10_000 + n)
            rows.append({name: worker[name] for name in ("name", "resident_id", "migrant")})
        body = {"union_org_id": self.unit, "occurred_on": "2017-01-05", "rows": rows}
        self.roster = await self.send(client, uuid4().hex, body, "/rosters")

    async def send(
        self, client: httpx.AsyncClient, key: str, body: dict[str, Any], path: str = "/workers"
    ) -> httpx.Response:
        """Send a command on a connection of its own: who takes the connection answers."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "Connection": "close"}
        return await client.post(self.url + path, json=body, headers=headers)

    async def repeat(self, url: str) -> None:
        """Send what was not answered to another replica, under the same keys."""
        self.url = url
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            for key, body in self.unanswered.items():
                answer = await self.send(client, key, body)
                assert answer.status_code == httpx.codes.CREATED, answer.text
                self.answered[key] = answer.json()["person_id"]


def load_on(stack: Demo, pair: Pair, first: int) -> Load:
    """A load on our own replica, after it has come to lead."""
    if pair.leader() != pair.second.pid:
        until(lambda: sorted(pair.leases().values()) == [False, True])
        pair.kill(pair.leader() or 0)
        until(lambda: pair.leader() == pair.second.pid)
    until(pair.ready)
    unions = stack.ask("registry", "/union-orgs", "auditor", limit=500)["items"]
    unit = next(each["org_id"] for each in unions if each["level"] == "grassroots")
    return Load(pair.urls[1], unit, stack.token("district_officer"), first)


async def under(load: Load, enough: int, strike: Callable[[], int | None], *, roster: bool) -> int | None:
    """Strike when so many are answered; wait until every client has come to an end."""
    limits = httpx.Limits(max_connections=CLIENTS + 1)
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits) as client:
        writing = [asyncio.create_task(load.run(client)) for _ in range(CLIENTS)]
        await soon(lambda: len(load.answered) >= enough // 2)
        if roster:
            writing.append(asyncio.create_task(load.enter_roster(client)))
        await soon(lambda: len(load.answered) >= enough)
        struck = await asyncio.to_thread(strike)
        load.stopped = True
        await asyncio.gather(*writing)
    return struck


def test_asked_to_go_under_load_it_answers_what_it_has_begun_and_loses_nothing(stack: Demo, replicas: Pairs) -> None:
    pair = replicas["registry"]
    load, before = load_on(stack, pair, 0), pair.events(REGISTERED)
    began = 0.0

    def asked_to_go() -> int:
        nonlocal began
        began = time.monotonic()
        return pair.second.end(END_S_MAX)

    code = asyncio.run(under(load, 200, asked_to_go, roster=True))
    print(f"\n{len(load.answered)} answered, gone after {time.monotonic() - began:.2f} s")
    assert code == 0
    assert load.roster is not None
    assert load.roster.status_code == httpx.codes.CREATED, load.roster.text
    known = before + len(load.answered) + ROSTER_ROWS
    assert pair.events(REGISTERED) == known, "every command that changed something was answered, and the reverse"
    until(lambda: pair.leader() is not None)
    asyncio.run(load.repeat(pair.urls[0]))
    assert pair.events(REGISTERED) == known + len(load.unanswered)
    pair.second.start()
    until(pair.ready)
    all_checked(stack, replicas)


def test_killed_under_load_and_started_again_it_loses_and_doubles_nothing(stack: Demo, replicas: Pairs) -> None:
    pair = replicas["registry"]
    load, before = load_on(stack, pair, 5_000), pair.events(REGISTERED)
    asyncio.run(under(load, 200, pair.second.kill, roster=False))
    answered, stored = len(load.answered), pair.events(REGISTERED) - before
    print(f"\n{answered} answered, {stored} stored, {len(load.unanswered)} not answered")
    assert load.unanswered
    assert answered <= stored <= answered + len(load.unanswered)
    pair.second.start()
    until(pair.ready)
    asyncio.run(load.repeat(pair.urls[1]))
    assert len({*load.answered.values()}) == len(load.answered)
    assert pair.events(REGISTERED) == before + len(load.answered)
    all_checked(stack, replicas)
