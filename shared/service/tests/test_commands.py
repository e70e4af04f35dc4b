"""Commands over HTTP: once, however often they come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from unionaid.contracts import decode
from unionaid.eventlog import IdempotencyRow, keep_answer, load
from unionaid.service import idempotency
from unionaid.service.idempotency import forget_old_answers
from unionaid.service.roles import Role

if TYPE_CHECKING:
    from shared.service.tests.conftest import Trial


async def _open(trial: Trial) -> UUID:
    fund_id = uuid4()
    body = {"fund_id": str(fund_id), "name": "春"}
    answer = await trial.client.post("/funds", json=body, headers=trial.headers(key="open"))
    assert answer.status_code == 201, answer.text
    return fund_id


async def _events(trial: Trial, fund_id: UUID) -> int:
    async with trial.pool.acquire() as conn:
        return len(await load(conn, f"fund-{fund_id}"))


async def test_a_command_is_answered_with_place_and_version(trial: Trial) -> None:
    fund_id = uuid4()
    body = {"fund_id": str(fund_id), "name": "春"}
    answer = await trial.client.post("/funds", json=body, headers=trial.headers(key="a"))
    assert (answer.status_code, answer.json()) == (201, {"fund_id": str(fund_id)})
    assert answer.headers["location"] == f"/funds/{fund_id}"
    assert answer.headers["etag"] == '"1"'
    assert "idempotency-replayed" not in answer.headers
    assert trial.appended == 1


async def test_the_same_request_twice_changes_nothing_and_gets_the_same_answer(trial: Trial) -> None:
    fund_id = await _open(trial)
    body = {"fund_id": str(fund_id), "name": "春"}
    again = await trial.client.post("/funds", json=body, headers=trial.headers(key="open"))
    assert (again.status_code, again.json()) == (201, {"fund_id": str(fund_id)})
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.headers["location"], again.headers["etag"]) == (f"/funds/{fund_id}", '"1"')
    assert await _events(trial, fund_id) == 1
    assert trial.appended == 1


async def test_order_of_names_and_blanks_make_no_other_request(trial: Trial) -> None:
    fund_id = await _open(trial)
    text = f'{{ "name":"\\u6625",\n "fund_id" : "{fund_id}" }}'
    again = await trial.client.post(
        "/funds", content=text, headers=trial.headers(key="open", **{"Content-Type": "application/json"})
    )
    assert again.headers["idempotency-replayed"] == "true"


async def test_another_body_under_the_same_key_is_refused(trial: Trial) -> None:
    fund_id = await _open(trial)
    body = {"fund_id": str(fund_id), "name": "夏"}
    answer = await trial.client.post("/funds", json=body, headers=trial.headers(key="open"))
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")
    assert await _events(trial, fund_id) == 1


async def test_another_address_of_the_route_under_the_same_key_is_refused(trial: Trial) -> None:
    one, two = await _open(trial), uuid4()
    await trial.client.post(f"/funds/{one}/gifts", json={"amount_fen": 1}, headers=trial.headers(key="g"))
    answer = await trial.client.post(f"/funds/{two}/gifts", json={"amount_fen": 1}, headers=trial.headers(key="g"))
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")


async def test_another_actor_or_route_has_keys_of_its_own(trial: Trial) -> None:
    fund_id = await _open(trial)
    gift = {"amount_fen": 1}
    first = await trial.client.post(f"/funds/{fund_id}/gifts", json=gift, headers=trial.headers(key="open"))
    trial.issuer.person = f"person-{uuid4()}"
    other = await trial.client.post(f"/funds/{fund_id}/gifts", json=gift, headers=trial.headers(key="open"))
    assert first.json() == {"gifts": 1}
    assert other.json() == {"gifts": 2}


async def test_a_refusal_is_kept_and_told_again_although_it_no_longer_holds(trial: Trial) -> None:
    fund_id = uuid4()
    path, gift = f"/funds/{fund_id}/gifts", {"amount_fen": 1}
    refused = await trial.client.post(path, json=gift, headers=trial.headers(key="g"))
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    await trial.client.post("/funds", json={"fund_id": str(fund_id), "name": "x"}, headers=trial.headers(key="o"))
    again = await trial.client.post(path, json=gift, headers=trial.headers(key="g"))
    assert (again.status_code, again.content) == (404, refused.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"
    assert (await trial.client.post(path, json=gift, headers=trial.headers(key="new"))).status_code == 200


async def test_a_replay_is_found_although_the_rule_would_now_refuse(trial: Trial) -> None:
    fund_id = await _open(trial)
    path, last = f"/funds/{fund_id}/gifts", {"amount_fen": trial.gift_most}
    first = await trial.client.post(path, json=last, headers=trial.headers(key="last"))
    again = await trial.client.post(path, json=last, headers=trial.headers(key="last"))
    assert (again.status_code, again.content) == (200, first.content)
    other = await trial.client.post(path, json=last, headers=trial.headers(key="other"))
    assert (other.status_code, other.json()["code"]) == (409, "test-closed")
    changed = await trial.client.post(path, json={"amount_fen": 2}, headers=trial.headers(key="last"))
    assert changed.json()["code"] == "key-reused"


async def test_a_replay_is_found_although_the_version_has_moved(trial: Trial) -> None:
    fund_id = await _open(trial)
    path, gift = f"/funds/{fund_id}/gifts", {"amount_fen": 1}
    match = {"If-Match": '"1"'}
    first = await trial.client.post(path, json=gift, headers=trial.headers(key="g", **match))
    again = await trial.client.post(path, json=gift, headers=trial.headers(key="g", **match))
    assert first.status_code == 200
    assert (again.status_code, again.content) == (200, first.content)


async def test_a_version_that_has_moved_is_412_and_not_kept(trial: Trial) -> None:
    fund_id = await _open(trial)
    path, gift = f"/funds/{fund_id}/gifts", {"amount_fen": 1}
    refused = await trial.client.post(path, json=gift, headers=trial.headers(key="g", **{"If-Match": '"7"'}))
    assert (refused.status_code, refused.json()["code"]) == (412, "version-moved")
    read_again = await trial.client.post(path, json=gift, headers=trial.headers(key="g", **{"If-Match": '"1"'}))
    assert read_again.status_code == 200
    assert read_again.headers["etag"] == '"2"'


async def test_twins_at_once_are_one_command(trial: Trial) -> None:
    fund_id = await _open(trial)
    both_are_there = asyncio.Barrier(8)
    trial.hold = both_are_there.wait
    answers = await asyncio.gather(
        *(
            trial.client.post(f"/funds/{fund_id}/gifts", json={"amount_fen": 1}, headers=trial.headers(key="g"))
            for _ in range(8)
        )
    )
    assert {(a.status_code, a.content) for a in answers} == {(200, b'{"gifts":1}')}
    assert sorted("idempotency-replayed" in a.headers for a in answers) == [False] + [True] * 7
    assert await _events(trial, fund_id) == 2


async def test_writers_at_once_on_one_stream_all_succeed_or_are_busy(trial: Trial) -> None:
    fund_id = await _open(trial)
    answers = await asyncio.gather(
        *(
            trial.client.post(f"/funds/{fund_id}/gifts", json={"amount_fen": 1}, headers=trial.headers(key=f"g{n}"))
            for n in range(6)
        )
    )
    done = [a for a in answers if a.status_code == 200]
    assert all(a.json()["code"] == "busy" and a.headers["retry-after"] for a in answers if a not in done)
    assert await _events(trial, fund_id) == 1 + len(done)
    assert done


async def test_a_command_restored_from_the_topic_is_not_carried_out_again(trial: Trial) -> None:
    fund_id = await _open(trial)
    command_id = trial.app.state.shell.command_keys.of_request(
        trial.issuer.person, "POST /funds/{fund_id}/gifts", "lost"
    )
    async with trial.pool.acquire() as conn:
        await conn.execute("INSERT INTO eventlog.idempotency (key) VALUES ($1)", command_id)
    answer = await trial.client.post(
        f"/funds/{fund_id}/gifts", json={"amount_fen": 1}, headers=trial.headers(key="lost")
    )
    assert (answer.status_code, answer.json()) == (200, {"answer": "not-kept"})
    assert answer.headers["idempotency-replayed"] == "true"
    assert await _events(trial, fund_id) == 1


async def test_a_key_is_needed_and_has_a_form(trial: Trial) -> None:
    for key, code in ((None, "idempotency-key-missing"), ("k" * 129, "idempotency-key-malformed")):
        answer = await trial.client.post("/funds", content=b"{broken", headers=trial.headers(key=key))
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    for raw in (b"", b"\xc3\xa9", b"a\tb"):
        given = [
            *((name.encode(), value.encode()) for name, value in trial.headers().items()),
            (b"Idempotency-Key", raw),
        ]
        answer = await trial.client.post("/funds", content=b"{broken", headers=given)
        assert answer.json()["code"] == "idempotency-key-malformed", raw


async def test_neither_key_nor_body_nor_actor_is_kept_in_clear(trial: Trial) -> None:
    await _open(trial)
    async with trial.pool.acquire() as conn:
        row = await conn.fetchrow("SELECT * FROM eventlog.idempotency")
    assert row is not None
    kept = b"".join(value for value in row.values() if isinstance(value, bytes))
    for planted in (b"open", "春".encode(), trial.issuer.person.encode()):
        assert planted not in kept.replace(b"/funds/", b"")


async def test_the_event_names_the_command_its_actor_and_trace(trial: Trial) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    fund_id = uuid4()
    body = {"fund_id": str(fund_id), "name": "x"}
    headers = trial.headers(key="t", traceparent=trace)
    await trial.client.post("/funds", json=body, headers=headers)

    async with trial.pool.acquire() as conn:
        [stored] = await load(conn, f"fund-{fund_id}")
        key = await conn.fetchval("SELECT key FROM eventlog.idempotency")
    envelope, _ = decode(stored.body)
    assert envelope.commandid == key.hex()
    assert envelope.actor == trial.issuer.person
    assert envelope.traceparent is not None
    assert envelope.traceparent.split("-")[1] == trace.split("-")[1]
    assert envelope.traceparent != trace


async def test_an_upload_sent_again_with_other_borders_is_the_same_request(trial: Trial) -> None:
    fund_id = await _open(trial)
    path = f"/funds/{fund_id}/scan"
    first = await trial.client.post(path, files={"file": ("a.pdf", b"12345")}, headers=trial.headers(key="s"))
    again = await trial.client.post(path, files={"file": ("a.pdf", b"12345")}, headers=trial.headers(key="s"))
    other = await trial.client.post(path, files={"file": ("a.pdf", b"12346")}, headers=trial.headers(key="s"))
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert (first.json(), again.json()) == ({"bytes": 5}, {"bytes": 5})
    assert again.headers["idempotency-replayed"] == "true"
    assert other.json()["code"] == "key-reused"


async def test_a_halted_log_is_of_the_moment(trial: Trial) -> None:
    async with trial.pool.acquire() as conn:
        await conn.execute("INSERT INTO eventlog.halt (reason) VALUES ('test')")
    body = {"fund_id": str(uuid4()), "name": "x"}
    refused = await trial.client.post("/funds", json=body, headers=trial.headers(key="h"))
    assert (refused.status_code, refused.json()["code"]) == (503, "log-halted")
    assert "test" not in refused.text
    async with trial.pool.acquire() as conn:
        await conn.execute("DELETE FROM eventlog.halt")
    assert (await trial.client.post("/funds", json=body, headers=trial.headers(key="h"))).status_code == 201


async def test_a_database_that_is_away_is_of_the_moment(trial: Trial) -> None:
    fund_id = await _open(trial)

    async def cut() -> None:
        async with trial.pool.acquire() as conn:
            await conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    trial.hold = cut
    path, gift = f"/funds/{fund_id}/gifts", {"amount_fen": 1}
    refused = await trial.client.post(path, json=gift, headers=trial.headers(key="g"))
    assert (refused.status_code, refused.json()["code"]) == (503, "database-unavailable")
    assert refused.headers["retry-after"] == "1"
    trial.hold = None
    assert (await trial.client.post(path, json=gift, headers=trial.headers(key="g"))).status_code == 200


async def test_all_faults_of_a_list_are_told_at_once(trial: Trial) -> None:
    fund_id = await _open(trial)
    body = {"amount_fen": 1, "lines": [{"n": n} for n in range(150)]}
    answer = await trial.client.post(f"/funds/{fund_id}/gifts", json=body, headers=trial.headers(Role.CASHIER, key="l"))
    errors = answer.json()["errors"]
    assert [e["field"] for e in errors] == [f"lines.{n}.n" for n in range(150)]
    assert errors[16] == {"field": "lines.16.n", "code": "test-odd", "reason": "不是偶数。", "row": 17}


async def test_an_answer_kept_by_another_program_version_is_told_as_it_is(trial: Trial) -> None:
    fund_id = await _open(trial)
    shell = trial.app.state.shell
    path = f"/funds/{fund_id}/gifts"
    first = await trial.client.post(path, json={"amount_fen": 1}, headers=trial.headers(key="g"))
    async with trial.pool.acquire() as conn:
        row = await conn.fetchrow("SELECT key, body FROM eventlog.idempotency WHERE answer LIKE '%gifts%'::bytea")
        assert row is not None
        await conn.execute("DELETE FROM eventlog.idempotency WHERE key = $1", row["key"])
        await keep_answer(conn, IdempotencyRow(row["key"], row["body"], 207, b'{"old":true}'))
    again = await trial.client.post(path, json={"amount_fen": 1}, headers=trial.headers(key="g"))
    assert first.status_code == 200
    assert shell.name == "relief"
    assert (again.status_code, again.json()) == (207, {"old": True})


async def test_old_answers_are_forgotten_and_young_ones_kept(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "FORGET_PAUSE_S", 0.01)
    fund_id = await _open(trial)
    await trial.client.post(f"/funds/{fund_id}/gifts", json={"amount_fen": 1}, headers=trial.headers(key="g"))
    async with trial.pool.acquire() as conn:
        old = b"o" * 32
        await conn.execute(
            "INSERT INTO eventlog.idempotency (key, stored_at) VALUES ($1, now() - interval '31 days')", old
        )
        forgetting = asyncio.create_task(forget_old_answers(trial.pool))
        while await conn.fetchval("SELECT EXISTS (SELECT FROM eventlog.idempotency WHERE key = $1)", old):
            assert not forgetting.done()
        assert await conn.fetchval("SELECT count(*) FROM eventlog.idempotency") == 2
    forgetting.cancel()
