"""Accounts that are looked at twice: which they are, who confirms them, and what is held until then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from unionaid.contracts import decode
from unionaid.contracts.registry import WorkerMerged
from unionaid.contracts.relief import PaymentAccountConfirmed
from unionaid.eventlog import load
from unionaid.relief.domain.payment_batch.accounts import Doubted, Standing, doubted
from unionaid.relief.examples import CASHIER, ENTERER, person

from .conftest import ACCOUNTANT
from .test_http_bank_files import ACCOUNTS, LINES, NAMES, NUMBERED, fetch, make

if TYPE_CHECKING:
    import httpx
    from services.relief.tests.conftest import Service, Winter

TODAY = date(2017, 3, 1)
CONFIRM = {"occurred_on": "2017-01-09", "reason_code": "family-account"}


@pytest.mark.parametrize(
    ("changed_on", "sharers", "doubts"),
    [
        (None, 0, None),
        (TODAY, 0, ("account-changed",)),
        (TODAY - timedelta(days=30), 0, ("account-changed",)),
        (TODAY - timedelta(days=31), 0, None),
        (None, 1, ("account-shared",)),
        (TODAY, 2, ("account-changed", "account-shared")),
    ],
    ids=["never", "today", "30-days", "31-days", "shared", "both"],
)
def test_which_accounts_are_looked_at_twice(
    changed_on: date | None, sharers: int, doubts: tuple[Any, ...] | None
) -> None:
    found = doubted(4, Standing(2, changed_on, sharers), today=TODAY, days=30)
    assert found == (None if doubts is None else Doubted(4, 2, doubts, sharers))


@pytest.fixture
async def batch_id(service: Service, winter: Winter) -> str:
    """A released batch; payees 1 and 2 are paid to one account, 3 to another since lately."""
    list_id = await winter.approved(LINES)
    batch_id = str((await winter.issue(list_id, winter.batch_body(NUMBERED))).json()["batch_id"])
    service.registry.names = {p: name for (p, _), name in zip(LINES, NAMES, strict=True)}
    service.registry.accounts = {person(1): ACCOUNTS[0], person(2): ACCOUNTS[0], person(3): ACCOUNTS[2]}
    service.registry.changed = {person(3): "2017-02-20"}
    assert (await winter.release(batch_id)).status_code == 200
    return batch_id


async def confirm(
    service: Service, batch_id: str, *lines: int, who: str = ACCOUNTANT, role: str = "accountant"
) -> httpx.Response:
    body = {**CONFIRM, "lines": list(lines)}
    return await service.post(f"/payment-batches/{batch_id}/account-confirmations", body, who, role)


def held(refused: httpx.Response) -> list[tuple[str, str]]:
    assert (refused.status_code, refused.json()["code"]) == (422, "lines-refused"), refused.text
    return [(fault["field"], fault["code"]) for fault in refused.json()["errors"]]


async def test_no_file_before_another_officer_has_confirmed_each(service: Service, batch_id: str) -> None:
    doubt = "account-in-doubt"
    assert held(await make(service, batch_id)) == [(f"lines.{n}.person_id", doubt) for n in (1, 2, 3)]
    told = await service.get(f"/payment-batches/{batch_id}/account-doubts", CASHIER, "cashier")
    assert told.json()["lines"] == [
        {"line": 1, "doubts": ["account-shared"], "sharers": 1, "confirmed": False},
        {"line": 2, "doubts": ["account-shared"], "sharers": 1, "confirmed": False},
        {"line": 3, "doubts": ["account-changed"], "sharers": 0, "confirmed": False},
    ]
    assert not any(account in told.text for account in ACCOUNTS)
    done = await confirm(service, batch_id, 1, 2)
    assert (done.status_code, done.headers["etag"]) == (200, '"4"')
    assert held(await make(service, batch_id)) == [("lines.3.person_id", doubt)]
    assert (await confirm(service, batch_id, 3)).status_code == 200
    assert (await make(service, batch_id)).status_code == 200
    assert (await fetch(service, batch_id)).status_code == 200
    async with service.pool.acquire() as conn:
        events = [decode(event.body) for event in await load(conn, f"batch-{batch_id}")]
    said = [(envelope.actor, event) for envelope, event in events if isinstance(event, PaymentAccountConfirmed)]
    assert [(by, one.line, one.doubts, one.reason_code) for by, one in said] == [
        (ACCOUNTANT, 1, ("account-shared",), "family-account"),
        (ACCOUNTANT, 2, ("account-shared",), "family-account"),
        (ACCOUNTANT, 3, ("account-changed",), "family-account"),
    ]
    assert (await confirm(service, batch_id, 1)).json()["code"] == "payment-file-made"


async def test_what_was_confirmed_is_that_account_and_no_other(service: Service, batch_id: str) -> None:
    assert (await confirm(service, batch_id, 1, 2, 3)).status_code == 200
    service.registry.changed[person(3)] = "2017-02-21"
    assert held(await make(service, batch_id)) == [("lines.3.person_id", "account-in-doubt")]
    service.registry.accounts[person(9)] = ACCOUNTS[0]
    lines = [field for field, _ in held(await make(service, batch_id))]
    assert lines == [f"lines.{n}.person_id" for n in (1, 2, 3)]


async def test_who_confirms_and_what(service: Service, winter: Winter, batch_id: str) -> None:
    before = await service.events()
    assert (await confirm(service, batch_id, 1, who=CASHIER)).json()["code"] == "issued-by-same"
    assert (await confirm(service, batch_id, 1, who=ENTERER)).json()["code"] == "entered-by-same"
    assert (await confirm(service, batch_id, 1, who=CASHIER, role="cashier")).status_code == 403
    service.registry.accounts[person(2)] = ACCOUNTS[1]
    refused = held(await confirm(service, batch_id, 3, 3, 1, 8))
    assert refused == [
        ("lines.1", "line-twice"), ("lines.2", "account-not-in-doubt"), ("lines.3", "line-not-on-batch"),
    ]  # fmt: skip
    service.registry.away = True
    assert (await confirm(service, batch_id, 3)).json()["code"] == "registry-away"
    service.registry.away = False
    assert await service.events() == before
    await winter.bank_answers(batch_id, {1: None, 2: None, 3: None})
    assert (await confirm(service, batch_id, 3)).json()["code"] == "batch-wrong-status"


async def test_whom_another_stands_for_is_paid_to_the_other_s_account(service: Service, batch_id: str) -> None:
    merged = WorkerMerged(
        occurred_on=date(2017, 1, 8),
        pair_id=person(8),
        person_id=person(2),
        survivor_id=person(9),
        reason_code="documents-agree",
    )
    await service.hear([merged])
    service.registry.names[person(9)] = "马某"
    service.registry.accounts = {person(1): ACCOUNTS[0], person(9): ACCOUNTS[1], person(3): ACCOUNTS[2]}
    service.registry.changed = {}
    assert (await make(service, batch_id)).status_code == 200
    rows = (await fetch(service, batch_id)).content.decode("gb18030").splitlines()
    assert f"\t{ACCOUNTS[1]},马某," in rows[2]
