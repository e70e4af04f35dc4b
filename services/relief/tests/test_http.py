"""Relief over HTTP on a real PostgreSQL: the whole way, who may what, and hostile input."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx
import pytest

from unionaid.contracts import decode
from unionaid.eventlog import Unsettled
from unionaid.relief.examples import APPROVER, CASHIER, ENTERER, VERIFIER, person
from unionaid.service import after
from unionaid.service.languages import Language

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

ACCOUNTANT, OFFICER = f"person-{uuid4()}", f"person-{uuid4()}"
DISTRICT, SUB_DISTRICT, GRASSROOTS, OTHER = (uuid5(UUID(int=0), name) for name in ("d", "s", "g", "o"))
LINES = [(person(1), 50_000), (person(2), 30_000)]
Change = Callable[[dict[str, Any]], object]


async def test_a_list_from_request_to_paid(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    assert await winter.budget() == {
        "allotted_fen": 200_000_000, "committed_fen": 0, "spent_fen": 0, "free_fen": 200_000_000,
    }  # fmt: skip
    verified = await winter.verify(list_id)
    assert (verified.status_code, verified.headers["etag"]) == (200, '"2"')
    assert (await winter.approve(list_id)).json()["status"] == "approved"
    assert (await winter.budget())["committed_fen"] == 80_000
    assert (await winter.pay(list_id, 2)).status_code == 200
    assert await winter.budget() == {
        "allotted_fen": 200_000_000, "committed_fen": 0, "spent_fen": 80_000, "free_fen": 199_920_000,
    }  # fmt: skip
    shown = (await service.get(f"/lists/{list_id}", OFFICER, "district_officer")).json()
    assert shown["status"] == "paid"
    assert [(s["step"], s["by"], s["occurred_on"]) for s in shown["steps"]] == [
        ("submitted", ENTERER, "2016-12-20"),
        ("verified", VERIFIER, "2016-12-22"),
        ("approved", APPROVER, "2016-12-26"),
        ("paid", CASHIER, "2017-01-05"),
    ]
    assert shown["steps"][3]["visitors"] == [str(UUID(int=1)), str(UUID(int=2))]
    fund = (await service.get(f"/funds/{winter.fund_id}", ACCOUNTANT, "accountant")).json()
    assert (fund["received_fen"], fund["allotted_fen"], fund["balance_fen"]) == (200_000_000, 200_000_000, 0)
    programme = (await service.get(f"/programmes/{winter.programme_id}", OFFICER, "district_officer")).json()
    assert (programme["policy_version"], programme["amount_max_fen"]) == ("winter-warmth-2017.1", 300_000)


async def test_every_event_names_who_did_it_and_what_it_came_of(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    await winter.verify(list_id)
    rows = await service.pool.fetch("SELECT body FROM eventlog.events ORDER BY position")
    told = [decode(row["body"])[0] for row in rows]
    assert [e.type.split(".")[2] for e in told[-6:]] == [
        "ReliefListSubmitted", "ReliefRequested", "ReliefRequested",
        "ReliefListVerified", "ReliefVerified", "ReliefVerified",
    ]  # fmt: skip
    assert {e.actor for e in told[-6:-3]} == {ENTERER}
    assert {e.actor for e in told[-3:]} == {VERIFIER}
    assert len({e.commandid for e in told[-3:]}) == 1
    assert all(e.simulated for e in told)


async def test_lines_come_in_pages(service: Service, winter: Winter) -> None:
    people = [person(n) for n in range(1, 8)]
    await service.register(people)
    list_id = await winter.submitted([(p, 100) for p in people])
    seen: list[dict[str, Any]] = []
    cursor: int | None = 0
    while cursor is not None:
        page = (
            await service.get(f"/lists/{list_id}/lines?cursor={cursor}&limit=3", OFFICER, "district_officer")
        ).json()
        assert len(page["lines"]) <= 3
        seen += page["lines"]
        cursor = page["next_cursor"]
    assert [(line["line"], line["person_id"]) for line in seen] == [(n, str(p)) for n, p in enumerate(people, start=1)]
    assert {line["status"] for line in seen} == {"requested"}


async def test_the_same_person_receives_once_for_a_purpose_in_a_period(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    first = await winter.submitted(LINES)
    before = await service.events()
    again = await winter.submit(winter.list_body([(person(3), 1), *LINES]))
    assert (again.status_code, again.json()["code"]) == (422, "lines-refused")
    assert [(e["field"], e["code"]) for e in again.json()["errors"]] == [
        ("lines.0.person_id", "person-unknown"),
        ("lines.1.person_id", "purpose-taken"),
        ("lines.2.person_id", "purpose-taken"),
    ]
    assert "Line 2" in again.json()["errors"][1]["reason"]
    assert await service.events() == before
    assert (await winter.reject(first)).json()["status"] == "rejected"
    assert (await winter.submit(winter.list_body(LINES))).status_code == 201


async def test_after_a_rejection_of_an_approved_list_its_money_is_free(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    await winter.verify(list_id)
    await winter.approve(list_id)
    assert (await winter.reject(list_id, who=f"person-{uuid4()}")).status_code == 200
    assert (await winter.budget())["free_fen"] == 200_000_000
    assert (await winter.pay(list_id, 2)).json()["code"] == "list-wrong-status"


async def test_of_two_lists_with_the_same_person_at_once_one_is_taken(service: Service, winter: Winter) -> None:
    people = [person(n) for n in range(1, 30)]
    await service.register(people)
    bodies = [winter.list_body([(p, 100) for p in people[n : n + 20]]) for n in range(8)]
    answers = await asyncio.gather(*(winter.submit(body) for body in bodies))
    assert sorted(a.status_code for a in answers) == [201, *[422] * 7]
    assert {e["code"] for a in answers if a.status_code == 422 for e in a.json()["errors"]} == {"purpose-taken"}
    held = await service.pool.fetchval("SELECT count(*) FROM eventlog.reservations")
    assert held == 20


async def test_all_of_5000_lines_at_fault_are_named(service: Service, winter: Winter) -> None:
    answer = await winter.submit(winter.list_body([(uuid4(), 1) for _ in range(5_000)]))
    assert answer.json()["code"] == "lines-refused"
    assert len(answer.json()["errors"]) == 5_000


async def told(request: Callable[[], Awaitable[httpx.Response]]) -> int:
    """Send a request until it is told something other than to come again."""
    answer = await request()
    return await told(request) if answer.status_code == 503 else answer.status_code


async def test_sixteen_approvers_on_a_nearly_empty_budget(service: Service) -> None:
    winter = await service.funded(fen=35_000)
    people = [person(n) for n in range(16)]
    await service.register(people)
    lists = [await winter.submitted([(p, 10_000)]) for p in people]
    for list_id in lists:
        assert (await winter.verify(list_id)).status_code == 200

    statuses = await asyncio.gather(
        *(told(partial(winter.approve, list_id, key=f"approve {list_id}")) for list_id in lists)
    )
    assert sorted(statuses) == [200] * 3 + [409] * 13
    assert await winter.budget() == {
        "allotted_fen": 35_000, "committed_fen": 30_000, "spent_fen": 0, "free_fen": 5_000,
    }  # fmt: skip


async def test_sixteen_accountants_on_a_nearly_empty_fund(service: Service) -> None:
    winter = await service.funded(fen=100, budget_fen=65)
    body = {"occurred_on": "2016-12-02", "programme_id": winter.programme_id, "amount_fen": 10}

    path = f"/funds/{winter.fund_id}/budgets"
    statuses = await asyncio.gather(
        *(told(partial(service.post, path, body, ACCOUNTANT, "accountant", key=f"a{n}")) for n in range(16))
    )
    assert sorted(statuses) == [201] * 3 + [409] * 13
    fund = (await service.get(f"/funds/{winter.fund_id}", ACCOUNTANT, "accountant")).json()
    assert fund["balance_fen"] == 5


# The same request twice.


async def test_the_same_request_twice_changes_nothing_and_gets_the_same_answer(
    service: Service, winter: Winter
) -> None:
    await service.register([p for p, _ in LINES])
    body = winter.list_body(LINES)
    first = await winter.submit(body, key="one")
    list_id = first.json()["list_id"]
    calls: list[Callable[[], Awaitable[httpx.Response]]] = [
        lambda: winter.submit(body, key="one"),
        lambda: winter.verify(list_id, key="two"),
        lambda: winter.approve(list_id, key="three"),
        lambda: winter.pay(list_id, 2, key="four"),
    ]
    answers = [first, *[await call() for call in calls[1:]]]
    before = await service.events()
    for call, answer in zip(calls, answers, strict=True):
        again = await call()
        assert (again.status_code, again.content, again.headers["etag"]) == (
            answer.status_code, answer.content, answer.headers["etag"],
        )  # fmt: skip
        assert again.headers["idempotency-replayed"] == "true"
    assert await service.events() == before


async def test_twins_at_once_change_once(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    before = await service.events()
    answers = await asyncio.gather(*(winter.submit(winter.list_body(LINES), key="one") for _ in range(8)))
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert await service.events() == before + 3


async def test_a_key_used_for_another_body_is_refused(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    await winter.submit(winter.list_body(LINES), key="one")
    other = await winter.submit(winter.list_body(LINES[:1]), key="one")
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


async def test_a_crash_before_the_answer_is_harmless(
    service: Service, winter: Winter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.register([p for p, _ in LINES])
    assert service.parts is not None
    shell = service.parts.app.state.shell

    def crash() -> None:
        raise RuntimeError("the process dies after the commit, before the answer")

    before = await service.events()
    told = shell.appended
    shell.appended = crash
    assert (await winter.submit(winter.list_body(LINES), key="one")).status_code == 500
    shell.appended = told
    again = await winter.submit(winter.list_body(LINES), key="one")
    assert again.status_code == 201
    assert await service.events() == before + 3
    for step in (winter.verify, winter.approve):
        shell.appended = crash
        assert (await step(again.json()["list_id"], key="one")).status_code == 500
        shell.appended = told
        assert (await step(again.json()["list_id"], key="one")).status_code == 200


async def test_a_crash_before_the_commit_leaves_nothing(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    owner = await asyncpg.connect(service.database.owner_dsn)
    await owner.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'dies' "
        "USING ERRCODE = '57P01'; END $$;"
        "CREATE TRIGGER die BEFORE INSERT ON eventlog.reservations EXECUTE FUNCTION die()"
    )
    before = await service.events()
    assert (await winter.submit(winter.list_body(LINES), key="one")).status_code == 503
    await owner.execute("DROP TRIGGER die ON eventlog.reservations")
    await owner.close()
    assert await service.events() == before
    assert (await winter.submit(winter.list_body(LINES), key="one")).status_code == 201


async def test_a_step_on_an_outdated_reading_is_refused(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    assert (await winter.verify(list_id, If_Match='"2"')).status_code == 412
    etag = (await service.get(f"/lists/{list_id}", OFFICER, "district_officer")).headers["etag"]
    assert (await winter.verify(list_id, If_Match=etag)).status_code == 200


# Who may what.

EVERY_ROLE = (
    "grassroots_officer", "sub_district_officer", "district_officer", "approver", "signer", "certified_supervisor",
    "cashier", "accountant", "auditor", "agency", "worker", "enterprise_liaison", "donor", "operator",
)  # fmt: skip
COMMANDS = {
    "/funds": {"accountant"},
    f"/funds/{uuid4()}/receipts": {"accountant"},
    f"/funds/{uuid4()}/budgets": {"accountant"},
    "/programmes": {"district_officer"},
    "/lists": {"district_officer", "grassroots_officer"},
    f"/lists/{uuid4()}/verification": {"sub_district_officer"},
    f"/lists/{uuid4()}/approval": {"approver", "district_officer"},
    f"/lists/{uuid4()}/rejection": {"approver"},
    f"/lists/{uuid4()}/cash-payment": {"cashier"},
    f"/lists/{uuid4()}/payment-batches": {"cashier"},
    f"/lists/{uuid4()}/cancellation": {"approver"},
    f"/payment-batches/{uuid4()}/release": {"accountant"},
    f"/payment-batches/{uuid4()}/withdrawal": {"cashier"},
    f"/payment-batches/{uuid4()}/account-confirmations": {"accountant"},
    f"/payment-batches/{uuid4()}/file": {"cashier"},
    f"/payment-batches/{uuid4()}/sending": {"cashier"},
    f"/payment-batches/{uuid4()}/bank-return": {"accountant"},
    f"/payment-batches/{uuid4()}/reversals": {"accountant"},
    f"/programmes/{uuid4()}/verifications": {"district_officer"},
    f"/verifications/{uuid4()}/draw": {"district_officer"},
    f"/verifications/{uuid4()}/answers": {"district_officer"},
}
MONEY = {"accountant", "cashier", "district_officer", "approver", "auditor"}
READS = {
    f"/funds/{uuid4()}": MONEY,
    f"/budgets/{uuid4()}": MONEY,
    f"/programmes/{uuid4()}": MONEY | {"sub_district_officer", "grassroots_officer"},
    f"/lists/{uuid4()}": MONEY | {"sub_district_officer", "grassroots_officer"},
    f"/lists/{uuid4()}/lines": MONEY | {"sub_district_officer", "grassroots_officer"},
    f"/payment-batches/{uuid4()}": MONEY,
    f"/payment-batches/{uuid4()}/lines": MONEY,
    f"/payment-batches/{uuid4()}/account-doubts": {"cashier", "accountant"},
    f"/verifications/{uuid4()}": MONEY,
}


async def test_each_command_is_for_its_roles_only(service: Service) -> None:
    for path, allowed in COMMANDS.items():
        for role in EVERY_ROLE:
            answer = await service.post(path, {}, OFFICER, role)
            assert (answer.status_code == 403) == (role not in allowed), (path, role)
    assert await service.events() == 0


async def test_each_page_is_for_its_roles_only(service: Service) -> None:
    for path, allowed in READS.items():
        for role in EVERY_ROLE:
            assert (await service.get(path, OFFICER, role)).status_code == (404 if role in allowed else 403), (
                path,
                role,
            )


async def test_a_foreign_token_changes_nothing(service: Service) -> None:
    body = {"occurred_on": "2016-11-01", "source": "dues", "name": "会费"}
    for header in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        answer = await service.client.post("/funds", json=body, headers={"Idempotency-Key": "one", **header})
        assert answer.status_code == 401
    for changed in ({"iss": "http://elsewhere"}, {"exp": 1}, {"aud": "registry"}, {"sub": "nobody"}):
        token = service.token(ACCOUNTANT, "accountant", **changed)
        headers = {"Idempotency-Key": "one", "Authorization": f"Bearer {token}"}
        assert (await service.client.post("/funds", json=body, headers=headers)).status_code == 401
    assert await service.events() == 0


async def test_officers_below_the_district_see_their_own_unions_only(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    for role, unit, status in (
        ("grassroots_officer", GRASSROOTS, 200),
        ("grassroots_officer", OTHER, 404),
        ("grassroots_officer", None, 404),
        ("sub_district_officer", SUB_DISTRICT, 200),
        ("sub_district_officer", OTHER, 404),
        ("approver", None, 200),
    ):
        for path in (f"/lists/{list_id}", f"/lists/{list_id}/lines"):
            assert (await service.get(path, OFFICER, role, unit=unit)).status_code == status, (role, unit)
    for unit in (OTHER, None):
        assert (await winter.verify(list_id, unit=unit)).status_code == 404
    assert (await winter.verify(list_id, unit=DISTRICT)).status_code == 200


async def test_a_grassroots_officer_submits_for_the_own_union_only(service: Service, winter: Winter) -> None:
    await service.register([person(1)], OTHER)
    body = winter.list_body([(person(1), 1)], union=OTHER)
    foreign = await winter.submit(body)
    assert [e["code"] for e in foreign.json()["errors"]] == ["reference-unknown"]
    hidden = await winter.submit(winter.list_body([(person(1), 1)]))
    assert [e["code"] for e in hidden.json()["errors"]] == ["person-unknown"]
    shown = await service.post("/lists", winter.list_body([(person(1), 1)]), OFFICER, "district_officer")
    assert [e["code"] for e in shown.json()["errors"]] == ["person-of-other-union"]
    accounts_too = await service.post("/lists", body, ENTERER, "grassroots_officer", "accountant", unit=GRASSROOTS)
    assert accounts_too.status_code == 422
    district_wide = winter.list_body([(person(1), 1)], union=DISTRICT)
    assert (await service.post("/lists", district_wide, OFFICER, "district_officer")).status_code == 201


async def test_two_pairs_of_eyes_over_http(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    for step, who, code in (
        (winter.verify, ENTERER, "entered-by-same"),
        (winter.verify, f"person-{person(1)}", "own-matter"),
    ):
        answer = await step(list_id, who=who)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    await winter.verify(list_id)
    assert (await winter.approve(list_id, who=VERIFIER)).json()["code"] == "verified-by-same"
    await winter.approve(list_id)
    assert (await winter.pay(list_id, 2, who=APPROVER)).json()["code"] == "approved-by-same"


# Hostile input: a problem document, nothing changed.

FUND = {"occurred_on": "2016-11-01", "source": "dues", "name": "会费"}
BAD_AMOUNTS = [
    "-1", "0", "1.5", "1.005", "1.0", "1e3", "1E+3", "NaN", "Infinity", '"100"', "true", "null", "[1]", "{}",
    "1000000000000001", "9" * 30, "9" * 5_000, "0x10", "01", "+1", "１",
]  # fmt: skip


async def test_an_amount_is_whole_fen_above_zero_and_within_bounds(service: Service, winter: Winter) -> None:
    before = await service.events()
    wrong = {}
    for amount in BAD_AMOUNTS:
        text = json.dumps(winter.list_body(LINES)).replace('"amount_fen": 30000', f'"amount_fen": {amount}')
        answers = (
            await service.post(
                f"/funds/{winter.fund_id}/receipts",
                f'{{"amount_fen":{amount},"occurred_on":"2016-11-20","voucher":"V-1"}}',
                *(ACCOUNTANT, "accountant"),
            ),
            await service.post(
                f"/funds/{winter.fund_id}/budgets",
                f'{{"amount_fen":{amount},"occurred_on":"2016-12-02","programme_id":"{winter.programme_id}"}}',
                *(ACCOUNTANT, "accountant"),
            ),
            await winter.submit(text),
        )
        for answer, field in zip(answers, ("amount_fen", "amount_fen", ""), strict=True):
            named = answer.status_code == 400 or answer.json()["errors"][0]["field"].startswith(field)
            if answer.status_code not in (400, 422) or not named:
                wrong[amount[:40]] = answer.text
    assert wrong == {}
    assert await service.events() == before


ODD_FUNDS: list[tuple[dict[str, Any], str]] = [
    ({"occurred_on": "2017-03-02"}, "occurred_on"),
    ({"occurred_on": "1999-12-31"}, "occurred_on"),
    ({"occurred_on": "2017-02-29"}, "occurred_on"),
    ({"occurred_on": 1483574400}, "occurred_on"),
    ({"occurred_on": "2017-01-05T00:00:00"}, "occurred_on"),
    ({"occurred_on": "２０１７-01-05"}, "occurred_on"),
    ({"occurred_on": None}, "occurred_on"),
    ({"source": "lottery"}, "source"),
    ({"name": ""}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"name": "a\u202eb"}, "name"),
    ({"name": "a\u0000b"}, "name"),
    ({"name": "家属电话13812345678"}, "name"),
    ({"name": ["a"]}, "name"),
    ({"earmark": "two words"}, "earmark"),
    ({"fund_id": str(uuid4())}, "fund_id"),
    ({"surprise": 1}, "surprise"),
]


async def test_a_fund_with_odd_fields_is_refused(service: Service) -> None:
    for changed, field in ODD_FUNDS:
        answer = await service.post("/funds", {**FUND, **changed}, ACCOUNTANT, "accountant")
        assert faults_of(answer) == [field], changed
    assert await service.events() == 0


async def test_what_is_no_body_is_refused(service: Service) -> None:
    for body in ("", "[]", "null", "{", '{"a":1,"a":2}', "\ufeff{}", "[" * 2_000, b"\xff\xfe"):
        for path, roles in COMMANDS.items():
            answer = await service.post(path, body, OFFICER, min(roles))
            assert answer.status_code in (400, 422), (path, body)
    assert await service.events() == 0


def faults_of(answer: httpx.Response) -> list[str]:
    """The fields a 422 names."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


