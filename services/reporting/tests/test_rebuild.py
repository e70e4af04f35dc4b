"""A new build beside the live one, replicas that take turns, and the operator's commands."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from unionaid.contracts import topic_name
from unionaid.eventlog import Disagreement, rebuild
from unionaid.reporting.examples import logs
from unionaid.reporting.subscriptions import Subscription
from unionaid.testkit.log import published, until
from unionaid.testkit.stack import Kafka

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Publish, Reporting, Served

PERIOD: dict[str, Any] = {"from": "2016-01-01", "to": "2017-12-31"}


async def test_a_build_made_beside_the_live_one_agrees_and_takes_its_place(
    served: Served, publish: Publish, kafka: Kafka
) -> None:
    reporting = served.reporting
    given = dict(logs(division=reporting.division, people=200, payments_each=3, seed=9))
    relief = topic_name(reporting.division, "relief")
    thirds = [{t: v[n * len(v) // 3 : (n + 1) * len(v) // 3] for t, v in given.items()} for n in range(3)]

    async def has_read(last: dict[str, int]) -> bool:
        vector: dict[str, int] = (await served.answer("/totals/relief", **PERIOD))["citation"]["vector"]
        return last.items() <= vector.items()

    last = await publish(thirds[0])
    await until(lambda: has_read(last))
    building = asyncio.create_task(
        rebuild(reporting.pool, reporting.owner, kafka.bootstrap, reporting.set, reporting.roles)
    )
    last = await publish(thirds[1])
    assert await building == 2
    assert await reporting.schema() == "totals_2"
    # The running service follows: what is published from now on it reads into the new build.
    last = await publish(thirds[2])
    await until(lambda: has_read(last))
    assert last[relief] == len(given[relief]) - 1
    assert (await served.answer("/totals/relief", **PERIOD))["times"] == 600
    tables = await reporting.tables("totals_2")
    assert len(tables["relief_payment"]) == sum(times for *_, times, _ in tables["relief_daily"]) == 600


async def test_a_live_table_that_was_altered_is_found_by_a_rebuild(
    reporting: Reporting, publish: Publish, kafka: Kafka
) -> None:
    given = logs(division=reporting.division, people=100, seed=4)
    await reporting.read(kafka, last=await publish(given))
    await reporting.owner.execute(
        "UPDATE totals_1.relief_payment SET amount_fen = amount_fen + 1 "
        "WHERE index = (SELECT min(index) FROM totals_1.relief_payment)"
    )
    make = (reporting.pool, reporting.owner, kafka.bootstrap, reporting.set, reporting.roles)
    with pytest.raises(Disagreement, match="relief_payment"):
        await rebuild(*make)
    assert await reporting.schema() == "totals_1"
    assert await rebuild(*make, replace_disagreeing=True) == 3
    assert await reporting.schema() == "totals_3"
    tables = await reporting.tables()
    paid = [json.loads(v)["data"] for v in given[topic_name(reporting.division, "relief")] if b".ReliefPaid." in v]
    assert sorted(row[-1] for row in tables["relief_payment"]) == sorted(data["amount_fen"] for data in paid)


async def test_replicas_take_turns_and_nothing_is_applied_twice(
    reporting: Reporting, publish: Publish, kafka: Kafka
) -> None:
    given = dict(logs(division=reporting.division, people=150, payments_each=2, seed=11))
    relief = topic_name(reporting.division, "relief")
    thirds = [given[relief][n * 500 : (n + 1) * 500] for n in range(3)]
    replicas = [
        asyncio.create_task(Subscription(reporting.app_dsn, kafka.bootstrap, reporting.set, "replicas").run())
        for _ in range(2)
    ]

    async def reached(index: int) -> bool:
        asked = "SELECT max(last_index) FROM eventlog.positions WHERE topic = $1"
        return bool(index == await reporting.owner.fetchval(asked, relief))

    try:
        for values in thirds[:2]:
            last = await publish({relief: values})
            await until(partial(reached, last[relief]))
        replicas[0].cancel()
        last = await publish({relief: [*thirds[2], *given[relief][1500:]]})
        await until(lambda: reached(last[relief]), 60)
    finally:
        for task in replicas:
            task.cancel()
        await asyncio.gather(*replicas, return_exceptions=True)
    assert last[relief] == len(given[relief]) - 1
    tables = await reporting.tables()
    assert len(tables["relief_payment"]) == sum(times for *_, times, _ in tables["relief_daily"]) == 300


async def program(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run one command of the service; return exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "unionaid.reporting.main", *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def environment_of(reporting: Reporting, kafka: Kafka, secrets_dir: Path) -> dict[str, str]:
    for name in ("kek", "hmac"):
        (secrets_dir / name).write_bytes(secrets.token_bytes(32))
        (secrets_dir / name).chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "UNIONAID_DATABASE_URL": reporting.app_dsn,
        "UNIONAID_OWNER_DATABASE_URL": reporting.owner_dsn,
        "UNIONAID_KAFKA": kafka.bootstrap,
        "UNIONAID_DIVISION": reporting.division,
        "UNIONAID_HTTP_HOST": "127.0.0.1",
        "UNIONAID_HTTP_PORT": str(port),
        "UNIONAID_ISSUER": f"http://127.0.0.1:{port}",
        "UNIONAID_SECRETS_DIR": str(secrets_dir),
    }


async def test_an_operator_rebuilds_and_lists_and_retries_what_is_parked(
    reporting: Reporting, publish: Publish, kafka: Kafka, tmp_path: Path
) -> None:
    given = dict(logs(division=reporting.division, people=50, seed=6))
    relief = topic_name(reporting.division, "relief")
    await reporting.owner.execute("ALTER TABLE totals_1.fund ADD CHECK (source <> 'dues')")
    await reporting.read(kafka, last=await publish(given))
    environment = environment_of(reporting, kafka, tmp_path)
    code, out, _ = await program(environment, "parked")
    (parked,) = [json.loads(line) for line in out.splitlines()]
    assert (code, parked["topic"]) == (0, relief)
    assert "violates check constraint" in parked["reason"]
    code, _, err = await program(environment, "rebuild")
    assert code == 1
    assert "refused: fund: totals_1 and totals_2 differ" in err
    await reporting.owner.execute("ALTER TABLE totals_1.fund DROP CONSTRAINT fund_source_check")
    code, out, err = await program(environment, "parked", "--retry")
    assert (code, out) == (0, "")
    assert "1 applied, 0 remain" in err
    code, out, _ = await program(environment, "rebuild")
    assert code == 0
    assert out.startswith("build 3 of totals is live: payments v2, ")


async def test_the_whole_service_starts_and_is_ready_and_its_own_log_is_empty(
    reporting: Reporting, publish: Publish, kafka: Kafka, tmp_path: Path
) -> None:
    given = logs(division=reporting.division, people=20, seed=2)
    last = await publish(given)
    environment = environment_of(reporting, kafka, tmp_path)
    assert (await program(environment, "migrate"))[0] == 0
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "unionaid.reporting.main", "all", env={**os.environ, **environment}
    )
    try:
        async with httpx.AsyncClient(base_url=environment["UNIONAID_ISSUER"], trust_env=False) as client:
            checks: dict[str, Any] = {}

            async def all_is_read() -> bool:
                try:
                    answer = await client.get("/readyz")
                except httpx.TransportError:
                    return False
                checks.update(answer.json()["checks"])
                assigned = f"{topic_name(reporting.division, 'relief')}: 0 behind" in checks["totals"]["reason"]
                return assigned and answer.status_code == 200 and {c["health"] for c in checks.values()} == {"ok"}

            await until(all_is_read, 60)

            async def caught_up() -> bool:
                rows = await reporting.owner.fetch("SELECT topic, last_index FROM eventlog.positions")
                return last.items() <= {row["topic"]: row["last_index"] for row in rows}.items()

            await until(caught_up)
        assert await published(kafka, topic_name(reporting.division, "reporting")) == []
    finally:
        service.send_signal(signal.SIGTERM)
        assert await service.wait() == 0


async def test_tables_of_another_version_are_not_read(served: Served, reporting: Reporting) -> None:
    await reporting.owner.execute("UPDATE eventlog.projection_sets SET fingerprint = 'payments v0'")
    refused = await served.get("/totals/relief", **PERIOD)
    assert (refused.status_code, refused.json()["code"]) == (503, "projections-not-built")
    readiness = (await served.client.get("/readyz")).json()
    assert not readiness["ready"]
    assert "run `rebuild`" in readiness["checks"]["projections"]["reason"]
