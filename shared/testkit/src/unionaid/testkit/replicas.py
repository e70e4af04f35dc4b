"""A second replica of every service of a running stack, and which of the two leads and drives."""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg
import httpx
import psutil
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from unionaid.embedded.ports import free_port
from unionaid.testkit.demo import Demo
from unionaid.testkit.faults import Process

NOT_DRIVING = "another replica reads"
"""What a reader says of itself that has no topic."""


@dataclass
class Pair:
    """Two replicas of one service: the stack's own, which its supervisor starts again, and one of ours."""

    name: str
    stack: Demo
    second: Process
    urls: Sequence[str]
    """The stack's own, and ours."""

    @property
    def pids(self) -> list[int | None]:
        """The pids of the two."""
        status = json.loads((self.stack.home / "status.json").read_text())
        [own] = [part["pid"] for part in status["parts"] if part["name"] == self.name]
        return [own, self.second.pid]

    def kill(self, pid: int) -> None:
        """SIGKILL of one of the two, which is then started again."""
        if pid not in self.pids:
            raise AssertionError(f"{pid} is none of the two")
        if pid == self.second.pid:
            self.second.kill()
            self.second.start()
        else:
            psutil.Process(pid).kill()

    def leases(self) -> dict[int, bool]:
        """Pid -> whether it holds the lease, of the replicas that hold or want it."""
        dsn = self.stack.stack.databases[self.name]["app"]
        rows = asyncio.run(_fetch(dsn, _LEASES))
        return {int(row["pid"]): row["held"] for row in rows if int(row["pid"]) in self.pids}

    def leader(self) -> int | None:
        """The pid of the one whose relay leads, None while none does."""
        leading = [pid for pid, held in self.leases().items() if held]
        if len(leading) > 1:
            raise AssertionError(f"{leading} lead {self.name}")
        return leading[0] if leading else None

    def events(self, kind: str = "%") -> int:
        """How many events the service has stored, of the types that are LIKE `kind`."""
        dsn = self.stack.stack.databases[self.name]["app"]
        [row] = asyncio.run(_fetch(dsn, "SELECT count(*) AS n FROM eventlog.events WHERE type LIKE $1", kind))
        return int(row["n"])

    def checks(self) -> list[Mapping[str, Mapping[str, str]]]:
        """What the two say of themselves in `/readyz`; nothing of one that does not answer."""
        said = []
        for url in self.urls:
            try:
                said.append(httpx.get(f"{url}/readyz", timeout=5, trust_env=False).json()["checks"])
            except httpx.TransportError:
                said.append({})
        return said

    def ready(self) -> bool:
        """Whether both answer that they are."""
        try:
            answers = [httpx.get(f"{url}/readyz", timeout=5, trust_env=False) for url in self.urls]
        except httpx.TransportError:
            return False
        return all(answer.status_code == httpx.codes.OK for answer in answers)


@contextmanager
def pairs(stack: Demo) -> Iterator[dict[str, Pair]]:
    """Start a second replica of every service of a running stack; kill them at the end."""
    made = {name: _pair(stack, name) for name in stack.stack.services}
    for pair in made.values():
        pair.second.start()
    try:
        yield made
    finally:
        for pair in made.values():
            pair.second.kill()


@dataclass
class InTurn(httpx.BaseTransport):
    """Sends each request to the next of some replicas; to another one if that takes no connection."""

    urls: Sequence[str]
    _way: httpx.HTTPTransport = field(default_factory=httpx.HTTPTransport)

    def __post_init__(self) -> None:
        self._next = deque(map(httpx.URL, self.urls))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises httpx.ConnectError if no replica takes connections."""
        for left in reversed(range(len(self.urls))):
            self._next.rotate(1)
            request.url = request.url.copy_with(host=self._next[0].host, port=self._next[0].port)
            try:
                return self._way.handle_request(request)
            except httpx.ConnectError:
                if not left:
                    raise
        raise AssertionError("no replica")


def shares(bootstrap: str, group: str) -> list[set[str]]:
    """Return the topics of each member of a consumer group, the most first; nothing while they are being shared out."""
    return asyncio.run(_shares(bootstrap, group))


async def _shares(bootstrap: str, group: str) -> list[set[str]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_consumer_groups([group])
    finally:
        await admin.close()
    described = answer.to_object()["groups"][0]
    if described["state"] != "Stable":
        return []
    assigned = [ConsumerProtocolMemberAssignment.decode(m["member_assignment"]) for m in described["members"]]
    return sorted(({topic for topic, held in each.assignment if held} for each in assigned), key=len, reverse=True)


def _pair(stack: Demo, name: str) -> Pair:
    running, port = stack.stack, free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("UNIONAID_")},
        "UNIONAID_DATABASE_URL": running.databases[name]["app"],
        "UNIONAID_KAFKA": running.kafka,
        "UNIONAID_DIVISION": running.division,
        "UNIONAID_ISSUER": running.issuer,
        "UNIONAID_HTTP_HOST": "127.0.0.1",
        "UNIONAID_HTTP_PORT": str(port),
        "UNIONAID_SECRETS_DIR": str(stack.home / "secrets" / name),
        **{f"UNIONAID_URLS_{other.upper()}": url for other, url in running.services.items()},
    }
    log = stack.home / "logs" / f"{name}-second.log"
    second = Process.python(name, log, "-m", f"unionaid.{name}.main", "all")
    second.environment = environment
    return Pair(name, stack, second, (running.services[name], f"http://127.0.0.1:{port}"))


async def _fetch(dsn: str, sql: str, *arguments: str) -> list[asyncpg.Record]:
    conn = await asyncpg.connect(dsn)
    try:
        return list(await conn.fetch(sql, *arguments))
    finally:
        await conn.close()


_LEASES = """
SELECT substring(application_name FROM '^lease ([0-9]+) ') AS pid, EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pg_locks.pid = pg_stat_activity.pid
) AS held
FROM pg_stat_activity WHERE application_name LIKE 'lease %.relay' AND datname = current_database()
"""
