"""Bad input over real HTTP: each is answered with a problem document, and nothing has changed in any log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from stdnum.cn import ric, uscc

from unionaid.contracts.relief import lines_hash
from unionaid.embedded.issuer import Issuer
from unionaid.testkit.demo import Demo

from .unchanged import Office, assert_problem, nothing_changes, office

__all__ = ["nothing_changes", "office"]

NOBODY = f"person-{uuid4()}"


# --- who asks ---------------------------------------------------------------------------------------------------


def tokens(demo: Demo, tmp_path: Path) -> dict[str, tuple[str | None, int, str]]:
    """What is wrong with a token -> the token, and what the service must answer."""
    url = demo.stack.issuer
    real, foreign = Issuer(demo.home / "issuer", url), Issuer(tmp_path / "issuer", url)
    good = real.mint(NOBODY, ["accountant"])
    head, claims, _ = good.split(".")
    return {
        "missing": (None, 401, "token-missing"),
        "no token": ("x.y.z", 401, "token-refused"),
        "signed by another key": (foreign.mint(NOBODY, ["accountant"]), 401, "token-refused"),
        "of another issuer": (
            Issuer(demo.home / "issuer", "http://127.0.0.1:1").mint(NOBODY, ["accountant"]), 401, "token-refused",
        ),
        "for another audience": (real.mint(NOBODY, ["accountant"], audience="agency:x"), 401, "token-refused"),
        "expired": (real.mint(NOBODY, ["accountant"], lifetime=timedelta(hours=-1)), 401, "token-refused"),
        "without its signature": (f"{head}.{claims}.", 401, "token-refused"),
        "with another's signature": (
            f"{head}.{claims}.{foreign.mint(NOBODY, []).split('.')[2]}", 401, "token-refused",
        ),
        "without the role": (real.mint(NOBODY, ["auditor"]), 403, "role-missing"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        "missing", "no token", "signed by another key", "of another issuer", "for another audience", "expired",
        "without its signature", "with another's signature", "without the role",
    ],
)  # fmt: skip
def test_a_token_that_is_missing_wrong_or_foreign(demo: Demo, office: Office, tmp_path: Path, wrong: str) -> None:
    token, status, code = tokens(demo, tmp_path)[wrong]
    receipt = {"occurred_on": "2016-11-20", "amount_fen": 1, "voucher": "V-1"}
    answer = demo.request("POST", "relief", f"/funds/{office.fund_id}/receipts", token, receipt)
    assert_problem(answer, status, code)
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("service", ["registry", "relief", "mutualaid", "supervision", "reporting"])
def test_every_service_asks_who_reads(demo: Demo, service: str) -> None:
    answer = demo.request("GET", service, "/log/position", None, stream="x-1", version=1)
    assert_problem(answer, 401, "token-missing")


def test_an_officer_of_another_union(demo: Demo, office: Office) -> None:
    worker = new_worker(office, resident_id(1))
    answer = demo.request("POST", "registry", "/workers", demo.token("grassroots_officer", unit=uuid4()), worker)
    assert_problem(answer, 422, "unit-unknown")  # what lies outside the own jurisdiction is not there


# --- amounts ----------------------------------------------------------------------------------------------------

AMOUNTS = ["-1", "-199700000", "0", "10.005", "100.5", "1e3", '"100"', '"10.005"', "null", "true", "9" * 30, "NaN"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_that_is_no_whole_fen_above_zero(demo: Demo, office: Office, amount: str) -> None:
    """Amounts come as integer fen: yuan with three decimals is no amount, nor is any other fraction."""
    accountant = demo.token("accountant")
    for path, rest in (
        (f"/funds/{office.fund_id}/receipts", '"voucher":"V-1"'),
        (f"/funds/{office.fund_id}/budgets", f'"programme_id":"{office.programme_id}"'),
    ):
        body = f'{{"occurred_on":"2016-12-02","amount_fen":{amount},{rest}}}'
        answer = demo.request("POST", "relief", path, accountant, body)
        assert_problem(answer, 422, "invalid-input", "amount_fen")


@pytest.mark.parametrize(
    ("amount", "code"), [(-1, "amount-not-positive"), (0, "amount-not-positive"), (0.005, "not-whole-number")]
)
def test_an_odd_amount_on_a_list(demo: Demo, office: Office, amount: float, code: str) -> None:
    """Beside a line that makes the sum right, so that what is declared holds."""
    people = (office.person_id, str(uuid4()))
    lines = [(people[0], amount), (people[1], 1 - int(amount))]
    declared = {
        "lines": 2,
        "amount_fen": 1,
        "lines_hash": lines_hash((n, UUID(person), int(fen)) for n, (person, fen) in enumerate(lines, start=1)),
    }
    body = {
        "occurred_on": "2016-12-20",
        "programme_id": office.programme_id,
        "budget_id": office.budget_id,
        "union_org_id": office.union_id,
        "declared": declared,
        "lines": [{"person_id": person, "amount_fen": fen} for person, fen in lines],
    }
    answer = demo.request("POST", "relief", "/lists", demo.token("district_officer"), body)
    assert_problem(answer, 422, answer.json()["code"])
    assert ("lines.0.amount_fen", code) in [(fault["field"], fault["code"]) for fault in answer.json()["errors"]]


# --- units and people -------------------------------------------------------------------------------------------


def resident_id(serial: int) -> str:
    """A number with the right check digit that nobody of the sample has: born before its first."""
    body = f"64030219300101{serial:03d}"
    return str(body + ric.calc_check_digit(body + "0"))


def other(check_digit: str) -> str:
    return "0" if check_digit != "0" else "1"


def new_worker(office: Office, number: str, **changed: Any) -> dict[str, Any]:
    return {
        "union_org_id": office.union_id,
        "name": "张三",
        "resident_id": number,
        "migrant": False,
        "occurred_on": "2017-01-03",
        **changed,
    }


def test_an_unknown_unit(demo: Demo, office: Office) -> None:
    worker = new_worker(office, resident_id(2), union_org_id=str(uuid4()))
    answer = demo.request("POST", "registry", "/workers", demo.token("district_officer"), worker)
    assert_problem(answer, 422, "unit-unknown")


def test_a_wrong_check_digit(demo: Demo, office: Office) -> None:
    number = resident_id(3)
    worker = new_worker(office, number[:-1] + other(number[-1]))
    answer = demo.request("POST", "registry", "/workers", demo.token("district_officer"), worker)
    assert_problem(answer, 422, "resident-id-check-digit")
    assert number[:-1] not in answer.text


def test_a_wrong_check_character_of_an_enterprise(demo: Demo, office: Office) -> None:
    body = "91640302MA0000000"
    code = body + other(uscc.calc_check_digit(body))
    enterprise = {"uscc": code, "name": "样厂有限公司", "ownership": "non_public", "occurred_on": "2013-01-04"}
    answer = demo.request("POST", "registry", "/enterprises", demo.token("district_officer"), enterprise)
    assert_problem(answer, 422, "uscc-check-digit")


def test_an_id_that_somebody_has(demo: Demo, office: Office) -> None:
    worker = new_worker(office, office.taken)
    answer = demo.request("POST", "registry", "/workers", demo.token("district_officer"), worker)
    assert_problem(answer, 409, "resident-id-taken")
    assert office.taken not in answer.text


def test_a_roster_with_one_bad_row_among_good_ones(demo: Demo, office: Office) -> None:
    rows = [{"name": "张三", "resident_id": resident_id(n), "migrant": False} for n in (11, 12, 13)]
    rows[1]["resident_id"] = office.taken
    roster = {"union_org_id": office.union_id, "occurred_on": "2017-01-03", "rows": rows}
    answer = demo.request("POST", "registry", "/rosters", demo.token("district_officer"), roster)
    assert_problem(answer, 422, "rows-refused", "rows.1.resident_id")


def test_a_person_relief_has_not_heard_of(demo: Demo, office: Office) -> None:
    nobody = uuid4()
    body = {
        "occurred_on": "2016-12-20",
        "programme_id": office.programme_id,
        "budget_id": office.budget_id,
        "union_org_id": office.union_id,
        "declared": {"lines": 1, "amount_fen": 50_000, "lines_hash": lines_hash([(1, nobody, 50_000)])},
        "lines": [{"person_id": str(nobody), "amount_fen": 50_000}],
    }
    answer = demo.request("POST", "relief", "/lists", demo.token("district_officer"), body)
    assert_problem(answer, 422, "lines-refused", "lines.0.person_id")
    assert answer.json()["errors"][0]["code"] == "person-unknown"