ODD_LISTS: list[tuple[Change, str]] = [
    (lambda b: b["lines"].clear(), "lines"),
    (lambda b: b["lines"].extend(b["lines"] * 2_500), "lines"),
    (lambda b: b["lines"][0].update(person_id="nobody"), "lines.0.person_id"),
    (lambda b: b["lines"][0].update(name="张三"), "lines.0.name"),
    (lambda b: b["lines"].__setitem__(0, None), "lines.0"),
    (lambda b: b.update(programme_id=str(uuid4())), "programme_id"),
    (lambda b: b.update(budget_id=str(uuid4())), "budget_id"),
    (lambda b: b.update(union_org_id=str(uuid4())), "union_org_id"),
    (lambda b: b.update(occurred_on="2017-02-12"), "occurred_on"),
    (lambda b: b["declared"].update(lines=3), "declared.lines"),
    (lambda b: b["declared"].update(amount_fen=80_001), "declared.amount_fen"),
    (lambda b: b["declared"].update(lines_hash="0" * 64), "declared.lines_hash"),
    (lambda b: b["declared"].update(lines_hash="0" * 63), "declared.lines_hash"),
    (lambda b: b.pop("declared"), "declared"),
]


async def test_an_odd_list_is_refused(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    before = await service.events()
    for n, (change, field) in enumerate(ODD_LISTS):
        body = winter.list_body(LINES)
        change(body)
        assert faults_of(await winter.submit(body)) == [field], f"case {n}"
    assert await service.events() == before


ODD_PAYMENTS: list[tuple[Change, str]] = [
    (lambda b: b["visitors"].pop(), "visitors"),
    (lambda b: b["visitors"].append(str(uuid4())), "visitors"),
    (lambda b: b.update(visitors=[str(UUID(int=1))] * 2), "visitors"),
    (lambda b: b.update(signed_list_sha256="zz" * 32), "signed_list_sha256"),
    (lambda b: b.update(signed_list_bytes=0), "signed_list_bytes"),
    (lambda b: b.update(signed_list_bytes=20 * 1024 * 1024 + 1), "signed_list_bytes"),
    (lambda b: b["lines"].pop(), "lines"),
    (lambda b: b["lines"][0].update(signed_by="friend"), "lines.0.signed_by"),
    (lambda b: b["lines"][0].update(line=0), "lines.0.line"),
    (lambda b: b["lines"][0].update(line="1"), "lines.0.line"),
    (lambda b: b["lines"][1].update(signed_by="proxy", proxy_person_id=str(uuid4())), "lines.1.proxy_person_id"),
    (lambda b: b.update(occurred_on="2016-12-25"), "occurred_on"),
]


async def test_an_odd_payment_is_refused(service: Service, winter: Winter) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    await winter.verify(list_id)
    await winter.approve(list_id)
    before = await service.events()
    for n, (change, field) in enumerate(ODD_PAYMENTS):
        body = winter.payment(2)
        change(body)
        answer = await service.post(f"/lists/{list_id}/cash-payment", body, CASHIER, "cashier")
        assert faults_of(answer) == [field], f"case {n}"
    assert await service.events() == before


async def test_a_known_person_may_sign_as_proxy(service: Service, winter: Winter) -> None:
    relative = uuid4()
    await service.register([p for p, _ in LINES])
    await service.register([relative], OTHER)
    list_id = await winter.submitted(LINES)
    await winter.verify(list_id)
    await winter.approve(list_id)
    body = winter.payment(2)
    body["lines"][1].update(signed_by="proxy", proxy_person_id=str(relative))
    assert (await service.post(f"/lists/{list_id}/cash-payment", body, CASHIER, "cashier")).status_code == 200


async def test_an_unknown_reason_is_refused_and_a_programme_without_policy_too(
    service: Service, winter: Winter
) -> None:
    await service.register([p for p, _ in LINES])
    list_id = await winter.submitted(LINES)
    rejection = {"occurred_on": "2016-12-27", "reason_code": "I do not like him"}
    answer = await service.post(f"/lists/{list_id}/rejection", rejection, APPROVER, "approver")
    assert [e["field"] for e in answer.json()["errors"]] == ["reason_code"]
    programme = {
        "occurred_on": "2016-12-01", "kind": "AUTUMN_TUITION", "year": 2015, "name": "金秋助学",
        "window_from": "2015-08-01", "window_to": "2015-09-30", "purpose": "entrants",
    }  # fmt: skip
    answer = await service.post("/programmes", programme, OFFICER, "district_officer")
    assert answer.json()["code"] == "policy-missing"


async def test_an_odd_address_is_no_fault_of_ours(service: Service) -> None:
    for list_id, status in (("x", 422), ("1", 422), ("%00", 422), (UUID(int=0), 404)):
        answer = await service.post(f"/lists/{list_id}/approval", {"occurred_on": "2016-12-26"}, APPROVER, "approver")
        assert answer.status_code == status, list_id


async def test_a_body_above_the_limit_is_refused(service: Service, winter: Winter) -> None:
    answer = await winter.submit(b'{"lines":[' + b" " * (1 << 20) + b"]}")
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_refusals_speak_the_callers_language(service: Service, winter: Winter) -> None:
    texts = set()
    for language in Language:
        body = winter.list_body([(person(1), 1)])
        answer = await winter.submit(body, Accept_Language=language.value)
        assert answer.headers["content-language"] == language.value
        texts.add(answer.json()["errors"][0]["reason"])
    assert texts == {
        "第 1 行：没有登记此人。",
        "第 1 行：沒有登記此人。",
        "Line 1: nobody is registered with this id.",
    }


async def test_waiting_for_what_registry_has_not_said_yet_ends_in_503(
    service: Service, winter: Winter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after, "AFTER_WAIT_MS_MAX", 50)
    path = "/lists?after=unionaid.640302.registry@7"
    answer = await service.post(path, winter.list_body(LINES), ENTERER, "grassroots_officer", unit=GRASSROOTS)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-yet-visible")
    assert "retry-after" in answer.headers


async def test_views_that_lag_behind_end_in_503(
    service: Service, winter: Winter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lag() -> None:
        raise Unsettled

    assert service.parts is not None
    monkeypatch.setattr(service.parts.app.state.desk.own_views, "settled", lag)
    answer = await service.get(f"/funds/{winter.fund_id}", ACCOUNTANT, "accountant")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-yet-visible")


async def test_the_service_says_what_it_lacks(service: Service) -> None:
    ready = (await service.client.get("/readyz")).json()
    assert {name: check["health"] for name, check in ready["checks"].items()} == {
        "database": "ok", "schema": "ok", "kafka": "degraded", "relay": "degraded", "registry_people": "ok",
        "payment holds": "ok",
    }  # fmt: skip
