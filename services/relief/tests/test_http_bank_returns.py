"""A bank's file about a batch: what it says can be booked as it is read, once, and what is wrong is told by name."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from unionaid.payments import BANKS, Batch, Line, Said, examples, read_templates
from unionaid.payments.examples import Told
from unionaid.relief.examples import CASHIER, person

from .test_pages import Browser, form_of, shown

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

ACCOUNTANT = f"person-{UUID(int=77)}"
FEN = (50_000, 30_000, 20_000)
LINES = [(person(n), fen) for n, fen in enumerate(FEN, start=1)]
TEMPLATES = read_templates(BANKS)
RURAL = TEMPLATES["example-rural"]
CLOSED = Told(Said.FAILED, words="账户已销户")


@pytest.fixture
async def batch(winter: Winter) -> Batch:
    """A released batch, as the bank knows it."""
    list_id = await winter.approved(LINES)
    numbered = [(n, p, fen) for n, (p, fen) in enumerate(LINES, start=1)]
    batch_id = (await winter.issue(list_id, winter.batch_body(numbered))).json()["batch_id"]
    assert (await winter.release(batch_id)).status_code == 200
    lines = [Line(n, "某人", f"622848120000{n:04}", fen) for n, fen in enumerate(FEN, start=1)]
    moment = datetime(2017, 1, 9, tzinfo=UTC)
    return Batch(UUID(batch_id), 3, sum(FEN), examples.PAYER, moment, date(2017, 1, 9), lines)


async def look(
    service: Service, batch: Batch, content: bytes, bank: str = "example-rural", role: str = "accountant"
) -> httpx.Response:
    return await service.client.post(
        f"/bank-returns/{batch.batch_id}",
        data={"bank": bank},
        files={"file": ("return", content)},
        headers={"Authorization": f"Bearer {service.token(ACCOUNTANT, role)}", "Accept-Language": "en"},
    )


async def book(service: Service, batch: Batch, read: dict[str, Any], *, key: str | None = None) -> httpx.Response:
    lines = [{k: v for k, v in line.items() if k != "own_words" and v is not None} for line in read["lines"]]
    body = {"occurred_on": "2017-01-12", "lines": lines}
    path = f"/payment-batches/{batch.batch_id}/bank-return"
    return await service.post(path, body, ACCOUNTANT, "accountant", key=key)


async def test_what_a_file_says_is_booked_as_it_was_read(service: Service, batch: Batch) -> None:
    content = examples.answered(batch, RURAL, {1: Told(), 2: CLOSED, 3: Told()})
    before = await service.events()
    answer = await look(service, batch, content)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    read = answer.json()
    assert read["lines"] == [
        {"line": 1, "outcome": "paid", "reason_code": None, "own_words": None},
        {"line": 2, "outcome": "failed", "reason_code": "account-closed", "own_words": "账户已销户"},
        {"line": 3, "outcome": "paid", "reason_code": None, "own_words": None},
    ]
    assert (read["parts"], read["known"], read["faults"]) == ([], 0, [])
    assert await service.events() == before  # a look books nothing
    booked = await book(service, batch, read)
    assert (booked.status_code, booked.json()["status"], booked.json()["paid_fen"]) == (200, "returned", 70_000)
    stored = [row["body"] for row in await service.pool.fetch("SELECT body FROM eventlog.events")]
    assert any(b"account-closed" in body for body in stored)
    assert not any("销户".encode() in body or b"\\u9500" in body for body in stored)


async def test_the_same_file_again_books_nothing(service: Service, batch: Batch) -> None:
    content = examples.answered(batch, RURAL, {1: Told(), 2: CLOSED})
    await book(service, batch, (await look(service, batch, content)).json())
    again = (await look(service, batch, content)).json()
    assert (again["lines"], again["known"], again["faults"], again["parts"]) == ([], 2, [], [])
    camt = examples.notified(batch, {1: [Told()], 2: [CLOSED]})
    other_form = (await look(service, batch, camt, "camt-054")).json()
    assert (other_form["lines"], other_form["known"], other_form["faults"]) == ([], 3, [])


@pytest.mark.parametrize("bank", [*TEMPLATES, "camt-054"])
async def test_every_form_is_read(service: Service, batch: Batch, bank: str) -> None:
    told = {1: Told(), 3: Told(Said.FAILED)}
    if bank == "camt-054":
        content = examples.notified(batch, {no: [one] for no, one in told.items()})
        reason = "account-closed"
    else:
        content, reason = examples.answered(batch, TEMPLATES[bank], told), "bank-declined"
    read = (await look(service, batch, content, bank)).json()
    assert [(line["line"], line["outcome"], line["reason_code"]) for line in read["lines"]] == [
        (1, "paid", None), (3, "failed", reason),
    ]  # fmt: skip
    assert read["faults"] == []


async def test_what_is_wrong_is_told_and_the_rest_can_be_booked(service: Service, batch: Batch) -> None:
    content = examples.answered(batch, RURAL, {1: Told(), 2: Told(), 3: Told()})
    old, new = batch.reference(batch.lines[1]), batch.reference(batch.lines[0])
    text = examples.answered(batch, TEMPLATES["example-city"], {1: Told(), 2: Told(), 3: Told()}).decode("gb18030")
    twice = text.replace(old, new).encode("gb18030")
    read = (await look(service, batch, twice, "example-city")).json()
    assert [line["line"] for line in read["lines"]] == [3]
    assert [(fault["row"], fault["code"]) for fault in read["faults"]] == [
        (4, "answer-twice"), (4, "answer-amount-differs"),
    ]  # fmt: skip
    assert read["faults"][0]["reason"] == "Line 1 is in the file twice."
    other = await look(service, batch, content, "example-city")
    assert (other.status_code, other.json()["code"]) == (422, "bank-layout-of-other")


async def test_a_part_is_told_and_what_came_back_later_is_to_be_booked(service: Service, batch: Batch) -> None:
    city = TEMPLATES["example-city"]
    content = examples.answered(batch, city, {1: Told(), 2: Told(fen=10_000)})
    read = (await look(service, batch, content, "example-city")).json()
    assert read["parts"] == [{"line": 2, "outcome": "partial", "paid_fen": 10_000}]
    assert (await book(service, batch, read)).status_code == 200
    later = examples.notified(batch, {1: [Told(Said.REVERSED)], 3: [Told(), Told(Said.REVERSED)]})
    back = (await look(service, batch, later, "camt-054")).json()
    assert back["parts"] == []
    assert back["reversals"] == [{"line": 1, "reason_code": "bank-declined"}]
    assert [(line["line"], line["reason_code"]) for line in back["lines"]] == [(3, "bank-declined")]


async def test_who_may_not_and_what_is_no_file(service: Service, batch: Batch, winter: Winter) -> None:
    assert (await look(service, batch, b"x", role="cashier")).status_code == 403
    for content, bank, status, code in (
        (b"", "example-city", 422, "file-empty"),
        (b"x" * (21 << 20), "example-city", 413, "body-too-large"),
        (b"x", "camt-054", 422, "xml-malformed"),
        (b"x", "another", 422, "bank-unknown"),
    ):
        answer = await look(service, batch, content, bank)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    nobody = Batch(UUID(int=3), 3, sum(FEN), batch.payer, batch.made_at, batch.pay_on, batch.lines)
    assert (await look(service, nobody, b"x")).status_code == 404
    token = service.token(ACCOUNTANT, "accountant")
    sent: list[dict[str, Any]] = [{"json": {}}, {"files": {"x": b"x"}}, {"data": {"bank": "x"}, "files": {"x": b"x"}}]
    for given in sent:
        answer = await service.client.post(
            f"/bank-returns/{batch.batch_id}", headers={"Authorization": f"Bearer {token}"}, **given
        )
        assert answer.status_code in (415, 422), answer.text


async def test_a_batch_that_the_bank_does_not_have_has_no_answer(
    service: Service, winter: Winter, batch: Batch
) -> None:
    people = [(person(9), 10_000)]
    list_id = await winter.approved(people)
    issued = await winter.issue(list_id, winter.batch_body([(1, person(9), 10_000)]))
    waiting = Batch(
        UUID(issued.json()["batch_id"]), 1, 50_000, batch.payer, batch.made_at, batch.pay_on, batch.lines[:1]
    )
    refused = await look(service, waiting, b"x")
    assert (refused.status_code, refused.json()["code"]) == (409, "batch-wrong-status")


async def test_lines_tell_their_references(service: Service, batch: Batch) -> None:
    answer = await service.get(f"/payment-batches/{batch.batch_id}/lines", CASHIER, "cashier")
    assert [line["reference"] for line in json.loads(answer.content)["lines"]] == [*map(batch.reference, batch.lines)]


async def test_the_accountant_reads_a_file_and_books_it_on_the_screen(service: Service, batch: Batch) -> None:
    accountant = Browser(service, ACCOUNTANT, "accountant")
    path = f"/pages/payment-batches/{batch.batch_id}"
    content = examples.answered(batch, RURAL, {1: Told(), 2: CLOSED})
    fields = {"csrf": accountant.csrf, "bank": "example-rural"}
    upload = f"/pages/bank-returns/{batch.batch_id}"
    assert "Example Rural Commercial Bank" in shown(await accountant.get(path))
    read = await accountant.post(upload, fields, files={"file": ("return.xlsx", content)})
    assert read.status_code == 200, shown(read)
    assert "2 lines can be recorded; 0 were recorded before." in shown(read)
    assert "1 paid\n2 account-closed" in read.text
    filled = form_of(read, f"{path}/bank-return") | {"pasted": "1 paid\n2 account-closed", "occurred_on": "2017-01-12"}
    assert "others" not in filled
    done = await accountant.post(f"{path}/bank-return", filled)
    assert (done.status_code, done.headers["location"]) == (303, f"/relief{path}?done=returned")
    again = await accountant.post(upload, fields, files={"file": ("return.xlsx", content)})
    assert "0 lines can be recorded; 2 were recorded before." in shown(again)
    wrong = await accountant.post(upload, fields | {"bank": "example-city"}, files={"file": ("return.xlsx", content)})
    assert wrong.status_code == 422
    assert "another bank (example-rural)" in shown(wrong)
    city = examples.answered(batch, TEMPLATES["example-city"], {3: Told(fen=7)}).replace(b"00.00", b"00.01", 1)
    told = shown(await accountant.post(upload, fields | {"bank": "example-city"}, files={"file": ("r.csv", city)}))
    assert "Row 1: The file declares" in told
    assert "Line 3: only 0.07 yuan were paid" in told


async def test_the_file_s_hash_is_booked_with_what_it_says(service: Service, winter: Winter, batch: Batch) -> None:
    digest = "7e" * 32
    body = {"occurred_on": "2017-01-12", "lines": [{"line": 1, "outcome": "paid"}], "file_sha256": digest}
    path = f"/payment-batches/{batch.batch_id}/bank-return"
    assert (await service.post(path, body, ACCOUNTANT, "accountant")).status_code == 200
    assert (await winter.bank_answers(str(batch.batch_id), {2: None})).status_code == 200
    steps = (await service.get(f"/payment-batches/{batch.batch_id}", ACCOUNTANT, "accountant")).json()["steps"]
    assert [step.get("file_sha256") for step in steps if step["step"] == "bank-return-recorded"] == [digest, None]


async def test_money_that_came_back_is_read_from_the_file_and_booked_once(
    service: Service, winter: Winter, batch: Batch
) -> None:
    await winter.bank_answers(str(batch.batch_id), {1: None, 2: None, 3: None})
    back = examples.answered(batch, RURAL, {2: Told(Said.REVERSED, words="已冲正")})
    read = (await look(service, batch, back)).json()
    assert read["reversals"] == [{"line": 2, "reason_code": "bank-declined"}], read
    body = {"occurred_on": "2017-01-20", "lines": read["reversals"], "file_sha256": read["file_sha256"]}
    path = f"/payment-batches/{batch.batch_id}/reversals"
    done = await service.post(path, body, ACCOUNTANT, "accountant", key="back")
    assert (done.status_code, done.json()["status"], done.json()["list_status"]) == (200, "returned", "ordered")
    assert (done.json()["paid_lines"], done.json()["failed_lines"]) == (2, 1)
    assert (await service.post(path, body, ACCOUNTANT, "accountant", key="back")).content == done.content
    again = await service.post(path, body, ACCOUNTANT, "accountant")
    assert [fault["code"] for fault in again.json()["errors"]] == ["line-not-paid"]
    reread = (await look(service, batch, back)).json()
    assert (reread["reversals"], reread["lines"], reread["faults"]) == ([], [], []), "the same file again"
    assert (await winter.budget())["spent_fen"] == sum(FEN) - FEN[1]
    check = (await service.get("/ledger/check", ACCOUNTANT, "accountant")).json()
    assert check["balanced"] is True, check
    lines = (await service.get(f"/payment-batches/{batch.batch_id}/lines", ACCOUNTANT, "accountant")).json()["lines"]
    assert [line["status"] for line in lines] == ["paid", "failed", "paid"]
    told = await service.get(f"/payment-batches/{batch.batch_id}", ACCOUNTANT, "accountant")
    waits = winter.batch_body([(2, person(2), FEN[1])], on="2017-01-21")
    follow_up = await winter.issue(str(told.json()["list_id"]), waits)
    assert follow_up.status_code == 201, follow_up.text
