"""Identity planted through every route of every service is found nowhere but in the vault, and in no answer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from stdnum.cn import ric

from unionaid.embedded.apart import run_apart
from unionaid.service.roles import Role
from unionaid.testkit.demo import Demo, empty_stack

from .test_identity import tables

NAIVE_FOLD = Path(__file__).parents[1] / "system" / "naive_fold.py"
SERVICES = ("registry", "relief", "mutualaid", "supervision", "reporting")
NAMES = ("龘靐齉", "爨灪麤", "厵虋讟")
PHONES = ("13911112222", "15833334444", "18655556666")
ON = "2016-11-10"
WAIT_S_MAX = 45
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
_VARIABLE = re.compile(r"\{[^}]+\}")


def resident_id(serial: int) -> str:
    body = f"64030219750315{serial:03d}"
    return str(body + ric.calc_check_digit(body + "0"))


NUMBERS = tuple(resident_id(serial) for serial in (501, 502, 503))
MARKS = (*NAMES, *NUMBERS, *PHONES)


def found_in(content: bytes) -> set[str]:
    """Which marks stand in these bytes, also where JSON has escaped them."""
    text = _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)).encode("utf-8", "replace"), content)
    return {mark for mark in MARKS if mark.encode() in text}


@dataclass
class Planting:
    """A stack into which every mark was sent by every route, and all that was answered."""

    stack: Demo
    client: httpx.Client
    token: str
    answers: list[httpx.Response] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)

    def send(
        self,
        method: str,
        service: str,
        path: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request as somebody with every role, and keep the answer."""
        usual = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        usual |= {"Idempotency-Key": str(uuid4())} if method != "GET" else {}
        content = body if isinstance(body, str | None) else json.dumps(body, ensure_ascii=False)
        url = self.stack.stack.services[service] + path
        answer = self.client.request(method, url, headers={**usual, **(headers or {})}, content=content, params=query)
        self.answers.append(answer)
        return answer

    def register(self) -> None:
        """Enter people as officers do, one by one and as a roster, and ask for them."""
        district = self.send(
            "POST", "registry", "/union-orgs", {"level": "district", "name": "样例总工会", "occurred_on": ON}
        ).json()["org_id"]
        people = [
            {"name": name, "resident_id": number, "phone": phone, "migrant": False}
            for name, number, phone in zip(NAMES, NUMBERS, PHONES, strict=True)
        ]
        place = {"union_org_id": district, "occurred_on": ON}
        assert self.send("POST", "registry", "/workers", {**place, **people[0]}).status_code == 201
        roster = self.send("POST", "registry", "/rosters", {**place, "rows": people[1:]})
        assert roster.status_code == 201
        found = self.send("POST", "registry", "/matches", {"kind": "resident_id", "values": list(NUMBERS)})
        assert None not in [match["person_id"] for match in found.json()["matches"]]
        again = self.send("POST", "registry", "/workers", {**place, **people[1]})
        assert (again.status_code, again.json()["code"]) == (409, "resident-id-taken")
        twice = self.send("POST", "registry", "/rosters", {**place, "rows": people})
        assert (twice.status_code, twice.json()["code"]) == (422, "rows-refused")
        person = roster.json()["person_ids"][-1]
        deadline = time.monotonic() + WAIT_S_MAX
        while self.position(person) is None:  # until it is published, so that a topic would show it
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def position(self, person: str) -> int | None:
        asked = {"stream": f"person-{person}", "version": "2"}
        answer = self.send("GET", "registry", "/log/position", None, query=asked)
        index: int | None = answer.json()["index"]
        return index

    def everywhere(self, service: str) -> None:
        """Send the marks by every route a service describes: in path, query, body, headers, whole and broken."""
        described = self.stack.request("GET", service, "/openapi.json", None).raise_for_status().json()
        for path, methods in described["paths"].items():
            for method, operation in methods.items():
                self.routes.add(f"{method.upper()} {service}{path}")
                self._by_one(method.upper(), service, path, operation, described)

    def _by_one(self, method: str, service: str, path: str, operation: Mapping[str, Any], api: Any) -> None:
        mark, number = f"{NAMES[0]} {NUMBERS[0]} {PHONES[0]}", f"{NUMBERS[0]}-{PHONES[0]}"  # headers take ASCII alone
        plain = _VARIABLE.sub(str(uuid4()), path)
        asked = {p["name"]: mark for p in operation.get("parameters", []) if p["in"] == "query"}
        headers = {"User-Agent": number, "X-Request-Id": number, "traceparent": number}
        self.send(method, service, _VARIABLE.sub(mark, path), None, headers=headers)
        self.send(method, service, plain, None, query={**asked, "unknown": mark})
        if method == "GET":
            return
        self.send(method, service, plain, "{}", headers={"Idempotency-Key": f"{number}-{uuid4()}"})
        self.send(method, service, plain, "{}", headers={"If-Match": number})
        for body in (_filled(operation, api, mark), {mark: mark}, [mark], mark, json.dumps({"name": mark})[:-3]):
            self.send(method, service, plain, body)


