"""Requests that are no requests, outdated, repeated with another body, or about another's people; nothing changes."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.relief import lines_hash
from unionaid.embedded import sample
from unionaid.embedded.issuer import Issuer
from unionaid.service.limits import JSON_BODY_BYTES_MAX, JSON_DEPTH_MAX
from unionaid.testkit.demo import Demo

from .unchanged import Office, assert_problem, nothing_changes, office

__all__ = ["nothing_changes", "office"]

ON = "2016-12-20"
COMMANDS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    # service and path: who may, and a body that would be taken but for what a test adds
    ("registry", "/union-orgs"): (
        "district_officer",
        {"level": "sub_district", "name": "样例", "parent_id": str(uuid4()), "occurred_on": ON},
    ),
    ("registry", "/enterprises"): (
        "district_officer",
        {"uscc": "91640302MA0000001Y", "name": "样例", "ownership": "non_public", "occurred_on": ON},
    ),
    ("registry", "/workers"): (
        "district_officer",
        {
            "union_org_id": str(uuid4()), "name": "张三", "resident_id": "640302193001010011", "migrant": False,
            "occurred_on": ON,
        },
    ),
    ("relief", "/funds"): ("accountant", {"occurred_on": ON, "source": "dues", "name": "会费"}),
    ("relief", "/programmes"): (
        "district_officer",
        {
            "occurred_on": ON, "kind": "WINTER_WARMTH", "year": 2017, "name": "样例", "window_from": "2016-12-15",
            "window_to": "2017-02-11", "purpose": "festival-visit",
        },
    ),
}  # fmt: skip
EVERY_COMMAND = pytest.mark.parametrize(("service", "path"), COMMANDS)


def sent(demo: Demo, service: str, path: str, body: object) -> Any:
    return demo.request("POST", service, path, demo.token(COMMANDS[service, path][0]), body)


# --- what is no request -----------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[str | bytes, str]] = {
    "half": ('{"name":', "bad-json"),
    "two": ("{}{}", "bad-json"),
    "not UTF-8": (b'{"name":"\xff"}', "bad-json"),
    "deep": ('{"name":' + "[" * JSON_DEPTH_MAX + "]" * JSON_DEPTH_MAX + "}", "json-too-deep"),
    "very deep": ("[" * 100_000, "json-too-deep"),
}


@pytest.mark.parametrize("what", BROKEN)
@EVERY_COMMAND
def test_broken_and_deep_json(demo: Demo, service: str, path: str, what: str) -> None:
    body, code = BROKEN[what]
    assert_problem(sent(demo, service, path, body), 400, code)


@EVERY_COMMAND
def test_a_body_over_the_limit(demo: Demo, service: str, path: str) -> None:
    body = json.dumps(COMMANDS[service, path][1]).ljust(JSON_BODY_BYTES_MAX + 1)
    assert_problem(sent(demo, service, path, body), 413, "body-too-large")


@EVERY_COMMAND
def test_a_field_that_is_not_known(demo: Demo, service: str, path: str) -> None:
    answer = sent(demo, service, path, {**COMMANDS[service, path][1], "surprise": 1})
    assert_problem(answer, 422, "invalid-input", "surprise")
    assert [fault["code"] for fault in answer.json()["errors"]] == ["unknown-field"]


@pytest.mark.parametrize("odd", ["\x00", "\u202e", "\u2066", "\u200f", "\x9b"])
@EVERY_COMMAND
def test_characters_that_deceive_in_a_name(demo: Demo, service: str, path: str, odd: str) -> None:
    """NUL, and what turns the direction of text: as they are and escaped."""
    body = {**COMMANDS[service, path][1], "name": f"张{odd}三"}
    raw = json.dumps(body, ensure_ascii=False).replace("\\u0000", "\x00")
    for text in (json.dumps(body), raw):
        answer = sent(demo, service, path, text)
        if "\x00" in text or ("\x9b" not in text and odd not in text and "\\u" not in text):
            assert_problem(answer, 400, "bad-json")  # JSON has no bare control characters
            continue
        assert_problem(answer, 422, "invalid-input", "name")
        assert [fault["code"] for fault in answer.json()["errors"]] == ["forbidden-character"]


# --- who asks, for whom -----------------------------------------------------------------------------------------


def test_a_token_that_says_it_needs_no_signature(demo: Demo, office: Office) -> None:
    good = Issuer(demo.home / "issuer", demo.stack.issuer).mint(f"person-{uuid4()}", ["accountant"])
    _, claims, signature = good.split(".")
    receipt = {"occurred_on": "2016-11-20", "amount_fen": 1, "voucher": "V-1"}
    for alg in ("none", "None", "HS256"):
        head = base64.urlsafe_b64encode(json.dumps({"alg": alg, "typ": "JWT"}).encode()).decode().rstrip("=")
        for signed in ("", signature):
            token = f"{head}.{claims}.{signed}"
            answer = demo.request("POST", "relief", f"/funds/{office.fund_id}/receipts", token, receipt)
            assert_problem(answer, 401, "token-refused")


@pytest.fixture(scope="module")
def elsewhere(demo: Demo, office: Office) -> str:
    """A grassroots union that the person of `office` is not of."""
    own = demo.ask("registry", f"/workers/{office.person_id}", "auditor")["union_org_id"]
    unions = demo.ask("registry", "/union-orgs", "auditor", limit=100)["items"]
    return next(str(org["org_id"]) for org in unions if org["level"] == "grassroots" and org["org_id"] != own)


def test_a_person_of_another_union(demo: Demo, office: Office, elsewhere: str) -> None:
    officer = demo.token("grassroots_officer", unit=elsewhere)
    assert_problem(demo.request("GET", "registry", f"/workers/{office.person_id}", officer), 404, "not-found")
    person = UUID(office.person_id)
    body = {
        "occurred_on": ON, "programme_id": office.programme_id, "budget_id": office.budget_id,
        "union_org_id": elsewhere, "lines": [{"person_id": office.person_id, "amount_fen": 1}],
        "declared": {"lines": 1, "amount_fen": 1, "lines_hash": lines_hash([(1, person, 1)])},
    }  # fmt: skip
    answer = demo.request("POST", "relief", "/lists", officer, body)
    assert_problem(answer, 422, "lines-refused", "lines.0.person_id")
    told = answer.json()["errors"][0]["code"]
    assert told == "person-unknown"  # to an officer of elsewhere the two are the same


def test_a_step_of_another_union_s_list(demo: Demo, office: Office, elsewhere: str) -> None:
    payment = demo.ask("reporting", "/totals/relief/events", "auditor", from_="2017-01-01", to="2017-12-31", limit=1)
    path = f"/lists/{payment['events'][0]['list_id']}"
    officer = demo.token("sub_district_officer", unit=elsewhere)
    answer = demo.request("POST", "relief", f"{path}/verification", officer, {"occurred_on": "2016-12-23"})
    assert_problem(answer, 404, "not-found")


# --- what has changed since, and what was sent before -----------------------------------------------------------


def test_a_step_on_an_outdated_reading(demo: Demo, office: Office) -> None:
    payment = demo.ask("reporting", "/totals/relief/events", "auditor", from_="2017-01-01", to="2017-12-31", limit=1)
    path = f"/lists/{payment['events'][0]['list_id']}/approval"
    outdated = [(tag, 412, "version-moved") for tag in ('"1"', '"3"', '"99"')]
    malformed = [(tag, 400, "if-match-malformed") for tag in ("1", "*", 'W/"1"')]
    for tag, status, code in outdated + malformed:
        answer = demo.request(
            "POST", "relief", path, demo.token("approver"), {"occurred_on": "2016-12-28"}, headers={"If-Match": tag}
        )
        assert_problem(answer, status, code)


def test_a_key_that_was_used_for_another_body(demo: Demo) -> None:
    """The key, and the officer, of the sample history's fund: the same body gets the same answer, another none."""
    issuer = Issuer(demo.home / "issuer", demo.stack.issuer)
    token = issuer.mint(sample.officer("accountant/district"), ["accountant"])
    key = {"Idempotency-Key": sample.key(1, "fund")}
    body = {"occurred_on": "2016-11-01", "source": "appropriation", "name": "2017年送温暖专项资金"}
    again = demo.request("POST", "relief", "/funds", token, body, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    for changed in ({"name": "另一资金"}, {"occurred_on": "2016-11-02"}, {"source": "dues"}):
        answer = demo.request("POST", "relief", "/funds", token, {**body, **changed}, headers=key)
        assert_problem(answer, 422, "key-reused")
    for malformed in ("", "x" * 129):
        answer = demo.request("POST", "relief", "/funds", token, body, headers={"Idempotency-Key": malformed})
        assert answer.status_code == 400, malformed
        assert answer.json()["code"] in ("idempotency-key-missing", "idempotency-key-malformed")


# --- amounts of two services' forms ------------------------------------------------------------------------------

AMOUNTS = ["0.000", "10.005", "1e3", "1E-3", "1_000", '"1e3"', "[100]"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_amount_of_a_line(demo: Demo, office: Office, amount: str) -> None:
    """Told by field and code; `1_000` is no JSON at all."""
    body = {
        "occurred_on": ON, "programme_id": office.programme_id, "budget_id": office.budget_id,
        "union_org_id": office.union_id, "lines": [{"person_id": office.person_id, "amount_fen": "AMOUNT"}],
        "declared": {"lines": 1, "amount_fen": 1, "lines_hash": "0" * 64},
    }  # fmt: skip
    text = json.dumps(body).replace('"AMOUNT"', amount)
    answer = demo.request("POST", "relief", "/lists", demo.token("district_officer"), text)
    if amount == "1_000":
        assert_problem(answer, 400, "bad-json")
        return
    assert_problem(answer, 422, answer.json()["code"])
    assert "lines.0.amount_fen" in [fault["field"] for fault in answer.json()["errors"]]
