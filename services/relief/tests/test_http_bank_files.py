"""The file for the bank: made once, fetched byte for byte, and refused when it would be another one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from unionaid.contracts.fields import OPENED_PERSONS_MAX
from unionaid.payments import BANKS, Reference, Said, batch_key, read_answer, read_templates
from unionaid.relief.bank_answers import reference_of
from unionaid.relief.examples import CASHIER, ENTERER, person

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

LINES = [(person(1), 50_000), (person(2), 30_000), (person(3), 20_000)]
NUMBERED = [(n, p, fen) for n, (p, fen) in enumerate(LINES, start=1)]
NAMES = ("马某", "王某", "丁某")
ACCOUNTS = ("6228481200000001", "6228481200000002", "6228481200000003")


@pytest.fixture
async def batch_id(service: Service, winter: Winter) -> str:
    """A released batch whose payees registry knows, with their accounts."""
    list_id = await winter.approved(LINES)
    issued = await winter.issue(list_id, winter.batch_body(NUMBERED))
    service.registry.names = {p: name for (p, _), name in zip(LINES, NAMES, strict=True)}
    service.registry.accounts = {p: account for (p, _), account in zip(LINES, ACCOUNTS, strict=True)}
    batch_id = str(issued.json()["batch_id"])
    assert (await winter.release(batch_id)).status_code == 200
    return batch_id


async def make(
    service: Service,
    batch_id: str,
    form: str = "example-city",
    *,
    who: str = CASHIER,
    role: str = "cashier",
    key: str | None = None,
) -> httpx.Response:
    body = {"occurred_on": "2017-01-09", "form": form}
    return await service.post(f"/payment-batches/{batch_id}/file", body, who, role, key=key)


async def fetch(service: Service, batch_id: str, role: str = "cashier") -> httpx.Response:
    return await service.get(f"/payment-batches/{batch_id}/file", CASHIER, role)


async def send(service: Service, batch_id: str, role: str = "cashier") -> httpx.Response:
    body = {"occurred_on": "2017-01-10"}
    return await service.post(f"/payment-batches/{batch_id}/sending", body, CASHIER, role)


async def test_the_file_is_made_once_and_fetched_as_it_was_made(service: Service, batch_id: str) -> None:
    assert (await fetch(service, batch_id)).json()["code"] == "payment-file-missing"
    made = await make(service, batch_id, key="one")
    assert (made.status_code, made.json()["status"], made.headers["etag"]) == (200, "released", '"3"')
    first = await fetch(service, batch_id)
    assert first.status_code == 200
    assert first.headers["content-disposition"] == (
        f'attachment; filename="example-city-{batch_key(UUID(batch_id))}.csv"'
    )
    assert first.headers["cache-control"] == "no-store"
    rows = first.content.decode("gb18030").splitlines()
    assert rows[1] == f"{reference_of(UUID(batch_id), 1)},\t{ACCOUNTS[0]},{NAMES[0]},50000,CNY,\t,2017年元旦春节送温暖"
    assert rows[4] == "合计笔数,3,合计金额(分),100000,日期,2017-01-09"
    assert (await fetch(service, batch_id)).content == first.content
    step = (await service.get(f"/payment-batches/{batch_id}", CASHIER, "cashier")).json()["steps"][-1]
    assert (step["step"], step["form"], step["file_sha256"], step["file_bytes"]) == (
        "payment-file-made", "example-city", hashlib.sha256(first.content).hexdigest(), len(first.content),
    )  # fmt: skip
    again = await make(service, batch_id, form="pain-001")
    assert (again.status_code, again.json()["code"]) == (409, "payment-file-made")
    replayed = await make(service, batch_id, key="one")
    assert (replayed.status_code, replayed.content) == (200, made.content)


async def test_no_name_and_no_account_stands_in_an_event_or_an_answer(service: Service, batch_id: str) -> None:
    made = await make(service, batch_id)
    rows = await service.pool.fetch("SELECT body FROM eventlog.events")
    for secret in (*NAMES, *ACCOUNTS):
        assert secret not in made.text
        assert not any(secret.encode() in row["body"] for row in rows)


@pytest.mark.parametrize("change", ["name", "account"])
async def test_a_file_that_would_be_another_one_now_is_refused(service: Service, batch_id: str, change: str) -> None:
    assert (await make(service, batch_id)).status_code == 200
    (service.registry.names if change == "name" else service.registry.accounts)[person(2)] = "6228480000000009"
    changed = await fetch(service, batch_id)
    assert (changed.status_code, changed.json()["code"]) == (409, "payment-file-changed")


@pytest.mark.parametrize("form", ["example-rural", "example-city", "example-postal", "pain-001"])
async def test_every_form_is_made(service: Service, batch_id: str, form: str) -> None:
    assert (await make(service, batch_id, form)).status_code == 200
    file = await fetch(service, batch_id)
    assert file.status_code == 200
    step = (await service.get(f"/payment-batches/{batch_id}", CASHIER, "cashier")).json()["steps"][-1]
    assert (step["form"], step["file_sha256"]) == (form, hashlib.sha256(file.content).hexdigest())
    kinds = {"example-rural": "application/vnd.openxml", "pain-001": "application/xml"}
    assert file.headers["content-type"].startswith(kinds.get(form, "text/csv"))


async def test_what_the_bank_gives_back_is_what_it_was_sent(service: Service, batch_id: str) -> None:
    """The references of the file lead the bank's answer home."""
    await make(service, batch_id, "example-postal")
    rows = [row.split("|") for row in (await fetch(service, batch_id)).content.decode("utf-8-sig").splitlines()[2:]]
    answer = "业务参考号|卡折号|发放金额（分）|处理结果|备注说明\n" + "".join(
        f"{row[1]}|{row[3].strip(chr(39))}|{round(float(row[4]) * 100)}|已入账|\n" for row in rows
    )
    templates = read_templates(BANKS)
    key = batch_key(UUID(batch_id))
    returned = read_answer(answer.encode(), templates["example-postal"], templates, key)
    assert returned.faults == []
    assert [(a.reference, a.said, a.amount_fen, a.account_tail) for a in returned.answers] == [
        (str(Reference(key, n)), Said.PAID, fen, ACCOUNTS[n - 1][-4:]) for n, _, fen in NUMBERED
    ]


