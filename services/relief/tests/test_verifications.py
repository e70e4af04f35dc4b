"""A sample of the paid: committed to before, drawn by anybody to the same result, asked by who took no part."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest

from unionaid.contracts import decode
from unionaid.relief.examples import APPROVER, ENTERER, person

from .conftest import ACCOUNTANT, OFFICER
from .test_pages import Browser, shown

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

PEOPLE = 9
FEN = [10_000 + n for n in range(PEOPLE)]
ON = "2017-01-20"


async def number(service: Service) -> None:
    """Give what waits the next indexes, as the sequencer would."""
    await service.pool.execute(
        "INSERT INTO eventlog.log (index, position, logtime, leaf) SELECT "
        "(SELECT coalesce(max(index), -1) FROM eventlog.log) + row_number() OVER (ORDER BY position), position, now(), "
        "sha256('') FROM eventlog.events WHERE position NOT IN (SELECT position FROM eventlog.log)"
    )


async def begun(service: Service, winter: Winter) -> str:
    made = await service.post(
        f"/programmes/{winter.programme_id}/verifications", {"occurred_on": "2016-12-27"}, OFFICER, "district_officer"
    )
    assert made.status_code == 201, made.text
    return str(made.json()["verification_id"])


async def drawn(service: Service, verification: str, size: int = 4, who: str = OFFICER) -> httpx.Response:
    body = {"occurred_on": ON, "size": size}
    return await service.post(f"/verifications/{verification}/draw", body, who, "district_officer")


async def told(service: Service, verification: str) -> dict[str, Any]:
    answer = await service.get(f"/verifications/{verification}", ACCOUNTANT, "accountant")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def said(
    service: Service, verification: str, application: str, outcome: str, who: str = OFFICER, **more: Any
) -> httpx.Response:
    body = {"occurred_on": ON, "application_id": application, "outcome": outcome, **more}
    return await service.post(f"/verifications/{verification}/answers", body, who, "district_officer")


async def pay(winter: Winter, first: int, count: int) -> str:
    """A list of so many, paid by the bank; its batch."""
    lines = [(person(n), FEN[n]) for n in range(first, first + count)]
    list_id = await winter.approved(lines)
    issued = await winter.issue(list_id, winter.batch_body([(n, *line) for n, line in enumerate(lines, start=1)]))
    batch = str(issued.json()["batch_id"])
    assert (await winter.release(batch)).status_code == 200
    assert (await winter.bank_answers(batch, dict.fromkeys(range(1, count + 1)))).status_code == 200
    return batch


async def naive(service: Service, verification: str) -> list[str]:
    """Whom the sample falls on, from relief's log alone, by no code of ours."""
    rows = await service.pool.fetch(
        "SELECT l.index, e.body FROM eventlog.events e JOIN eventlog.log l USING (position) ORDER BY l.index"
    )
    log = [(row["index"], json.loads(bytes(row["body"]))) for row in rows]
    of = [event for _, event in log if event["subject"] == f"verification-{verification}"]
    promised, seen = of[0]["data"], of[1]["data"]
    seed = bytes.fromhex(seen["seed"])
    assert hashlib.sha256(seed).hexdigest() == promised["seed_sha256"]
    (promised_at,) = [index for index, event in log if event["data"].get("seed_sha256") == promised["seed_sha256"]]
    assert seen["since_index"] == promised_at
    paid: dict[str, int] = {}
    late = set()
    for index, event in log:
        kind, data = event["type"].split(".")[2], event["data"]
        if index > seen["upto_index"] or kind not in ("ReliefPaid", "PaymentReversed"):
            continue
        if data["programme_id"] == promised["programme_id"]:
            one = data["application_id"]
            paid[one] = paid.get(one, 0) + (1 if kind == "ReliefPaid" else -1)
            if kind == "ReliefPaid" and index > promised_at:
                late.add(one)
    frame = sorted(one for one, times in paid.items() if times > 0 and one in late)
    assert (len(frame), hashlib.sha256("\n".join(frame).encode()).hexdigest()) == (
        seen["frame_payments"], seen["frame_sha256"],
    )  # fmt: skip
    numbered = sorted((hmac.new(seed, one.encode(), "sha256").hexdigest(), one) for one in frame)
    return [one for _, one in numbered[: seen["sampled_payments"]]]


async def test_the_sample_is_the_one_anybody_draws_again(service: Service, winter: Winter) -> None:
    await pay(winter, 0, 2)  # before the promise: not drawn from
    verification = await begun(service, winter)
    before = await told(service, verification)
    assert (before["status"], "seed" in before) == ("committed", False)
    assert (await drawn(service, verification)).json()["code"] == "seed-not-published"
    await number(service)
    assert (await drawn(service, verification)).json()["code"] == "nothing-paid"
    batch = await pay(winter, 2, PEOPLE - 2)
    back = {"occurred_on": "2017-01-18", "lines": [{"line": 1, "reason_code": "account-closed"}]}
    assert (
        await service.post(f"/payment-batches/{batch}/reversals", back, ACCOUNTANT, "accountant")
    ).status_code == 200
    await number(service)
    done = await drawn(service, verification)
    assert done.status_code == 200, done.text
    await number(service)
    after = await told(service, verification)
    assert (after["status"], after["frame_payments"], after["sampled_payments"]) == ("drawn", PEOPLE - 3, 4)
    assert [one["application_id"] for one in after["sample"]] == await naive(service, verification)
    assert (await drawn(service, verification)).json()["code"] == "sample-drawn"
    listed = await service.get(f"/programmes/{winter.programme_id}/verifications", ACCOUNTANT, "accountant")
    (row,) = listed.json()["verifications"]
    assert (row["verification_id"], row["drawn_on"], row["sampled"], row["answered"]) == (verification, ON, 4, 0)


