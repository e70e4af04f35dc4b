"""Funds over HTTP: promises, money back, fees, budgets released and carried over, and how long a fund lasts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from unionaid.relief.examples import APPROVER, person
from unionaid.service.clock import Clock
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys

from .conftest import ACCOUNTANT, FixedClock, settings_for

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

AT_ONCE = 8
"""Who approve at once, and who release."""
FITTING = 5
"""Of both together, those for whom the budget has money."""
TRIES_MAX = 20


async def post(service: Service, path: str, **body: Any) -> httpx.Response:
    given = {"occurred_on": "2017-01-10", **body}
    return await service.post(path, given, ACCOUNTANT, "accountant")


async def shown(service: Service, path: str) -> dict[str, Any]:
    answer = await service.get(path, ACCOUNTANT, "accountant")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_money_goes_back_and_the_bank_takes_a_fee(service: Service) -> None:
    winter = await service.funded(fen=100_000, budget_fen=60_000)
    path = f"/funds/{winter.fund_id}"
    more = {"amount_fen": 40_001, "voucher": "样退〔2017〕1号", "reason_code": "unspent"}
    refused = await post(service, f"{path}/returns", **more)
    assert (refused.status_code, refused.json()["code"]) == (409, "fund-insufficient")
    assert (await post(service, f"{path}/returns", **{**more, "amount_fen": 30_000})).status_code == 201
    assert (await post(service, f"{path}/bank-fees", amount_fen=1_500, voucher="20170110-31")).status_code == 201
    fund = await shown(service, path)
    assert {name: fund[f"{name}_fen"] for name in ("received", "returned", "fees", "allotted", "balance", "cash")} == {
        "received": 100_000, "returned": 30_000, "fees": 1_500, "allotted": 60_000, "balance": 8_500, "cash": 68_500,
    }  # fmt: skip


async def test_a_promise_is_awaited_until_it_is_kept_and_noted_when_it_is_due(service: Service) -> None:
    winter = await service.funded(fen=100_000)
    path = f"/funds/{winter.fund_id}"
    promised = [
        (await post(service, f"{path}/pledges", amount_fen=50_000, due_on=due, voucher=f"样慈认〔2017〕{n}号")).json()
        for n, due in enumerate(("2017-02-01", "2017-03-02"))
    ]
    first, second = (one["pledge_id"] for one in promised)
    kept = await post(service, f"{path}/receipts", amount_fen=20_000, voucher="样财预〔2017〕9号", pledge_id=first)
    assert kept.status_code == 201
    awaited = {one["pledge_id"]: one for one in (await shown(service, "/funds"))["pledges"]}
    assert {id: (one["awaited_fen"], one["noted"]) for id, one in awaited.items()} == {
        first: (30_000, False),
        second: (50_000, False),
    }
    assert service.parts is not None
    funds = service.parts.app.state.desk.commands.funds
    clock: Clock = FixedClock()
    itself = Itself(
        settings_for(service.database), Keys(b"k" * 32, b"h" * 32), name="relief", matter="due", clock=clock
    )
    assert [await funds.note_due(itself), await funds.note_due(itself)] == [1, 0]
    noted = {one["pledge_id"]: one["noted"] for one in (await shown(service, path))["pledges"]}
    assert noted == {first: True, second: False}
    withdrawal = f"{path}/pledges/{first}/withdrawal"
    assert (await post(service, withdrawal, reason_code="lapsed")).status_code == 201
    assert (await post(service, withdrawal, reason_code="lapsed")).status_code == 404
    assert [one["pledge_id"] for one in (await shown(service, path))["pledges"]] == [second]


async def test_how_long_a_fund_lasts_is_told_by_its_last_plan(service: Service) -> None:
    winter = await service.funded(fen=100_000)
    path = f"/funds/{winter.fund_id}"
    assert (await shown(service, path))["lasts"] is None
    for monthly in (1_000, 9_000):
        assert (await post(service, f"{path}/spending-plans", monthly_fen=monthly)).status_code == 201
    pledge = {"amount_fen": 8_001, "due_on": "2017-06-01", "voucher": "样慈认〔2017〕7号"}
    await post(service, f"{path}/pledges", **pledge)
    told = {"monthly_fen": 9_000, "months": 11, "months_with_pledges": 12}
    assert (await shown(service, path))["lasts"] == told
    assert [one["lasts"] for one in (await shown(service, "/funds"))["funds"]] == [told]


async def test_a_budget_gives_back_what_is_free_and_keeps_what_is_bound(service: Service) -> None:
    winter = await service.funded(fen=100_000)
    await winter.approved([(person(1), 60_000)])
    path = f"/budgets/{winter.budget_id}"
    release = {"amount_fen": 40_001, "reason_code": "year-end"}
    refused = await post(service, f"{path}/release", **release)
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-insufficient")
    assert (await post(service, f"{path}/release", **{**release, "amount_fen": 40_000})).status_code == 201
    carried = await post(service, f"{path}/carry-over", year=2016)
    assert carried.status_code == 201
    assert (await post(service, f"{path}/carry-over", year=2016)).json()["code"] == "already-carried-over"
    budget = await shown(service, path)
    assert (budget["allotted_fen"], budget["committed_fen"], budget["free_fen"]) == (60_000, 60_000, 0)
    assert budget["carried_year"] == 2016
    fund = await shown(service, f"/funds/{winter.fund_id}")
    assert (fund["allotted_fen"], fund["balance_fen"], fund["cash_fen"]) == (60_000, 40_000, 100_000)
    assert [one["budget_id"] for one in fund["budgets"]] == [winter.budget_id]


async def test_a_budget_or_fund_that_is_not_there_is_not_found(service: Service) -> None:
    for path, body in (
        (f"/budgets/{uuid4()}/release", {"amount_fen": 1, "reason_code": "year-end"}),
        (f"/budgets/{uuid4()}/carry-over", {"year": 2016}),
        (f"/funds/{uuid4()}/bank-fees", {"amount_fen": 1, "voucher": "1"}),
        (f"/funds/{uuid4()}/spending-plans", {"monthly_fen": 1}),
    ):
        assert (await post(service, path, **body)).status_code == 404, path
    assert (await service.get(f"/funds/{uuid4()}", ACCOUNTANT, "accountant")).status_code == 404


async def test_who_is_no_accountant_moves_no_money(service: Service, winter: Winter) -> None:
    for path in (
        f"/funds/{winter.fund_id}/returns",
        f"/funds/{winter.fund_id}/bank-fees",
        f"/funds/{winter.fund_id}/pledges",
        f"/funds/{winter.fund_id}/spending-plans",
        f"/budgets/{winter.budget_id}/release",
        f"/budgets/{winter.budget_id}/carry-over",
    ):
        assert (await service.post(path, {}, APPROVER, "approver", "cashier")).status_code == 403, path


async def test_what_is_released_and_returned_at_once_is_shown_as_it_is(service: Service) -> None:
    """Views are written many events at a time: no moment of them may break what holds at the end."""
    winter = await service.funded(fen=1_000, budget_fen=1_000)
    assert service.parts is not None
    fund, budget = f"/funds/{winter.fund_id}", f"/budgets/{winter.budget_id}"
    for _ in range(6):
        steps = (
            (f"{budget}/release", {"amount_fen": 100, "reason_code": "needed-elsewhere"}),
            (f"{fund}/returns", {"amount_fen": 100, "voucher": "样退〔2017〕2号", "reason_code": "giver-asked"}),
        )
        assert [(await post(service, path, **body)).status_code for path, body in steps] == [201, 201]
    assert (await shown(service, fund))["returned_fen"] == 600
    parked = await service.pool.fetchval("SELECT count(*) FROM eventlog.parked")
    assert parked == 0


async def test_approvals_and_releases_at_once_never_take_the_same_money(service: Service) -> None:
    """8 approve lists, 8 give money back, for 5 there is money: who is told `busy` asks again with the same key."""
    winter = await service.funded(fen=100_000, budget_fen=FITTING * 1_000 + 999)
    lists = []
    for n in range(AT_ONCE):
        await service.register([person(n)])
        lists.append(await winter.submitted([(person(n), 1_000)]))
        assert (await winter.verify(lists[-1])).status_code == 200
    release = {"occurred_on": "2017-01-10", "amount_fen": 1_000, "reason_code": "needed-elsewhere"}
    path = f"/budgets/{winter.budget_id}/release"

    async def answered(ask: Callable[[], Awaitable[httpx.Response]]) -> int:
        for _ in range(TRIES_MAX):
            answer = await ask()
            if answer.status_code != 503:
                return answer.status_code
            assert answer.json()["code"] == "busy"
        raise AssertionError("still busy")

    approvals = [partial(winter.approve, one, key=f"approve {one}") for one in lists]
    releases = [partial(service.post, path, release, ACCOUNTANT, "accountant", key=f"r{n}") for n in range(AT_ONCE)]
    statuses = Counter(
        await asyncio.gather(*(answered(ask) for pair in zip(approvals, releases, strict=True) for ask in pair))
    )
    assert statuses[200] + statuses[201] == FITTING
    assert statuses[409] == 2 * AT_ONCE - FITTING
    budget = await winter.budget()
    assert (budget["committed_fen"], budget["free_fen"]) == (statuses[200] * 1_000, 999)
    fund = await shown(service, f"/funds/{winter.fund_id}")
    assert fund["balance_fen"] == 100_000 - (FITTING * 1_000 + 999) + statuses[201] * 1_000
