"""The service as a process: migrated, killed between the steps of a list, started again."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from joserfc.jwk import OKPKey

from unionaid.contracts import topic_name
from unionaid.contracts.registry import UnionOrgEstablished, WorkerRegistered
from unionaid.contracts.samples import DISTRICT, SAMPLES, Sample
from unionaid.relief.examples import ENTERER, person
from unionaid.relief.views.people import registry_people
from unionaid.testkit.log import published, until, write
from unionaid.testkit.stack import Kafka, Postgres

from .conftest import ACCOUNTANT

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service

DIVISION = "640302"
TOPICS = tuple(topic_name(DIVISION, name) for name in ("registry", "relief"))


class Process:
    """`python -m unionaid.relief.main`, which can be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._running: asyncio.subprocess.Process | None = None

    async def run(self, *command: str, output: int = asyncio.subprocess.DEVNULL) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "unionaid.relief.main", *command),
            env=self._environment,
            stdout=output,
            stderr=output,
        )

    async def says(self, *command: str) -> tuple[int | None, str, str]:
        """Run a command to its end; return its exit code, and what it says on both ways."""
        running = await self.run(*command, output=asyncio.subprocess.PIPE)
        out, err = await running.communicate()
        return running.returncode, out.decode(), err.decode()

    async def start(self) -> None:
        self._running = await self.run("all")

    async def kill(self) -> None:
        if self._running is not None and self._running.returncode is None:
            self._running.kill()
            await self._running.wait()

    async def end(self) -> int:
        assert self._running is not None
        self._running.terminate()
        return await self._running.wait()


@asynccontextmanager
async def issuer(key: OKPKey) -> AsyncIterator[str]:
    """An issuer that says where its keys are; nobody signs in there."""
    keys = json.dumps({"keys": [key.as_dict(private=False)]}).encode()

    class Jwks(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            said = {"issuer": url, "jwks_uri": f"{url}/keys", "authorization_endpoint": url, "token_endpoint": url}
            body = json.dumps(said).encode() if self.path.startswith("/.well-known/") else keys
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Jwks)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
async def topics(kafka: Kafka) -> AsyncIterator[None]:
    for topic in TOPICS:
        await kafka.create_topic(topic)
    yield
    for topic in TOPICS:
        await kafka.delete_topic(topic)


@dataclass
class Office:
    """The service in its process, and its callers."""

    service: Service
    process: Process

    async def restart(self) -> None:
        await self.process.kill()
        await self.process.start()
        await until(self._ready)

    async def _ready(self) -> bool:
        try:
            return bool((await self.service.client.get("/readyz")).status_code == 200)
        except httpx.TransportError:
            return False


@pytest.fixture
async def office(
    make_service: Callable[..., Service], postgres: Postgres, kafka: Kafka, topics: None, tmp_path: Path
) -> AsyncIterator[Office]:
    database, key = await postgres.create_service_database("relief"), OKPKey.generate_key("Ed25519", {"kid": "first"})
    for name in ("kek", "hmac"):
        (tmp_path / name).write_bytes(secrets.token_bytes(32))
        (tmp_path / name).chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with issuer(key) as issued_by, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        process = Process(
            {
                "UNIONAID_DATABASE_URL": database.app_dsn,
                "UNIONAID_OWNER_DATABASE_URL": database.owner_dsn,
                "UNIONAID_KAFKA": kafka.bootstrap,
                "UNIONAID_DIVISION": DIVISION,
                "UNIONAID_HTTP_HOST": "127.0.0.1",
                "UNIONAID_HTTP_PORT": str(port),
                "UNIONAID_ISSUER": issued_by,
                "UNIONAID_SECRETS_DIR": str(tmp_path),
                "UNIONAID_URLS_REGISTRY": "http://127.0.0.1:1",
            }
        )
        for _ in range(2):  # twice is as good as once
            assert await (await process.run("migrate")).wait() == 0
        async with asyncpg.create_pool(database.app_dsn, min_size=0, max_size=2) as pool:
            made = Office(make_service(client, pool, database, registry_people(DIVISION), key, issued_by), process)
            try:
                await made.restart()
                yield made
            finally:
                await process.kill()
    await postgres.drop(database)


