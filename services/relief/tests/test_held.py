"""A list that names somebody who was erased, or asked to be: held at every step, shown, and never paid silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from unionaid.contracts import Event
from unionaid.contracts.registry import PersonErased, PersonRestricted
from unionaid.relief.examples import APPROVER, CASHIER
from unionaid.relief.views.people import Persons

from .conftest import GRASSROOTS, _event

if TYPE_CHECKING:
    from .conftest import Service, Winter

STAYS, GOES = uuid4(), uuid4()
TWO = [(STAYS, 50_000), (GOES, 60_000)]
LINES = [(1, STAYS, 50_000), (2, GOES, 60_000)]


def erasure(person_id: UUID) -> Event:
    return PersonErased(occurred_on=date(2017, 1, 4), person_id=person_id, reason_code="ordered")


def restriction(person_id: UUID) -> Event:
    return PersonRestricted(occurred_on=date(2017, 1, 4), person_id=person_id, policy_version="retention-1")


KINDS = pytest.mark.parametrize(
    ("told", "code"), [(erasure, "person-erased"), (restriction, "person-restricted")], ids=["erased", "restricted"]
)


async def hear(service: Service, fact: Event) -> None:
    """Take in what registry tells, as the subscription does."""
    async with service.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL search_path = registry_people_1")
        await Persons().apply(conn, [_event(fact)])


def refused(answer: Any, code: str) -> bool:
    """Whether the second line, and it alone, is named as what holds the list."""
    named = [(fault["field"], fault["code"]) for fault in answer.json()["errors"]]
    return (answer.status_code, answer.json()["code"], named) == (422, "lines-refused", [("lines.1.person_id", code)])


async def held(service: Service, list_id: str) -> list[str | None]:
    told = (await service.get(f"/lists/{list_id}/lines", APPROVER, "approver")).json()["lines"]
    return [line["held"] for line in told]


@KINDS
async def test_every_step_to_the_money_is_refused_and_the_line_named(
    service: Service, winter: Winter, told: Callable[[UUID], Event], code: str
) -> None:
    await service.register([STAYS, GOES])
    submitted = await winter.submitted(TWO)
    await hear(service, told(GOES))
    before = await service.events()
    assert refused(await winter.verify(submitted), code)
    again = await winter.submit(winter.list_body([(GOES, 1)]))
    assert [(fault["field"], fault["code"]) for fault in again.json()["errors"]] == [("lines.0.person_id", code)]
    assert await service.events() == before
    assert await held(service, submitted) == [None, code]
    assert (await winter.reject(submitted)).status_code == 200
    assert await held(service, submitted) == [None, None], "it has ended"


@KINDS
async def test_what_was_approved_is_neither_handed_out_nor_sent_to_the_bank(
    service: Service, winter: Winter, told: Callable[[UUID], Event], code: str
) -> None:
    list_id = await winter.approved(TWO)
    await hear(service, told(GOES))
    before, budget = await service.events(), await winter.budget()
    assert refused(await winter.pay(list_id, 2), code)
    assert refused(await winter.issue(list_id, winter.batch_body(LINES)), code)
    assert (await service.events(), await winter.budget()) == (before, budget)
    cookie = {"Cookie": f"unionaid_session={service.token(APPROVER, 'approver')}; unionaid_language=en"}
    page = await service.client.get(f"/pages/lists/{list_id}", headers=cookie)
    assert page.text.count("held: the person") == 1
    assert (await winter.reject(list_id)).status_code == 200
    anew = await winter.approved([(STAYS, 50_000)])
    assert (await winter.pay(anew, 1)).status_code == 200, "who stays is helped by a new list"


@KINDS
async def test_a_batch_is_not_released_but_what_the_bank_has_is_booked(
    service: Service, winter: Winter, told: Callable[[UUID], Event], code: str
) -> None:
    list_id = await winter.approved(TWO)
    batch_id = (await winter.issue(list_id, winter.batch_body(LINES))).json()["batch_id"]
    await hear(service, told(GOES))
    assert refused(await winter.release(batch_id), code)
    assert (await winter.withdraw(batch_id)).status_code == 200
    assert refused(await winter.issue(list_id, winter.batch_body(LINES, on="2017-01-10")), code)

    other, person = uuid4(), uuid4()
    second = await winter.approved([(other, 50_000), (person, 60_000)])
    lines = [(1, other, 50_000), (2, person, 60_000)]
    sent = (await winter.issue(second, winter.batch_body(lines))).json()["batch_id"]
    assert (await winter.release(sent)).status_code == 200
    await hear(service, told(person))
    assert (await winter.bank_answers(sent, {1: None, 2: "account-closed"})).status_code == 200
    assert refused(await winter.issue(second, winter.batch_body([(2, person, 60_000)], on="2017-01-13")), code)
    assert await held(service, second) == [None, code]
    given_up = await winter.cancel(second, [2])
    assert (given_up.status_code, given_up.json()["status"]) == (200, "settled")


async def test_who_was_erased_or_asks_to_be_signs_for_nobody(service: Service, winter: Winter) -> None:
    proxy = uuid4()
    await service.register([proxy], GRASSROOTS)
    list_id = await winter.approved([(STAYS, 50_000)])
    await hear(service, restriction(proxy))
    body = winter.payment(1)
    body["lines"] = [{"line": 1, "signed_by": "proxy", "proxy_person_id": str(proxy)}]
    answer = await service.post(f"/lists/{list_id}/cash-payment", body, CASHIER, "cashier")
    assert [fault["code"] for fault in answer.json()["errors"]] == ["proxy-unknown"]