@pytest.fixture
async def sample(service: Service, winter: Winter) -> tuple[str, list[dict[str, Any]]]:
    verification = await begun(service, winter)
    await number(service)
    await pay(winter, 0, 3)
    await number(service)
    assert (await drawn(service, verification, size=50)).status_code == 200
    return verification, (await told(service, verification))["sample"]


async def test_what_they_said_is_recorded_and_added_up(
    service: Service, winter: Winter, sample: tuple[str, list[dict[str, Any]]]
) -> None:
    verification, (one, two, three) = sample
    ids = [line["application_id"] for line in (one, two, three)]
    assert (await said(service, verification, ids[0], "received")).status_code == 200
    assert (await said(service, verification, ids[1], "received-less", received_fen=1_000)).status_code == 200
    assert (await said(service, verification, ids[2], "received-nothing")).status_code == 200
    found = await told(service, verification)
    assert (found["answered"], found["asked_fen"], found["received_fen"]) == (
        3, sum(line["amount_fen"] for line in (one, two, three)), one["amount_fen"] + 1_000,
    )  # fmt: skip
    assert (await said(service, verification, ids[2], "not-reached")).status_code == 200
    again = await told(service, verification)
    assert (again["answered"], again["asked_fen"]) == (3, one["amount_fen"] + two["amount_fen"])
    listed = await service.get(f"/programmes/{winter.programme_id}/verifications", ACCOUNTANT, "accountant")
    assert [row["answered"] for row in listed.json()["verifications"]] == [3]


async def test_what_contradicts_and_who_may_not(service: Service, sample: tuple[str, list[dict[str, Any]]]) -> None:
    verification, (one, *_) = sample
    before, id, fen = await service.events(), one["application_id"], one["amount_fen"]
    for outcome, received in (("received", fen - 1), ("received-less", fen), ("received-less", 0), ("not-reached", 5)):
        refused = await said(service, verification, id, outcome, received_fen=received)
        assert (refused.status_code, refused.json()["code"]) == (422, "answer-contradicts"), outcome
    assert (await said(service, verification, id, "received-less")).json()["code"] == "answer-contradicts"
    assert (await said(service, verification, str(person(7)), "received")).json()["code"] == "not-sampled"
    for who, code in ((ENTERER, "entered-by-same"), (APPROVER, "approved-by-same")):
        assert (await said(service, verification, id, "received", who=who)).json()["code"] == code
    own = f"person-{one['person_id']}"
    assert (await said(service, verification, id, "received", who=own)).json()["code"] == "own-matter"
    assert (await said(service, str(person(3)), id, "received")).status_code == 404
    body = {"occurred_on": ON, "application_id": id, "outcome": "received"}
    path = f"/verifications/{verification}/answers"
    assert (await service.post(path, body, ACCOUNTANT, "accountant")).status_code == 403
    assert await service.events() == before


async def test_no_event_before_the_draw_tells_the_seed(service: Service, winter: Winter) -> None:
    verification = await begun(service, winter)
    (row,) = await service.pool.fetch(
        "SELECT body FROM eventlog.events WHERE stream = $1", f"verification-{verification}"
    )
    _, event = decode(row["body"])
    assert set(event.model_dump()) == {"occurred_on", "verification_id", "programme_id", "seed_sha256"}


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_the_screens(
    service: Service, winter: Winter, sample: tuple[str, list[dict[str, Any]]], language: str
) -> None:
    verification, (one, *_) = sample
    officer = Browser(service, OFFICER, "district_officer", language=language)
    page = f"/pages/verifications/{verification}"
    seen = await officer.get(page)
    assert seen.status_code == 200
    assert "screen-" not in seen.text.replace("screen-only", "")
    fields = {
        "csrf": officer.csrf, "key": f"one-{language}", "occurred_on": ON, "application_id": one["application_id"],
        "outcome": "received-less", "received_yuan": "12.50",
    }  # fmt: skip
    assert (await officer.post(f"{page}/answers", fields)).status_code == 303
    assert "12.50" in shown(await officer.get(page))
    listed = f"/pages/programmes/{winter.programme_id}/verifications"
    assert verification in (await officer.get(listed)).text
    made = await officer.send(listed, listed, occurred_on=ON)
    assert made.status_code == 303
    fresh = made.headers["location"].removeprefix("/relief")
    early = await officer.send(fresh, f"{fresh}/draw", occurred_on=ON, size="3")
    assert early.status_code == 422
    assert (await Browser(service, ACCOUNTANT, "accountant").get(fresh)).status_code == 200
