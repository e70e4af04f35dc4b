"""The overview shows each reader exactly the lists and batches whose next step is the reader's, and no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count, product
from typing import TYPE_CHECKING
from uuid import UUID, uuid4, uuid5

import pytest

from unionaid.relief.examples import APPROVER, CASHIER, ENTERER, VERIFIER, person
from unionaid.relief.pages import lists, turns

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

SUB_DISTRICT = uuid5(UUID(int=0), "s")
SECOND, OTHER = f"person-{uuid4()}", f"person-{uuid4()}"
"""An accountant who has booked a return, and somebody who has done nothing yet."""
ENDS = {"verification", "approval", "cash-payment", "payment-batches", "cancellation"}
"""Steps of a list that it waits for: how the addresses end that its page leads to."""


class Office:
    """Lists of two lines each in every state there is, and the batches made of them."""

    def __init__(self, winter: Winter) -> None:
        self.winter, self._numbers = winter, count(1)
        self.lists: dict[str, str] = {}
        self.batches: dict[str, str] = {}
        self._lines: dict[str, list[tuple[int, UUID, int]]] = {}

    async def fill(self) -> None:
        winter = self.winter
        await self._entered("submitted")
        await winter.verify(await self._entered("verified"))
        await self._approved("approved")
        await winter.reject(await self._approved("rejected"))
        assert (await winter.pay(await self._approved("paid"), 2)).status_code == 200
        await self._ordered("issued")
        await winter.release(await self._ordered("released"))
        await self._answered("answered in part", {1: None})
        await self._answered("returned in part", {2: "account-closed"})
        await self._answered("returned", {1: None, 2: "account-closed"})
        again = await self._answered("ordered again", {1: None, 2: "account-closed"})
        await self._order("ordered again", again, [2], "2017-01-13")
        settled = await self._answered("settled", {1: None, 2: "account-closed"})
        assert (await winter.cancel(settled, [2])).status_code == 200
        await winter.withdraw(await self._ordered("withdrawn"))

    async def _entered(self, name: str) -> str:
        lines = [(person(next(self._numbers)), fen) for fen in (50_000, 30_000)]
        await self.winter.service.register([payee for payee, _ in lines])
        self.lists[name] = await self.winter.submitted(lines)
        self._lines[name] = [(n, *line) for n, line in enumerate(lines, start=1)]
        return self.lists[name]

    async def _approved(self, name: str) -> str:
        list_id = await self._entered(name)
        assert (await self.winter.verify(list_id)).status_code == 200
        assert (await self.winter.approve(list_id)).status_code == 200
        return list_id

    async def _ordered(self, name: str) -> str:
        return await self._order(name, await self._approved(name), [1, 2], "2017-01-06")

    async def _order(self, name: str, list_id: str, lines: list[int], on: str) -> str:
        body = self.winter.batch_body([line for line in self._lines[name] if line[0] in lines], on)
        issued = await self.winter.issue(list_id, body)
        assert issued.status_code == 201, issued.text
        self.batches[name] = str(issued.json()["batch_id"])
        return self.batches[name]

    async def _answered(self, name: str, answers: Mapping[int, str | None]) -> str:
        batch_id = await self._ordered(name)
        assert (await self.winter.release(batch_id)).status_code == 200
        assert (await self.winter.bank_answers(batch_id, answers, SECOND)).status_code == 200
        return self.lists[name]


class Reader:
    """Somebody who looks at pages."""

    def __init__(self, service: Service, who: str, *roles: str) -> None:
        unit = SUB_DISTRICT if "sub_district_officer" in roles else None
        self._client = service.client
        self._headers = {"Cookie": f"unionaid_session={service.token(who, *roles, unit=unit)}; unionaid_language=en"}

    async def page(self, path: str) -> str:
        answer = await self._client.get(f"/pages/{path}", headers=self._headers)
        assert answer.status_code in (200, 403), answer.text
        return answer.text if answer.status_code == 200 else ""

    async def waiting(self, more: str = "") -> dict[str, set[str]]:
        """What each section of the overview leads to: title -> ids."""
        first, *sections = (await self.page(f"lists{more}")).split("<h2>")
        assert "/payment-batches/" not in first
        return {
            section.partition("</h2>")[0]: set(re.findall(r"/(?:lists|payment-batches)/([0-9a-f-]{36})", section))
            for section in sections
        }

    async def leads_on(self, path: str) -> set[str]:
        """How the addresses end to which a page leads: the steps that it offers."""
        page = await self.page(path)
        cash = {"cash-payment"} if "/pages/cash-payments/" in page else set()
        return cash | {action.rpartition("/")[2] for action in re.findall(r'<form[^>]*action="([^"]+)"', page)}


@pytest.fixture
async def office(winter: Winter) -> Office:
    made = Office(winter)
    await made.fill()
    return made


READERS = [
    (who, (role,))
    for who, role in product(
        (ENTERER, VERIFIER, APPROVER, CASHIER, SECOND, OTHER, f"person-{person(1)}"),
        ("approver", "cashier", "accountant"),
    )
] + [
    (VERIFIER, ("sub_district_officer",)),
    (OTHER, ("sub_district_officer",)),
    (ENTERER, ("sub_district_officer", "approver")),
    (OTHER, ("approver", "cashier", "accountant")),
    (OTHER, ("auditor",)),
    (OTHER, ("district_officer",)),
]
TITLES = {
    "release": "Payment batches for you to release",
    "bank-return": "Payment batches: the bank&#39;s answer is for you to record",
}


async def test_each_reader_sees_exactly_what_the_own_pages_let_do(service: Service, office: Office) -> None:
    for who, roles in READERS:
        reader = Reader(service, who, *roles)
        waiting = await reader.waiting()
        lists = {one for one in office.lists.values() if ENDS & await reader.leads_on(f"lists/{one}")}
        assert waiting.get("Waiting for you", set()) == lists, (who, roles)
        batches = {one: await reader.leads_on(f"payment-batches/{one}") for one in office.batches.values()}
        for step, title in TITLES.items():
            expected = {one for one, steps in batches.items() if step in steps}
            assert waiting.get(title, set()) == expected, (who, roles, step)


async def test_whose_turn_it_is_in_each_state(service: Service, office: Office) -> None:
    def named(found: set[str], known: Mapping[str, str]) -> set[str]:
        return {name for name, one in known.items() if one in found}

    for role, expected in (
        ("sub_district_officer", {"submitted"}),
        ("approver", {"verified", "returned", "returned in part"}),
        ("cashier", {"approved", "withdrawn", "returned", "returned in part"}),
        ("accountant", set()),
    ):
        waiting = await Reader(service, OTHER, role).waiting()
        assert named(waiting.get("Waiting for you", set()), office.lists) == expected, role
    waiting = await Reader(service, OTHER, "accountant").waiting()
    assert named(waiting[TITLES["release"]], office.batches) == {"issued", "ordered again"}
    assert named(waiting[TITLES["bank-return"]], office.batches) == {"released", "answered in part", "returned in part"}
    assert waiting["All lists"] == set(office.lists.values())
    assert set(await Reader(service, OTHER, "cashier").waiting()) == {"Waiting for you", "All lists"}
    booked = await Reader(service, SECOND, "approver").waiting()
    assert named(booked["Waiting for you"], office.lists) == {"verified"}, "who booked what failed does not give it up"


async def test_a_batch_shows_what_waits_of_it(service: Service, office: Office) -> None:
    page = await Reader(service, OTHER, "accountant").page("lists")
    row = page.partition(f"/payment-batches/{office.batches['answered in part']}")[2].partition("</tr>")[0]
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", row)
    assert cells == ["2017年元旦春节送温暖", "1", "300.00", "2017-01-09"]


async def test_of_another_programme_nothing_waits(service: Service, office: Office) -> None:
    accountant = Reader(service, OTHER, "accountant")
    assert set(await accountant.waiting(f"?programme_id={office.winter.programme_id}")) == {
        *TITLES.values(),
        "All lists",
    }
    assert await accountant.waiting(f"?programme_id={uuid4()}") == {"All lists": set()}


async def test_what_waits_is_found_behind_what_waits_for_others(
    service: Service, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await Reader(service, OTHER, "cashier").waiting()
    monkeypatch.setattr(turns, "LISTS_LOOKED_AT", 1)
    assert await Reader(service, OTHER, "cashier").waiting() == whole
    monkeypatch.setattr(lists, "LISTS_SHOWN", 2)
    assert len((await Reader(service, OTHER, "cashier").waiting())["Waiting for you"]) == 2
    assert len((await Reader(service, OTHER, "accountant").waiting())[TITLES["bank-return"]]) == 2
