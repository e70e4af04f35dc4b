"""Paying by the bank over HTTP on a real PostgreSQL: the whole way, in parts, again, at once, and hostile input."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx
import pytest

from unionaid.contracts import decode
from unionaid.eventlog import Event
from unionaid.relief.examples import APPROVER, CASHIER, ENTERER, VERIFIER, person
from unionaid.relief.main import imply, migrate
from unionaid.relief.views.writing import ReliefViews
from unionaid.service.languages import Language
from unionaid.service.settings import MigrationSettings

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

OFFICER = f"person-{uuid4()}"
DISTRICT, SUB_DISTRICT, GRASSROOTS, OTHER = (uuid5(UUID(int=0), name) for name in ("d", "s", "g", "o"))
LINES = [(person(1), 50_000), (person(2), 30_000), (person(3), 20_000)]
NUMBERED = [(n, p, fen) for n, (p, fen) in enumerate(LINES, start=1)]
SUM = 100_000
ALLOTTED = 200_000_000


async def batch_of(winter: Winter, list_id: str, lines: list[tuple[int, UUID, int]] = NUMBERED, **more: Any) -> str:
    answer = await winter.issue(list_id, winter.batch_body(lines, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["batch_id"])


async def released(winter: Winter) -> tuple[str, str]:
    list_id = await winter.approved(LINES)
    batch_id = await batch_of(winter, list_id)
    assert (await winter.release(batch_id)).status_code == 200
    return list_id, batch_id


async def seen(service: Service, path: str) -> dict[str, Any]:
    answer = await service.get(path, OFFICER, "district_officer")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def statuses(service: Service, list_id: str) -> list[tuple[str, str | None]]:
    lines = (await seen(service, f"/lists/{list_id}/lines"))["lines"]
    return [(line["status"], line["reason_code"]) for line in lines]


async def money(winter: Winter) -> tuple[int, int, int]:
    """Committed, spent, free."""
    found = await winter.budget()
    return found["committed_fen"], found["spent_fen"], found["free_fen"]


async def test_a_list_paid_by_the_bank_in_parts_with_a_follow_up_and_a_cancellation(
    service: Service, winter: Winter
) -> None:
    list_id = await winter.approved(LINES)
    issued = await winter.issue(list_id, winter.batch_body(NUMBERED))
    batch_id = issued.json()["batch_id"]
    assert (issued.status_code, issued.headers["location"], issued.headers["etag"]) == (
        201, f"/payment-batches/{batch_id}", '"1"',
    )  # fmt: skip
    assert issued.json() == {
        "batch_id": batch_id, "list_id": list_id, "status": "issued", "lines": 3, "amount_fen": SUM,
        "paid_lines": 0, "paid_fen": 0, "failed_lines": 0, "failed_fen": 0,
    }  # fmt: skip
    assert await statuses(service, list_id) == [("ordered", None)] * 3
    freed = await winter.release(batch_id)
    assert (freed.status_code, freed.headers["etag"], freed.json()["status"]) == (200, '"2"', "released")
    assert await money(winter) == (SUM, 0, ALLOTTED - SUM)

    part = await winter.bank_answers(batch_id, {1: None, 2: "account-closed"})
    assert part.status_code == 200, part.text
    assert part.json() == {
        "batch_id": batch_id, "list_id": list_id, "status": "released", "lines": 3, "amount_fen": SUM,
        "paid_lines": 1, "paid_fen": 50_000, "failed_lines": 1, "failed_fen": 30_000, "list_status": "ordered",
    }  # fmt: skip
    assert await statuses(service, list_id) == [("paid", None), ("failed", "account-closed"), ("ordered", None)]
    assert await money(winter) == (50_000, 50_000, ALLOTTED - SUM)
    rest = await winter.bank_answers(batch_id, {3: "name-differs"})
    assert (rest.json()["status"], rest.json()["list_status"]) == ("returned", "ordered")

    follow_up = await batch_of(winter, list_id, NUMBERED[1:], on="2017-01-12")
    assert await statuses(service, list_id) == [
        ("paid", None), ("ordered", "account-closed"), ("ordered", "name-differs"),
    ]  # fmt: skip
    service_answer = await service.post(
        f"/payment-batches/{follow_up}/release", {"occurred_on": "2017-01-12"}, OFFICER, "accountant"
    )
    assert service_answer.status_code == 200
    again = await winter.bank_answers(follow_up, {2: None, 3: "account-unknown"})
    assert (again.json()["status"], again.json()["list_status"]) == ("returned", "ordered")
    given_up = await winter.cancel(list_id, [3])
    assert given_up.json() == {
        "list_id": list_id, "status": "settled", "cancelled_lines": 1, "cancelled_fen": 20_000,
    }  # fmt: skip
    assert await statuses(service, list_id) == [("paid", None), ("paid", None), ("cancelled", "moved-away")]
    assert await money(winter) == (0, 80_000, ALLOTTED - 80_000)

    shown = await service.get(f"/lists/{list_id}", OFFICER, "district_officer")
    assert (shown.headers["etag"], given_up.headers["etag"]) == ('"6"', '"6"')
    assert shown.json()["status"] == "settled"
    steps = shown.json()["steps"]
    assert [step["step"] for step in steps] == ["submitted", "verified", "approved", "ordered", "ordered", "settled"]
    assert (steps[4]["batch_id"], steps[4]["lines"], steps[4]["amount_fen"]) == (follow_up, 2, 50_000)
    assert (steps[5]["paid_fen"], steps[5]["cancelled_fen"]) == (80_000, 20_000)

    first = await seen(service, f"/payment-batches/{batch_id}")
    assert (first["status"], first["paid_fen"], first["failed_fen"]) == ("returned", 50_000, 50_000)
    assert [step["step"] for step in first["steps"]] == [
        "issued", "released", "bank-return-recorded", "bank-return-recorded",
    ]  # fmt: skip
    for number, told in (
        (batch_id, [(1, "paid", None), (2, "failed", "account-closed"), (3, "failed", "name-differs")]),
        (follow_up, [(2, "paid", None), (3, "failed", "account-unknown")]),
    ):
        lines = (await seen(service, f"/payment-batches/{number}/lines"))["lines"]
        assert [(line["line"], line["status"], line["reason_code"]) for line in lines] == told
        assert [line["person_id"] for line in lines] == [str(person(line)) for line, _, _ in told]


async def test_a_list_whose_every_line_the_bank_paid_is_paid(service: Service, winter: Winter) -> None:
    list_id, batch_id = await released(winter)
    assert (await winter.bank_answers(batch_id, dict.fromkeys((1, 2, 3)))).json()["list_status"] == "paid"
    assert await money(winter) == (0, SUM, ALLOTTED - SUM)
    step = (await seen(service, f"/lists/{list_id}"))["steps"][-1]
    assert (step["step"], step["method"], "visitors" in step) == ("paid", "bank", False)


async def test_a_withdrawn_batch_leaves_the_list_to_be_paid_in_cash(service: Service, winter: Winter) -> None:
    list_id = await winter.approved(LINES)
    batch_id = await batch_of(winter, list_id)
    assert (await winter.pay(list_id, 3)).json()["code"] == "list-wrong-status"
    taken_back = await winter.withdraw(batch_id)
    assert (taken_back.json()["status"], taken_back.json()["list_status"]) == ("withdrawn", "approved")
    assert await statuses(service, list_id) == [("approved", None)] * 3
    assert (await winter.release(batch_id)).json()["code"] == "batch-wrong-status"
    lines = (await seen(service, f"/payment-batches/{batch_id}/lines"))["lines"]
    assert {line["status"] for line in lines} == {"withdrawn"}
    body = winter.payment(3) | {"occurred_on": "2017-01-09"}
    assert (await service.post(f"/lists/{list_id}/cash-payment", body, CASHIER, "cashier")).status_code == 200
    refused = await winter.issue(list_id, winter.batch_body(NUMBERED, on="2017-01-10"))
    assert (refused.status_code, refused.json()["code"]) == (409, "list-wrong-status")


async def test_a_withdrawn_follow_up_leaves_its_lines_failed(service: Service, winter: Winter) -> None:
    list_id, batch_id = await released(winter)
    await winter.bank_answers(batch_id, {1: None, 2: "account-frozen", 3: None})
    follow_up = await batch_of(winter, list_id, NUMBERED[1:2], on="2017-01-12")
    body = {"occurred_on": "2017-01-12", "reason_code": "entered-in-error"}
    answer = await service.post(f"/payment-batches/{follow_up}/withdrawal", body, CASHIER, "cashier")
    assert answer.json()["list_status"] == "ordered"
    assert await statuses(service, list_id) == [("paid", None), ("failed", "account-frozen"), ("paid", None)]
    [listed] = (await seen(service, "/lists"))["lists"]
    assert listed["status"] == "ordered"


async def test_a_cancelled_person_may_stand_on_another_list_and_a_failed_one_not(
    service: Service, winter: Winter
) -> None:
    list_id, batch_id = await released(winter)
    await winter.bank_answers(batch_id, {1: None, 2: "account-frozen", 3: "account-closed"})
    await winter.cancel(list_id, [2])
    refused = await winter.submit(winter.list_body(LINES))
    assert [e["field"] for e in refused.json()["errors"]] == ["lines.0.person_id", "lines.2.person_id"]
    assert (await winter.submit(winter.list_body(LINES[1:2]))).status_code == 201
    held = await service.pool.fetch("SELECT scope, key, stream FROM eventlog.reservations")
    owner = await asyncpg.connect(service.database.owner_dsn)
    implied = await imply(owner, "relief")
    await owner.close()
    assert {(r.scope, bytes(r.key), r.stream) for r in implied.held} == {
        (row["scope"], bytes(row["key"]), row["stream"]) for row in held
    }
    assert len(implied.held) == 3


# The same again, and at once.


async def test_the_same_return_twice_changes_nothing(service: Service, winter: Winter) -> None:
    _, batch_id = await released(winter)
    answers = {1: None, 2: "account-closed", 3: None}
    first = await winter.bank_answers(batch_id, answers, key="one")
    before = await service.events()
    again = await winter.bank_answers(batch_id, answers, key="one")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = await winter.bank_answers(batch_id, answers, key="two")
    assert (other.status_code, other.json()["code"]) == (422, "lines-refused")
    assert [(e["field"], e["code"]) for e in other.json()["errors"]] == [
        (f"lines.{n}.line", "line-booked") for n in range(3)
    ]
    assert await service.events() == before


async def told(request: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Send a request until it is told something other than to come again."""
    answer = await request()
    return await told(request) if answer.status_code == 503 else answer