async def test_who_has_no_account_is_named_and_nothing_is_made(service: Service, batch_id: str) -> None:
    del service.registry.accounts[person(2)]
    before = await service.events()
    refused = await make(service, batch_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "lines-refused")
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("lines.2.person_id", "account-unknown")]
    service.registry.accounts[person(2)] = "not an account"
    bad = await make(service, batch_id)
    assert [(e["field"], e["code"]) for e in bad.json()["errors"]] == [("lines.2.account", "batch-line-account")]
    assert await service.events() == before


async def test_registry_away_or_another_hand_and_nothing_is_made(service: Service, batch_id: str) -> None:
    before = await service.events()
    service.registry.away = True
    away = await make(service, batch_id)
    assert (away.status_code, away.json()["code"]) == (503, "registry-away")
    service.registry.away = False
    assert (await make(service, batch_id, role="accountant")).status_code == 403
    assert (await fetch(service, batch_id, role="accountant")).status_code == 403
    assert (await send(service, batch_id)).json()["code"] == "payment-file-missing"
    assert (await send(service, batch_id, role="accountant")).status_code == 403
    assert (await make(service, batch_id, who=ENTERER)).json()["code"] == "entered-by-same"
    assert (await make(service, batch_id, form="another")).json()["code"] == "bank-unknown"
    assert (await make(service, str(UUID(int=4)))).status_code == 404
    assert await service.events() == before


async def test_a_batch_that_is_not_released_or_is_answered_for_has_no_file(
    service: Service, winter: Winter, batch_id: str
) -> None:
    other = [(person(9), 10_000)]
    list_id = await winter.approved(other)
    issued = (await winter.issue(list_id, winter.batch_body([(1, person(9), 10_000)]))).json()["batch_id"]
    assert (await make(service, issued)).json()["code"] == "batch-wrong-status"
    await make(service, batch_id)
    early = await winter.bank_answers(batch_id, {1: None})
    assert (early.status_code, early.json()["code"]) == (409, "batch-not-sent")
    assert (await send(service, batch_id)).json()["sent_on"] == "2017-01-10"
    assert (await send(service, batch_id)).json()["code"] == "batch-sent"
    assert (await winter.bank_answers(batch_id, {1: None})).status_code == 200
    assert (await fetch(service, batch_id)).json()["code"] == "payment-file-late"


async def test_registry_is_asked_for_as_many_as_it_opens_at_once(service: Service, winter: Winter) -> None:
    people = [(UUID(int=10_000 + n), 100 + n) for n in range(OPENED_PERSONS_MAX + 1)]
    list_id = await winter.approved(people)
    numbered = [(n, p, fen) for n, (p, fen) in enumerate(people, start=1)]
    batch_id = (await winter.issue(list_id, winter.batch_body(numbered))).json()["batch_id"]
    await winter.release(batch_id)
    service.registry.names = {p: "某人" for p, _ in people}
    service.registry.accounts = {p: f"622848{n:010}" for n, (p, _) in enumerate(people)}
    assert (await make(service, batch_id, "pain-001")).status_code == 200
    asked = [len(body["person_ids"]) for path, body, _ in service.registry.asked if path == "/identities/open"]
    assert asked == [OPENED_PERSONS_MAX, 1]
    opened = [body["purpose"] for path, body, _ in service.registry.asked if path == "/identities/open"]
    assert opened == ["payment", "payment"]