def _filled(operation: Mapping[str, Any], api: Any, mark: str) -> dict[str, Any]:
    """A body with the mark in each field that the description names."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return dict.fromkeys(schema.get("properties", {"name": None}), mark)


@pytest.fixture(scope="module")
def planting() -> Iterator[Planting]:
    with empty_stack("identity-test") as stack, httpx.Client(timeout=30, trust_env=False) as client:
        made = Planting(stack, client, stack.token(*(role.value for role in Role)))
        made.register()
        for service in SERVICES:
            made.everywhere(service)
        yield made


def test_the_search_finds_what_is_there() -> None:
    escaped = NAMES[0].encode("ascii", "backslashreplace")
    assert found_in(b'{"name":"%s","phone":"%s"}' % (escaped, PHONES[1].encode())) == {NAMES[0], PHONES[1]}
    assert found_in(b"nothing") == set()


def test_it_was_sent_by_every_kind_of_route(planting: Planting) -> None:
    assert {"POST registry/workers", "POST relief/lists", "GET reporting/totals/relief"} <= planting.routes
    statuses = {answer.status_code for answer in planting.answers}
    assert {200, 201, 400, 404, 409, 422} <= statuses
    assert {status for status in statuses if status >= 500} == set()


def test_no_answer_repeats_it(planting: Planting) -> None:
    for answer in planting.answers:
        told = answer.content + repr(answer.headers.raw).encode()
        assert found_in(told) == set(), (answer.request.method, answer.request.url.path, answer.status_code)


@pytest.mark.parametrize("service", SERVICES)
def test_no_metric_holds_it(planting: Planting, service: str) -> None:
    told = planting.stack.request("GET", service, "/metrics", None).raise_for_status().content
    assert b"unionaid" in told
    assert found_in(told) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_no_topic_holds_it(planting: Planting, tmp_path: Path, service: str) -> None:
    stack, copy = planting.stack.stack, tmp_path / "copy.jsonl"
    where = ("--bootstrap", stack.kafka, "--topic", f"unionaid.{stack.division}.{service}", "--copy", str(copy))
    subprocess.run([sys.executable, str(NAIVE_FOLD), *where], check=True)
    values = copy.read_bytes()
    assert values.count(b'"unionaid.registry.PersonRegistered.v1"') == (3 if service == "registry" else 0)
    assert found_in(values) == set()


def test_no_log_file_holds_it(planting: Planting) -> None:
    logs = planting.stack.log_files()
    assert {*SERVICES, "issuer", "server"} <= {log.stem for log in logs}
    for log in logs:
        assert found_in(log.read_bytes()) == set(), log.name


@pytest.mark.parametrize("service", SERVICES)
def test_no_table_holds_it(planting: Planting, service: str) -> None:
    held = run_apart(tables(planting.stack.stack.databases[service]["owner"]))
    assert "eventlog.idempotency" in held
    for table, content in held.items():
        assert found_in(content) == set(), table


def test_no_file_of_the_databases_or_of_kafka_holds_it(planting: Planting) -> None:
    """The vault too: what lies there is encrypted."""
    searched = planting.stack.files()
    assert {"pg_wal", "meta.properties"} <= {part for file in searched for part in file.parts}
    for file in searched:
        try:
            assert found_in(file.read_bytes()) == set(), file
        except FileNotFoundError:  # a server's own passing file
            continue
