"""A list of the most lines: each step is one request and one append. Run with -s to see how long each takes."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx

from unionaid.contracts.fields import LINES_MAX
from unionaid.payments import BANKS, Batch, Line, Said, examples, read_templates
from unionaid.payments.examples import Told
from unionaid.service.limits import JSON_BODY_BYTES_MAX

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter


ACCOUNTANT = f"person-{UUID(int=77)}"


async def timed(what: str, request: Awaitable[httpx.Response]) -> httpx.Response:
    began = time.perf_counter()
    answer = await request
    print(f"{what}: {LINES_MAX} lines in {time.perf_counter() - began:.2f} s")
    return answer


async def test_a_list_of_the_most_lines_goes_all_the_way(service: Service, winter: Winter) -> None:
    people = [uuid4() for _ in range(LINES_MAX)]
    await service.register(people)
    body = winter.list_body([(p, 40_000) for p in people])
    sizes = {"list": len(json.dumps(body)), "payment": len(json.dumps(winter.payment(LINES_MAX)))}
    print(f"bytes: {sizes}")
    assert max(sizes.values()) < JSON_BODY_BYTES_MAX
    submitted = await timed("submitted", winter.submit(body))
    assert submitted.status_code == 201
    list_id = submitted.json()["list_id"]
    assert (await timed("submitted again", winter.submit(body))).status_code == 422
    assert (await timed("verified", winter.verify(list_id))).status_code == 200
    assert (await timed("approved", winter.approve(list_id))).status_code == 200
    before = await service.pool.fetchval("SELECT count(*) FROM eventlog.outbox")
    assert (await timed("paid", winter.pay(list_id, LINES_MAX))).status_code == 200
    assert await service.pool.fetchval("SELECT count(*) FROM eventlog.outbox") == before + 1
    assert (await winter.budget())["spent_fen"] == 40_000 * LINES_MAX
    paid = await service.pool.fetchval("SELECT count(*) FROM views.application WHERE status = 'paid'")
    assert paid == LINES_MAX


async def test_a_list_of_the_most_lines_is_paid_by_the_bank(service: Service, winter: Winter) -> None:
    people = [uuid4() for _ in range(LINES_MAX)]
    list_id = await winter.approved([(p, 40_000) for p in people])
    numbered = [(n, p, 40_000) for n, p in enumerate(people, start=1)]
    issued = await timed("batch made", winter.issue(list_id, winter.batch_body(numbered)))
    batch_id = issued.json()["batch_id"]
    assert (await timed("released", winter.release(batch_id))).status_code == 200
    answers = {n: None if n % 2 else "account-unknown" for n in range(1, LINES_MAX + 1)}
    await _read_in_two_forms(service, batch_id)
    before = await service.pool.fetchval("SELECT count(*) FROM eventlog.outbox")
    assert (await timed("returned", winter.bank_answers(batch_id, answers))).status_code == 200
    assert await service.pool.fetchval("SELECT count(*) FROM eventlog.outbox") == before + 1
    refused = await timed("returned again", winter.bank_answers(batch_id, answers))
    assert {error["code"] for error in refused.json()["errors"]} == {"line-booked"}
    assert len(refused.json()["errors"]) == LINES_MAX
    given_up = [n for n, reason in answers.items() if reason]
    assert (await timed("given up", winter.cancel(list_id, given_up))).json()["status"] == "settled"
    half = 40_000 * LINES_MAX // 2
    assert await winter.budget() == {
        "allotted_fen": 2 * half, "committed_fen": 0, "spent_fen": half, "free_fen": half,
    }  # fmt: skip


async def _read_in_two_forms(service: Service, batch_id: str) -> None:
    """The bank's file of as many lines, looked through: every line is told as the bank has it."""
    template = read_templates(BANKS)["example-rural"]
    lines = [Line(n, "某人", f"62284812{n:08}", 40_000) for n in range(1, LINES_MAX + 1)]
    moment = datetime(2017, 1, 9, tzinfo=UTC)
    batch = Batch(UUID(batch_id), LINES_MAX, 40_000 * LINES_MAX, examples.PAYER, moment, moment.date(), lines)
    told = {n: Told() if n % 2 else Told(Said.FAILED, words="账号不存在") for n in range(1, LINES_MAX + 1)}
    files = {
        "example-rural": examples.answered(batch, template, told),
        "camt-054": examples.notified(batch, {n: [one] for n, one in told.items()}, code="AC01"),
    }
    for bank, content in files.items():
        token = service.token(ACCOUNTANT, "accountant")
        request = service.client.post(
            f"/bank-returns/{batch_id}",
            data={"bank": bank},
            files={"file": ("return", content)},
            headers={"Authorization": f"Bearer {token}"},
        )
        read = (await timed(f"read from {bank}", request)).json()
        assert (len(read["lines"]), read["faults"], read["parts"]) == (LINES_MAX, [], [])
        assert {line["reason_code"] for line in read["lines"]} == {None, "account-unknown"}


async def test_a_long_list_rejected_gives_all_its_people_back(service: Service, winter: Winter) -> None:
    people = [uuid4() for _ in range(LINES_MAX)]
    await service.register(people)
    body = winter.list_body([(p, 1) for p in people])
    list_id = (await winter.submit(body)).json()["list_id"]
    assert (await timed("rejected", winter.reject(list_id))).status_code == 200
    assert await service.pool.fetchval("SELECT count(*) FROM eventlog.reservations") == 0
    assert (await winter.submit(body)).status_code == 201
