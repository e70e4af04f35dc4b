"""A payment and the undoing of a merge at the same moment, in every order: never both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.contracts.registry import UnmergeRequested
from unionaid.contracts.relief import UnmergeBlocked, UnmergeCleared
from unionaid.testkit.log import until

from .undoing import answer, asking, hear, heard, holding_of

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

MERGED, SURVIVOR = uuid4(), uuid4()
ROUNDS = 24
Pay: TypeAlias = Callable[[], "Awaitable[httpx.Response]"]


async def by_cash(winter: Winter, payee: UUID) -> Pay:
    list_id = await winter.approved([(payee, 50_000)])
    return lambda: winter.pay(list_id, 1)


async def by_bank(winter: Winter, payee: UUID) -> Pay:
    list_id = await winter.approved([(payee, 50_000)])
    return lambda: winter.issue(list_id, winter.batch_body([(1, payee, 50_000)]))


async def by_bank_again(winter: Winter, payee: UUID) -> Pay:
    """What the bank returned goes into a follow-up batch."""
    list_id = await winter.approved([(payee, 50_000)])
    first = await winter.issue(list_id, winter.batch_body([(1, payee, 50_000)]))
    batch_id = first.json()["batch_id"]
    assert (await winter.release(batch_id)).status_code == 200
    assert (await winter.bank_answers(batch_id, {1: "account-closed"})).status_code == 200
    return lambda: winter.issue(list_id, winter.batch_body([(1, payee, 50_000)], "2017-01-13"))


PAYING = pytest.mark.parametrize("paying", [by_cash, by_bank, by_bank_again])
PAYEE = pytest.mark.parametrize("payee", [MERGED, SURVIVOR], ids=["merged", "survivor"])


async def came_about(service: Service, asked: UnmergeRequested, paid: httpx.Response) -> str:
    """Which of the two did; it fails if both or neither."""
    (told,) = await answer(service, asked)
    if paid.status_code in (200, 201):
        assert isinstance(told, UnmergeBlocked), "a payment and an undoing"
        return "payment"
    assert [fault["code"] for fault in paid.json()["errors"]] == ["payment-held"]
    assert isinstance(told, UnmergeCleared), "neither a payment nor an undoing"
    return "undoing"


async def waiting(service: Service, kind: str) -> None:
    """Wait until somebody waits for a lock of a kind in this database."""
    query = (
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        "WHERE d.datname = current_database() AND NOT granted AND locktype = $1"
    )
    conn = await asyncpg.connect(service.database.owner_dsn)

    async def somebody() -> bool:
        return bool(await conn.fetchval(query, kind))

    await until(somebody)
    await conn.close()


@PAYING
@PAYEE
async def test_one_after_the_other_in_either_order(service: Service, winter: Winter, paying: Any, payee: UUID) -> None:
    pay, asked = await paying(winter, payee), asking(MERGED, SURVIVOR)
    paid = await pay()
    await hear(service, asked)
    assert await came_about(service, asked, paid) == "payment"


@PAYING
async def test_who_asked_first_is_not_paid(service: Service, winter: Winter, paying: Any) -> None:
    pay, asked = await paying(winter, MERGED), asking(MERGED, SURVIVOR)
    await hear(service, asked)
    assert await came_about(service, asked, await pay()) == "undoing"


@PAYING
async def test_a_payment_that_is_being_written_is_waited_for(service: Service, winter: Winter, paying: Any) -> None:
    pay, asked = await paying(winter, MERGED), asking(MERGED, SURVIVOR)
    owner = await asyncpg.connect(service.database.owner_dsn)
    async with owner.transaction():
        await owner.execute("LOCK TABLE eventlog.events IN SHARE MODE")  # read, but not written
        paid = asyncio.ensure_future(pay())
        await waiting(service, "relation")  # it is decided, and about to be written
        undoing = asyncio.ensure_future(hear(service, asked))
        await waiting(service, "advisory")
        assert not undoing.done()
    await owner.close()
    await undoing
    assert await came_about(service, asked, await paid) == "payment"


@PAYING
async def test_an_undoing_that_is_being_answered_is_waited_for(service: Service, winter: Winter, paying: Any) -> None:
    pay, asked = await paying(winter, MERGED), asking(MERGED, SURVIVOR)
    async with service.pool.acquire() as conn, conn.transaction():
        await holding_of(service).apply(conn, [heard(asked)])
        paid = asyncio.ensure_future(pay())
        await waiting(service, "advisory")
        assert not paid.done()
    assert await came_about(service, asked, await paid) == "undoing"


@pytest.mark.parametrize("paying", [by_cash, by_bank])
async def test_at_the_same_moment_never_both(service: Service, winter: Winter, paying: Any) -> None:
    random = Random(17)
    for _ in range(ROUNDS):
        merged, survivor = uuid4(), uuid4()
        pay, asked = await paying(winter, random.choice((merged, survivor))), asking(merged, survivor)
        ahead = random.uniform(-0.03, 0.03)

        async def undo(asked: UnmergeRequested = asked, wait: float = max(0.0, ahead)) -> None:
            await asyncio.sleep(wait)
            await hear(service, asked)

        async def paid(pay: Pay = pay, wait: float = max(0.0, -ahead)) -> httpx.Response:
            await asyncio.sleep(wait)
            return await pay()

        answered, _ = await asyncio.gather(paid(), undo())
        await came_about(service, asked, answered)


async def test_what_the_bank_answers_meanwhile_stands_against_it_either_way(service: Service, winter: Winter) -> None:
    for _ in range(ROUNDS // 3):
        payee = uuid4()
        list_id = await winter.approved([(payee, 50_000)])
        issued = await winter.issue(list_id, winter.batch_body([(1, payee, 50_000)]))
        batch_id = issued.json()["batch_id"]
        assert (await winter.release(batch_id)).status_code == 200
        asked = asking(payee, SURVIVOR)
        booked, _ = await asyncio.gather(winter.bank_answers(batch_id, {1: None}), hear(service, asked))
        assert booked.status_code == 200
        assert [type(fact) for fact in await answer(service, asked)] == [UnmergeBlocked]