async def test_of_the_same_return_from_many_hands_at_once_one_is_booked(service: Service, winter: Winter) -> None:
    _, batch_id = await released(winter)

    def send(n: int) -> Callable[[], Awaitable[httpx.Response]]:
        return lambda: winter.bank_answers(batch_id, dict.fromkeys((1, 2, 3)), f"person-{UUID(int=n)}", key="one")

    answers = await asyncio.gather(*(told(send(n)) for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    assert await money(winter) == (0, SUM, ALLOTTED - SUM)


async def test_the_last_lines_answered_at_once_end_the_list_once(service: Service, winter: Winter) -> None:
    list_id, batch_id = await released(winter)
    answers = await asyncio.gather(
        *(told(lambda n=n: winter.bank_answers(batch_id, {n: None}, key=f"line {n}")) for n in (1, 2, 3))  # type: ignore[misc]
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [s["step"] for s in (await seen(service, f"/lists/{list_id}"))["steps"]].count("paid") == 1


async def test_cash_and_bank_at_once_pay_once(service: Service, winter: Winter) -> None:
    list_id = await winter.approved(LINES)
    body = winter.batch_body(NUMBERED, on="2017-01-05")
    cash, bank = await asyncio.gather(
        told(lambda: winter.pay(list_id, 3, key="cash")), told(lambda: winter.issue(list_id, body, key="bank"))
    )
    assert sorted((cash.status_code // 100, bank.status_code // 100)) == [2, 4]
    assert {status for status, _ in await statuses(service, list_id)} <= {"paid", "ordered"}


async def test_a_step_of_a_batch_on_an_outdated_reading_is_refused(service: Service, winter: Winter) -> None:
    list_id, batch_id = await released(winter)
    assert (await winter.bank_answers(batch_id, {1: None}, If_Match='"1"')).status_code == 412
    etag = (await service.get(f"/payment-batches/{batch_id}", OFFICER, "auditor")).headers["etag"]
    assert (await winter.bank_answers(batch_id, {1: "bank-declined"}, If_Match=etag)).status_code == 200
    assert (await winter.cancel(list_id, [1], If_Match='"3"')).status_code == 412
    etag = (await service.get(f"/lists/{list_id}", OFFICER, "auditor")).headers["etag"]
    assert (await winter.cancel(list_id, [1], If_Match=etag)).status_code == 200


# Refused: a problem document, nothing changed.


async def test_a_return_for_what_is_not_there_or_booked_changes_nothing(service: Service, winter: Winter) -> None:
    _, batch_id = await released(winter)
    await winter.bank_answers(batch_id, {1: None})
    before, had = await service.events(), await money(winter)
    unknown = await winter.bank_answers(str(uuid4()), {1: None})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
    mixed = await winter.bank_answers(batch_id, {2: None, 1: None, 4: "account-closed", 5_000: None})
    assert (mixed.status_code, mixed.headers["content-type"]) == (422, "application/problem+json")
    assert [(e["field"], e["code"]) for e in mixed.json()["errors"]] == [
        ("lines.1.line", "line-booked"),
        ("lines.2.line", "line-not-on-batch"),
        ("lines.3.line", "line-not-on-batch"),
    ]
    assert "Line 1 " in mixed.json()["errors"][0]["reason"]
    assert (await service.events(), await money(winter)) == (before, had)


ODD_RETURNS: list[tuple[dict[str, Any], str]] = [
    ({"lines": []}, "lines"),
    ({"lines": [{"line": 1, "outcome": "paid"}] * 5_001}, "lines"),
    ({"lines": [{"line": 0, "outcome": "paid"}]}, "lines.0.line"),
    ({"lines": [{"line": 1.0, "outcome": "paid"}]}, "lines.0.line"),
    ({"lines": [{"line": True, "outcome": "paid"}]}, "lines.0.line"),
    ({"lines": [{"line": 5_001, "outcome": "paid"}]}, "lines.0.line"),
    ({"lines": [{"line": 1, "outcome": "lost"}]}, "lines.0.outcome"),
    ({"lines": [{"line": 1}]}, "lines.0.outcome"),
    ({"lines": [{"line": 1, "outcome": "failed"}]}, "lines.0.reason_code"),
    ({"lines": [{"line": 1, "outcome": "failed", "reason_code": "he was rude"}]}, "lines.0.reason_code"),
    ({"lines": [{"line": 1, "outcome": "paid", "reason_code": "account-closed"}]}, "lines.0.reason_code"),
    ({"lines": [{"line": 1, "outcome": "paid", "account": "6222020200112233445"}]}, "lines.0.account"),
    ({"lines": [{"line": 1, "outcome": "paid"}] * 2}, "lines.1.line"),
    ({"occurred_on": "2017-01-08"}, "occurred_on"),
    ({"occurred_on": "2017-03-02"}, "occurred_on"),
]


async def test_an_odd_return_is_refused(service: Service, winter: Winter) -> None:
    _, batch_id = await released(winter)
    before = await service.events()
    for n, (changed, field) in enumerate(ODD_RETURNS):
        body = {"occurred_on": "2017-01-12", "lines": [{"line": 1, "outcome": "paid"}], **changed}
        answer = await service.post(f"/payment-batches/{batch_id}/bank-return", body, OFFICER, "accountant")
        assert answer.status_code == 422, f"case {n}: {answer.text}"
        named = [error["field"] for error in answer.json()["errors"]]
        assert named == [field], f"case {n}"
    assert await service.events() == before


async def test_an_odd_batch_withdrawal_or_cancellation_is_refused(service: Service, winter: Winter) -> None:
    list_id = await winter.approved(LINES)
    before = await service.events()
    good = winter.batch_body(NUMBERED)
    for declared, field in (
        ({"lines": 2}, "declared.lines"),
        ({"amount_fen": SUM + 1}, "declared.amount_fen"),
        ({"amount_fen": -1}, "declared.amount_fen"),
        ({"amount_fen": 1000.005}, "declared.amount_fen"),
        ({"lines_hash": "0" * 64}, "declared.lines_hash"),
        ({"lines_hash": "zz"}, "declared.lines_hash"),
        ({"lines": 0}, "declared.lines"),
    ):
        answer = await winter.issue(list_id, {**good, "declared": {**good["declared"], **declared}})
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field]), declared
    assert await service.events() == before
    batch_id = await batch_of(winter, list_id)
    before = await service.events()
    path = f"/payment-batches/{batch_id}/withdrawal"
    for reason in (None, "", "I feel like it", 1):
        odd = await service.post(path, {"occurred_on": "2017-01-09", "reason_code": reason}, CASHIER, "cashier")
        assert [e["field"] for e in odd.json()["errors"]] == ["reason_code"]
    for lines, field in (([], "lines"), ([0], "lines.0"), (["1"], "lines.0"), ([1], "lines.0"), ([4], "lines.0")):
        answer = await winter.cancel(list_id, lines)  # type: ignore[arg-type]
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field]), lines
    assert await service.events() == before


async def test_two_pairs_of_eyes_pay_by_the_bank(service: Service, winter: Winter) -> None:
    list_id = await winter.approved(LINES)
    for who, code in (
        (ENTERER, "entered-by-same"),
        (VERIFIER, "verified-by-same"),
        (APPROVER, "approved-by-same"),
        (f"person-{person(1)}", "own-matter"),
    ):
        answer = await winter.issue(list_id, winter.batch_body(NUMBERED), who=who)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    batch_id = await batch_of(winter, list_id)
    answer = await winter.release(batch_id, who=CASHIER)
    assert (answer.status_code, answer.json()["code"]) == (403, "issued-by-same")
    await winter.release(batch_id)
    answer = await winter.bank_answers(batch_id, {1: None}, who=CASHIER)
    assert (answer.status_code, answer.json()["code"]) == (403, "issued-by-same")
    assert (await winter.issue(list_id, winter.batch_body(NUMBERED))).json()["code"] == "nothing-to-pay"
    booker = f"person-{uuid4()}"
    assert (await winter.bank_answers(batch_id, {1: "account-closed"}, who=booker)).status_code == 200
    for who, code in ((CASHIER, "issued-by-same"), (booker, "booked-by-same")):
        answer = await winter.cancel(list_id, [1], who=who)
        assert (answer.status_code, answer.json()["code"]) == (403, code)


async def test_refusals_of_a_return_speak_the_callers_language(service: Service, winter: Winter) -> None:
    _, batch_id = await released(winter)
    await winter.bank_answers(batch_id, {1: None})
    texts = set()
    for language in Language:
        answer = await winter.bank_answers(batch_id, {1: None}, Accept_Language=language.value)
        texts.add(answer.json()["errors"][0]["reason"])
    assert texts == {
        "本付款批次的第 1 行已经入账。",
        "本付款批次的第 1 行已經入賬。",
        "Line 1 of this payment batch is booked already.",
    }


# Lists, page by page.


async def test_lists_come_in_pages_the_latest_first(service: Service, winter: Winter) -> None:
    people = [person(n) for n in range(1, 8)]
    await service.register(people)
    made = []
    for n, p in enumerate(people):
        body = winter.list_body([(p, 100)]) | {"occurred_on": f"2016-12-{20 + n // 2}"}
        made.append((await winter.submit(body)).json()["list_id"])
    await winter.reject(made[0])
    found: list[dict[str, Any]] = []
    path: str | None = f"/lists?programme_id={winter.programme_id}&limit=3"
    while path is not None:
        page = await seen(service, path)
        assert len(page["lists"]) <= 3
        found += page["lists"]
        cursor = page["next_cursor"]
        path = cursor and f"/lists?programme_id={winter.programme_id}&limit=3&cursor={cursor}"
    assert len(found) == len(made)
    assert {one["list_id"] for one in found} == set(made)
    days = [one["submitted_on"] for one in found]
    assert days == sorted(days, reverse=True)
    assert {one["list_id"]: one["status"] for one in found} == {
        list_id: "rejected" if list_id == made[0] else "submitted" for list_id in made
    }
    assert {(one["union_org_id"], one["lines"], one["amount_fen"]) for one in found} == {(str(GRASSROOTS), 1, 100)}
    assert (await seen(service, f"/lists?programme_id={uuid4()}"))["lists"] == []


@pytest.mark.parametrize(
    ("role", "unit", "seen_by"),
    [
        ("grassroots_officer", GRASSROOTS, 1),
        ("grassroots_officer", OTHER, 1),
        ("sub_district_officer", SUB_DISTRICT, 1),
        ("sub_district_officer", DISTRICT, 2),
        ("sub_district_officer", None, 0),
        ("auditor", None, 2),
        ("cashier", OTHER, 2),
    ],
)
async def test_officers_below_the_district_see_lists_of_their_own_unions_only(
    service: Service, winter: Winter, role: str, unit: UUID | None, seen_by: int
) -> None:
    for person_id, union in ((person(1), GRASSROOTS), (person(2), OTHER)):
        await service.register([person_id], union)
        answer = await winter.submit(winter.list_body([(person_id, 1)], union), unit=union)
        assert answer.status_code == 201
    shown = await service.get("/lists", OFFICER, role, unit=unit)
    assert len(shown.json()["lists"]) == seen_by


async def test_an_odd_page_of_lists_is_refused(service: Service) -> None:
    for query in ("cursor=x", "limit=0", "limit=501", "programme_id=1"):
        assert (await service.get(f"/lists?{query}", OFFICER, "auditor")).status_code == 422, query
    for role in ("worker", "agency", "donor", "operator", "signer"):
        assert (await service.get("/lists", OFFICER, role)).status_code == 403


# The views are made of the events alone.

TABLES = {
    "fund": 1, "budget": 1, "programme": 1, "list": 1, "application": 2, "batch_line": 2, "pledge": 1, "posting": 2,
    "fund_year": 2,
}  # fmt: skip
"""Each with the number of columns that are its key."""


async def tables(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for table, key in TABLES.items():
        order = ", ".join(str(n) for n in range(1, key + 1))
        found[table] = [tuple(row) for row in await service.pool.fetch(f"SELECT * FROM views.{table} ORDER BY {order}")]
    return found


async def test_views_are_the_same_in_one_step_and_in_many(service: Service, winter: Winter) -> None:
    list_id, batch_id = await released(winter)
    await winter.bank_answers(batch_id, {1: "account-closed", 2: "account-frozen", 3: "name-differs"})
    second = await batch_of(winter, list_id, NUMBERED, on="2017-01-12")
    taken_back = {"occurred_on": "2017-01-12", "reason_code": "entered-in-error"}
    path = f"/payment-batches/{second}/withdrawal"
    assert (await service.post(path, taken_back, CASHIER, "cashier")).status_code == 200
    await winter.cancel(list_id, [3])
    third = await batch_of(winter, list_id, NUMBERED[:2], on="2017-01-16")
    body = {"occurred_on": "2017-01-16"}
    assert (await service.post(f"/payment-batches/{third}/release", body, OFFICER, "accountant")).status_code == 200
    answer = {"occurred_on": "2017-01-17", "lines": [{"line": 1, "outcome": "paid"}]}
    assert (await service.post(f"/payment-batches/{third}/bank-return", answer, OFFICER, "accountant")).is_success
    withdrawn = await winter.approved([(person(4), 100)])
    fourth = await batch_of(winter, withdrawn, [(1, person(4), 100)])
    assert (await winter.withdraw(fourth)).status_code == 200
    await seen(service, "/lists")
    step_by_step = await tables(service)
    assert [row[7] for row in step_by_step["list"]].count("approved") == 1
    rows = await service.pool.fetch("SELECT position, id, body FROM eventlog.events ORDER BY position")
    told = [(row["position"], str(row["id"]), decode(row["body"])[1]) for row in rows]
    events = [Event("own", position, "", id, fact.TYPE, fact.subject, fact) for position, id, fact in told]
    async with service.pool.acquire() as conn, conn.transaction():
        for table in TABLES:
            await conn.execute(f"DELETE FROM views.{table}")
        views = ReliefViews()
        await views.apply(conn, [event for event in events if event.type in views.decoders])
    assert await tables(service) == step_by_step


# A database from before there were batches.


async def test_lists_taken_in_before_are_read_from_the_log(service: Service, winter: Winter) -> None:
    made = [await winter.approved([line]) for line in LINES]
    await winter.pay(made[0], 1)
    await winter.reject(made[1])
    expected = (await seen(service, "/lists"))["lists"]
    owner = await asyncpg.connect(service.database.owner_dsn)
    await owner.execute(
        "DROP TABLE views.list, views.batch_line; ALTER TABLE views.application DROP COLUMN reason_code; "
        "DELETE FROM public.schema_migrations WHERE file = '0002_payment_batches.sql'"
    )
    await owner.close()
    await migrate(MigrationSettings.model_validate({"owner_database_url": service.database.owner_dsn}))
    assert (await seen(service, "/lists"))["lists"] == expected
    assert sorted(one["status"] for one in expected) == ["approved", "paid", "rejected"]
    await batch_of(winter, made[2], [(1, *LINES[2])])
    assert {one["status"] for one in (await seen(service, "/lists"))["lists"]} == {"ordered", "paid", "rejected"}
