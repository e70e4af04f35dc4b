"""Payments held while a merge may be undone: what relief answers, whom it pays nothing, and when it pays again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.contracts.relief import PaymentHoldLifted, ReliefRequested, UnmergeBlocked, UnmergeCleared, application_id
from unionaid.contracts.unmerging import STANDING_PAYMENTS_MAX, StandingPayment
from unionaid.relief.domain.relief_list.submitting import Line
from unionaid.relief.domain.unmerge.facts import Unanswered, Unmerge, evolve
from unionaid.relief.domain.unmerge.rules import Payment, lift, overdue
from unionaid.relief.domain.unmerge.rules import answer as answer_rule
from unionaid.relief.examples import APPROVER, CASHIER, person
from unionaid.relief.main import imply
from unionaid.testkit.rules import telling

from .conftest import ACCOUNTANT
from .story import Story
from .undoing import MERGED_ON, UNTIL, answer, asking, decided, hear, holding_of

if TYPE_CHECKING:
    from .conftest import Service, Winter

MERGED, SURVIVOR, THIRD = uuid4(), uuid4(), uuid4()
TODAY = date(2017, 3, 1)
UNANSWERED: Unmerge = Unanswered()
given = telling(evolve, UNANSWERED)
ASKED = asking(MERGED, SURVIVOR)
CLEARED = UnmergeCleared(
    occurred_on=TODAY,
    request_id=ASKED.request_id,
    pair_id=ASKED.pair_id,
    held_person_ids=(MERGED, SURVIVOR),
    answer_until=UNTIL,
)


def lines(*persons: UUID) -> list[tuple[UUID, int]]:
    return [(person, 50_000) for person in persons]


def standing(list_id: str, line: int, person: UUID, **told: Any) -> StandingPayment:
    return StandingPayment(
        application_id=application_id(UUID(list_id), line),
        list_id=UUID(list_id),
        line=line,
        person_id=person,
        amount_fen=50_000,
        **told,
    )


def faults(answered: Any) -> list[tuple[str, str]]:
    assert answered.status_code == 422, answered.text
    return [(fault["field"], fault["code"]) for fault in answered.json()["errors"]]


async def test_where_nothing_was_paid_it_is_cleared_and_nothing_is_paid_to_either(
    service: Service, winter: Winter
) -> None:
    cash, bank = await winter.approved(lines(MERGED, THIRD)), await winter.approved(lines(SURVIVOR))
    await hear(service, ASKED)
    assert await answer(service, ASKED) == [CLEARED]
    assert faults(await winter.pay(cash, 2)) == [("lines.0.person_id", "payment-held")]
    order = winter.batch_body([(1, SURVIVOR, 50_000)])
    assert faults(await winter.issue(bank, order)) == [("lines.0.person_id", "payment-held")]
    told = (await service.get(f"/lists/{cash}/lines", APPROVER, "approver")).json()["lines"]
    assert [line["held"] for line in told] == ["payment-held", None]
    (hold,) = (await service.get("/payment-holds", ACCOUNTANT, "accountant")).json()["payment_holds"]
    assert hold["held_person_ids"] == [str(MERGED), str(SURVIVOR)]
    await hear(service, decided(ASKED, undone=True))
    assert isinstance((await answer(service, ASKED))[-1], PaymentHoldLifted)
    assert (await winter.pay(cash, 2)).status_code == 200
    assert (await winter.issue(bank, order)).status_code == 201
    assert (await service.get("/payment-holds", ACCOUNTANT, "accountant")).json()["payment_holds"] == []


async def test_the_steps_before_a_payment_go_on_while_it_is_held(service: Service, winter: Winter) -> None:
    await service.register([MERGED])
    list_id = await winter.submitted(lines(MERGED))
    await hear(service, ASKED)
    assert (await winter.verify(list_id)).status_code == 200
    assert (await winter.approve(list_id)).status_code == 200
    assert faults(await winter.pay(list_id, 1)) == [("lines.0.person_id", "payment-held")]
    await hear(service, decided(ASKED, undone=False))
    assert (await winter.pay(list_id, 1)).status_code == 200


async def test_what_was_paid_since_the_merge_stands_against_it_until_an_officer_has_looked(
    service: Service, winter: Winter
) -> None:
    list_id = await winter.approved(lines(THIRD, SURVIVOR))
    assert (await winter.pay(list_id, 2)).status_code == 200
    await hear(service, ASKED)
    paid = standing(list_id, 2, SURVIVOR, status="paid", on=date(2017, 1, 5))
    (blocked,) = await answer(service, ASKED)
    assert isinstance(blocked, UnmergeBlocked)
    assert blocked.payments == (paid,)
    again = asking(MERGED, SURVIVOR, seen=[paid.application_id])
    await hear(service, decided(ASKED, undone=False), again)
    assert [type(fact) for fact in await answer(service, ASKED)] == [UnmergeBlocked]
    assert [type(fact) for fact in await answer(service, again)] == [UnmergeCleared]


async def test_what_the_bank_has_not_answered_for_stands_against_it_whoever_has_looked(
    service: Service, winter: Winter
) -> None:
    list_id = await winter.approved(lines(SURVIVOR))
    batch = (await winter.issue(list_id, winter.batch_body([(1, SURVIVOR, 50_000)]))).json()["batch_id"]
    assert (await winter.release(batch)).status_code == 200
    ordered = standing(list_id, 1, SURVIVOR, status="ordered", on=date(2017, 1, 6))
    asked = asking(MERGED, SURVIVOR, seen=[ordered.application_id])
    await hear(service, asked)
    (blocked,) = await answer(service, asked)
    assert isinstance(blocked, UnmergeBlocked)
    assert blocked.payments == (ordered,)
    assert (await winter.bank_answers(batch, {1: "account-closed"})).status_code == 200
    again = asking(MERGED, SURVIVOR)
    await hear(service, again)
    assert [type(fact) for fact in await answer(service, again)] == [UnmergeCleared]


async def test_what_was_paid_before_the_merge_does_not_stand_against_it(service: Service, winter: Winter) -> None:
    list_id = await winter.approved(lines(SURVIVOR))
    assert (await winter.pay(list_id, 1)).status_code == 200
    later, entered = date(2017, 3, 2), date(2017, 3, 1)
    for merged_on, kind in ((later, UnmergeCleared), (entered, UnmergeBlocked)):
        asked = asking(MERGED, SURVIVOR, merged_on=merged_on)
        await hear(service, asked)
        assert [type(fact) for fact in await answer(service, asked)] == [kind]
        await hear(service, decided(asked, undone=False))


async def test_payments_of_all_who_were_merged_with_them_are_held(service: Service, winter: Winter) -> None:
    list_id = await winter.approved(lines(THIRD))
    await hear(service, asking(MERGED, SURVIVOR, THIRD))
    assert faults(await winter.pay(list_id, 1)) == [("lines.0.person_id", "payment-held")]


async def test_what_is_heard_again_is_answered_once_and_what_was_decided_in_time_holds_nothing(
    service: Service, winter: Winter
) -> None:
    await hear(service, ASKED)
    await hear(service, ASKED, decided(ASKED, undone=False))
    await hear(service, decided(ASKED, undone=False), ASKED)
    assert [type(fact) for fact in await answer(service, ASKED)] == [UnmergeCleared, PaymentHoldLifted]
    assert (await service.get("/payment-holds", ACCOUNTANT, "accountant")).json()["payment_holds"] == []


async def test_holds_are_rebuilt_from_the_events(service: Service, winter: Winter) -> None:
    await winter.approved(lines(MERGED))
    await hear(service, ASKED, asking(THIRD, uuid4()))
    query = "SELECT scope, key, stream FROM eventlog.reservations"
    conn = await asyncpg.connect(service.database.owner_dsn)
    implied = {(r.scope, r.key, r.stream) for r in (await imply(conn, service.database.name)).held}
    assert implied == {(r["scope"], bytes(r["key"]), r["stream"]) for r in await conn.fetch(query)}
    await conn.close()


async def test_holds_that_nobody_ends_are_told(service: Service, winter: Winter) -> None:
    late = asking(MERGED, SURVIVOR).model_copy(update={"answer_until": date(2017, 2, 28)})
    await hear(service, ASKED, decided(ASKED, undone=True), late)
    checks = (await service.client.get("/readyz")).json()["checks"]
    assert checks["payment holds"] == {"health": "degraded", "reason": "1 payment holds overdue"}


@pytest.mark.parametrize(("who", "role", "status"), [(CASHIER, "cashier", 200), (CASHIER, "grassroots_officer", 403)])
async def test_who_sees_holds(service: Service, who: str, role: str, status: int) -> None:
    assert (await service.get("/payment-holds", who, role)).status_code == status


def test_it_reads_what_registry_decides_about_merges_and_nothing_else(service: Service) -> None:
    assert sorted(kind.split(".")[2] for kind in holding_of(service).decoders) == [
        "UnmergeRefused", "UnmergeRequested", "WorkerUnmerged",
    ]  # fmt: skip


def test_a_hold_is_lifted_once() -> None:
    lifted = PaymentHoldLifted(
        occurred_on=TODAY, request_id=ASKED.request_id, pair_id=ASKED.pair_id, held_person_ids=(MERGED, SURVIVOR)
    )
    given(CLEARED).when(lift, TODAY).then(lifted)
    given(CLEARED, lifted).when(lift, TODAY).then()
    given().when(lift, TODAY).then()
    given(CLEARED, lifted).when(answer_rule, ASKED, [], TODAY).then()


def test_an_answer_names_the_first_of_many_payments() -> None:
    asked_for = Story([Line(person(n), 50_000) for n in range(1, STANDING_PAYMENTS_MAX + 2)], 10**8)
    terms = [event for event in asked_for.events if isinstance(event, ReliefRequested)]
    payments = [Payment(one, "paid", MERGED_ON, MERGED_ON) for one in terms]
    (blocked,) = answer_rule(Unanswered(), ASKED, payments, TODAY)
    assert isinstance(blocked, UnmergeBlocked)
    assert len(blocked.payments) == STANDING_PAYMENTS_MAX


def test_a_hold_is_overdue_after_its_last_day() -> None:
    assert [overdue([CLEARED], day) for day in (UNTIL, date(2017, 3, 5))] == [0, 1]
