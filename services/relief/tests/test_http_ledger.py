"""The books over HTTP on a real PostgreSQL: balanced at every index, and agreeing with what others have summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from unionaid.relief.examples import ENTERER, person

from .conftest import ACCOUNTANT

if TYPE_CHECKING:
    from .conftest import Service, Winter


async def shown(service: Service, path: str) -> dict[str, Any]:
    answer = await service.get(path, ACCOUNTANT, "accountant")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def post(service: Service, path: str, **body: Any) -> None:
    answer = await service.post(path, {"occurred_on": "2017-01-20", **body}, ACCOUNTANT, "accountant")
    assert answer.status_code == 201, answer.text


async def number(service: Service) -> None:
    """Give each event its index, as the relay does."""
    await service.pool.execute(
        "INSERT INTO eventlog.log (index, position, logtime, leaf) SELECT row_number() OVER (ORDER BY position) - 1, "
        "position, now(), sha256('') FROM eventlog.events"
    )


@pytest.fixture
async def year(service: Service) -> Winter:
    """A year of a fund: received, allotted, paid in cash and by the bank, given up, released, returned, a fee."""
    winter = await service.funded(fen=1_000_000, budget_fen=500_000)
    cash = await winter.approved([(person(1), 50_000), (person(2), 30_000)])
    assert (await winter.pay(cash, 2)).status_code == 200
    lines = [(person(3), 40_000), (person(4), 20_000)]
    bank = await winter.approved(lines)
    numbered = [(n, *line) for n, line in enumerate(lines, start=1)]
    batch = (await winter.issue(bank, winter.batch_body(numbered))).json()["batch_id"]
    assert (await winter.release(batch)).status_code == 200
    assert (await winter.bank_answers(batch, {1: None, 2: "account-closed"})).status_code == 200
    assert (await winter.cancel(bank, [2])).status_code == 200
    await winter.approved([(person(5), 10_000)])
    await post(service, f"/budgets/{winter.budget_id}/release", amount_fen=100_000, reason_code="year-end")
    fund = f"/funds/{winter.fund_id}"
    await post(service, f"{fund}/returns", amount_fen=200_000, voucher="样退〔2017〕1号", reason_code="unspent")
    await post(service, f"{fund}/bank-fees", amount_fen=1_500, voucher="20170120-31")
    return winter


async def test_the_trial_balance_is_zero_at_every_index(service: Service, year: Winter) -> None:
    await number(service)
    last = await service.pool.fetchval("SELECT max(index) FROM eventlog.log")
    balances = [await shown(service, f"/ledger/trial-balance?until_index={index}") for index in range(last + 1)]
    assert [one["balance_fen"] for one in balances] == [0] * (last + 1)
    assert balances[0]["accounts"] == []
    now = await shown(service, "/ledger/trial-balance")
    assert now["accounts"] == balances[-1]["accounts"]
    assert {row["account"]: row["balance_fen"] for row in now["accounts"]} == {
        "cash": 678_500, "payable": 0, "income-appropriation": -1_000_000, "returned": 200_000, "relief": 120_000,
        "bank-fees": 1_500, "allotted": 400_000, "free": -270_000, "committed": -10_000, "spent": -120_000,
    }  # fmt: skip
    assert await shown(service, "/ledger/check") == {"balanced": True, "first": None, "funds": []}


async def test_an_entry_that_does_not_add_up_is_named_with_its_index(service: Service, year: Winter) -> None:
    await number(service)
    fee = await service.pool.fetchrow(
        "SELECT l.index, l.position FROM eventlog.log l JOIN eventlog.events e USING (position) "
        "WHERE e.type = 'unionaid.relief.BankFeeCharged.v1'"
    )
    assert fee is not None
    index, position = fee
    await shown(service, "/ledger/check")
    await service.pool.execute("UPDATE views.posting SET amount_fen = 1_499 WHERE position = $1 AND n = 1", position)
    found = await shown(service, "/ledger/check")
    assert not found["balanced"]
    assert found["first"] == {
        "position": position, "index": index, "type": "unionaid.relief.BankFeeCharged.v1", "off_by_fen": -1,
    }  # fmt: skip


async def test_books_that_say_another_thing_than_the_funds_are_named(service: Service, year: Winter) -> None:
    await shown(service, "/ledger/check")
    await service.pool.execute("DELETE FROM views.posting WHERE type LIKE '%BankFeeCharged%'")
    found = await shown(service, "/ledger/check")
    assert (found["balanced"], found["first"]) == (False, None)
    assert found["funds"] == [
        {"fund_id": year.fund_id, "cash_fen": 678_500, "booked_cash_fen": 680_000, "payable_fen": 0}
    ]


async def test_a_statement_of_a_fund_leads_from_opening_to_closing(service: Service, year: Winter) -> None:
    of = f"fund_id={year.fund_id}"
    first = await shown(service, f"/ledger/statement?year=2016&{of}")
    assert (first["opening_fen"], first["closing_fen"]) == (0, 1_000_000)
    assert first["in"] == [{"kind": "FundsReceived", "amount_fen": 1_000_000, "events": 1}]
    second = await shown(service, f"/ledger/statement?year=2017&{of}")
    assert (second["opening_fen"], second["closing_fen"]) == (1_000_000, 678_500)
    assert (second["in"], second["out"]) == (
        [],
        [
            {"kind": "BankFeeCharged", "amount_fen": -1_500, "events": 1},
            {"kind": "FundsReturned", "amount_fen": -200_000, "events": 1},
            {"kind": "ReliefPaid", "amount_fen": -120_000, "events": 3},
        ],
    )


async def test_a_statement_of_a_programme_says_what_may_still_be_spent(service: Service, year: Winter) -> None:
    of = f"programme_id={year.programme_id}"
    second = await shown(service, f"/ledger/statement?year=2017&{of}")
    assert (second["opening_fen"], second["closing_fen"]) == (500_000, 280_000)
    assert [(row["kind"], row["amount_fen"], row["events"]) for row in second["out"]] == [
        ("BudgetReleased", -100_000, 1),
        ("BudgetSpent", -120_000, 2),
    ]


async def test_a_line_of_a_statement_opens_into_its_events(service: Service, year: Winter) -> None:
    await number(service)
    path = f"/ledger/entries?year=2017&fund_id={year.fund_id}&kind=ReliefPaid"
    first = await shown(service, f"{path}&limit=2")
    assert first["next_cursor"] is not None
    rest = await shown(service, f"{path}&limit=2&cursor={first['next_cursor']}")
    told = [*first["entries"], *rest["entries"]]
    assert [one["amount_fen"] for one in told] == [-50_000, -30_000, -40_000]
    assert rest["next_cursor"] is None
    for one in told:
        stored = await service.pool.fetchrow(
            "SELECT e.stream, l.index FROM eventlog.events e JOIN eventlog.log l USING (position) WHERE e.id = $1",
            UUID(one["event_id"]),
        )
        assert stored is not None
        assert (one["stream"], one["index"]) == tuple(stored)
        assert one["stream"].startswith("application-")


async def test_a_statement_is_of_one_fund_or_one_programme(service: Service, year: Winter) -> None:
    both = f"fund_id={year.fund_id}&programme_id={year.programme_id}"
    for of in ("", both, f"fund_id={uuid4()}", f"programme_id={uuid4()}"):
        for path in ("statement", "entries"):
            answer = await service.get(f"/ledger/{path}?year=2017&{of}", ACCOUNTANT, "accountant")
            assert answer.status_code == 404, (path, of)


async def test_the_books_are_not_for_everybody(service: Service) -> None:
    for path in ("trial-balance", "check", f"statement?year=2017&fund_id={uuid4()}"):
        assert (await service.get(f"/ledger/{path}", ENTERER, "grassroots_officer")).status_code == 403, path