async def taken_in(submit: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Submit; again, as any caller would, while the service says that it has not read as far as `after`."""
    while (answer := await submit()).status_code == httpx.codes.SERVICE_UNAVAILABLE:
        assert answer.json()["code"] == "not-yet-visible", answer.text
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer


async def test_killed_between_the_steps_it_loses_and_doubles_nothing(office: Office, kafka: Kafka) -> None:
    people = [person(n) for n in range(40)]
    await write(kafka, TOPICS[0], registered(people))
    service = office.service
    winter = await service.funded()
    body = winter.list_body([(p, 50_000) for p in people], union=DISTRICT)
    path = f"/lists?after={TOPICS[0]}@{len(people)}"

    async def submit(who: str = ENTERER, key: str = "submit") -> httpx.Response:
        answer: httpx.Response = await service.post(path, body, who, "district_officer", key=key)
        return answer

    first = await taken_in(submit)
    list_id = first.json()["list_id"]
    steps: tuple[Callable[[], Awaitable[httpx.Response]], ...] = (
        submit,
        lambda: winter.verify(list_id, key="verify", unit=DISTRICT),
        lambda: winter.approve(list_id, key="approve"),
        lambda: winter.pay(list_id, len(people), key="pay"),
    )
    for step in steps:
        answer = await step()
        await office.restart()  # the caller never saw the answer, and asks again
        assert (await step()).content == answer.content
    assert (await winter.budget())["spent_fen"] == 2_000_000
    of_money, per_step = 5, len(people)
    expected = of_money + (1 + per_step) + (1 + per_step) + (2 + per_step) + (2 + per_step)

    async def all_published() -> bool:
        return len(await published(kafka, TOPICS[1])) == expected

    await until(all_published)
    assert await service.events() == expected
    refused = await submit(f"person-{uuid4()}", "another")
    assert {e["code"] for e in refused.json()["errors"]} == {"purpose-taken"}
    assert await office.process.end() == 0


async def test_paying_by_the_bank_killed_between_the_steps_loses_and_doubles_nothing(
    office: Office, kafka: Kafka
) -> None:
    people = [person(n) for n in range(1, 21)]
    await write(kafka, TOPICS[0], registered(people))
    service = office.service
    winter = await service.funded()
    numbered = [(n, p, 50_000) for n, p in enumerate(people, start=1)]
    path, body = f"/lists?after={TOPICS[0]}@{len(people)}", winter.list_body([(p, 50_000) for p in people], DISTRICT)
    answer = await taken_in(lambda: service.post(path, body, ENTERER, "district_officer", key="submit"))
    list_id = answer.json()["list_id"]
    for done in (await winter.verify(list_id, unit=DISTRICT), await winter.approve(list_id)):
        assert done.status_code == 200, done.text
    failed = (3, 7)
    batches: list[str] = []

    async def issue() -> httpx.Response:
        answer: httpx.Response = await winter.issue(list_id, winter.batch_body(numbered), key="issue")
        batches.append(answer.json()["batch_id"])
        return answer

    async def follow_up() -> httpx.Response:
        again = winter.batch_body([line for line in numbered if line[0] in (1, 7)], on="2017-01-18")
        answer: httpx.Response = await winter.issue(list_id, again, key="issue again")
        batches.append(answer.json()["batch_id"])
        return answer

    answers = {n: "account-closed" if n in failed else None for n, _, _ in numbered}
    back = [{"line": 1, "reason_code": "account-closed"}]
    second = [{"line": 1, "outcome": "paid"}, {"line": 7, "outcome": "failed", "reason_code": "account-closed"}]

    async def by_accountant(batch_id: str, act: str, **more: Any) -> httpx.Response:
        body = {"occurred_on": "2017-01-18", **more}
        key = f"{act} {batch_id}"
        path = f"/payment-batches/{batch_id}/{act}"
        answer: httpx.Response = await service.post(path, body, ACCOUNTANT, "accountant", key=key)
        return answer

    steps: tuple[Callable[[], Awaitable[httpx.Response]], ...] = (
        issue,
        lambda: winter.release(batches[0], key="release"),
        lambda: winter.bank_answers(batches[0], answers, key="return"),
        lambda: winter.cancel(list_id, [3], key="cancel"),
        lambda: by_accountant(batches[0], "reversals", lines=back),
        follow_up,
        lambda: by_accountant(batches[-1], "release"),
        lambda: by_accountant(batches[-1], "bank-return", lines=second),
    )
    for step in steps:
        first = await step()
        assert first.is_success, first.text
        await office.restart()  # the caller never saw the answer, and asks again
        assert (await step()).content == first.content
    assert len(set(batches)) == 2
    assert await winter.budget() == {
        "allotted_fen": 200_000_000, "committed_fen": 50_000, "spent_fen": 900_000, "free_fen": 199_050_000,
    }  # fmt: skip

    async def all_published() -> bool:
        return len(await published(kafka, TOPICS[1])) == await service.events()

    await until(all_published)
    told = [json.loads(value) for value in await published(kafka, TOPICS[1])]
    paid = [event["data"] for event in told if event["type"] == "unionaid.relief.ReliefPaid.v1"]
    returned = [event["data"] for event in told if event["type"] == "unionaid.relief.PaymentReversed.v1"]
    assert [(event["line"], event["batch_id"]) for event in returned] == [(1, batches[0])]
    assert sorted(event["line"] for event in paid) == sorted([1, *(n for n, _, _ in numbered if n not in failed)])
    assert {(event["method"], event["batch_id"]) for event in paid if event["line"] > 1} == {("bank", batches[0])}
    assert [event["batch_id"] for event in paid if event["line"] == 1] == [batches[0], batches[-1]]
    assert await office.process.end() == 0
    code, out, _ = await office.process.says("reservations")
    assert (code, json.loads(out)["ok"], json.loads(out)["reservations"]) == (0, True, len(people) - 1)


async def test_an_operator_retries_what_is_parked_and_rebuilds_what_registry_feeds(
    office: Office, kafka: Kafka
) -> None:
    people = [person(n) for n in range(5)]
    service, process = office.service, office.process
    owner = await asyncpg.connect(service.database.owner_dsn)
    try:
        await owner.execute(f"ALTER TABLE registry_people_1.person ADD CHECK (person_id <> '{people[2]}')")
        await write(kafka, TOPICS[0], registered(people))

        async def one_parked() -> bool:
            return bool(await owner.fetchval("SELECT count(*) FROM eventlog.parked") == 1)

        await until(one_parked)
        code, out, err = await process.says("parked", "--retry")
        assert (code, [json.loads(line)["index"] for line in out.splitlines()]) == (0, [3])
        assert "0 applied, 1 remain" in err
        await owner.execute("ALTER TABLE registry_people_1.person DROP CONSTRAINT person_person_id_check")
        code, out, err = await process.says("parked", "--retry")
        assert (code, out) == (0, "")
        assert "1 applied, 0 remain" in err
        code, out, _ = await process.says("rebuild")
        assert (code, out.startswith("build 2 of registry_people is live: ")) == (0, True)
        assert await owner.fetchval("SELECT count(*) FROM registry_people_2.person") == len(people)
    finally:
        await owner.close()


def registered(people: list[UUID]) -> list[bytes]:
    """One union and its workers, as registry's topic holds them."""
    worker = SAMPLES[WorkerRegistered].event
    workers = [worker.model_copy(update={"person_id": p, "union_org_id": DISTRICT}) for p in people]
    events = [SAMPLES[UnionOrgEstablished].event, *workers]
    return [Sample(event, index, 1).value() for index, event in enumerate(events)]
