"""PostgreSQL and Kafka for tests in containers: `UNIONAID_STACK=docker`. They act as the embedded ones do.

Each keeps its port over stop, kill and wipe. Nobody else cleans up: containers carry the directory of their run, and
the next run removes those whose run has ended.
"""

from __future__ import annotations

import os
import secrets
import tarfile
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
from docker.errors import NotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from unionaid.embedded import kafka as embedded_kafka
from unionaid.embedded import postgres as embedded_postgres
from unionaid.embedded.apart import run_apart
from unionaid.embedded.ports import free_port
from unionaid.embedded.processes import recorded
from unionaid.eventlog import topics

testcontainers_config.ryuk_disabled = True  # one more image, and it would outlive a run by its own rules

RUN_LABEL = "unionaid.tests.run"
"""Holds the directory of the run that a container belongs to."""
START_WAIT_S = 120
STOP_WAIT_S = 60
_POLL_S = 0.05
_HERE = {"listen_addresses", "unix_socket_directories"}
_KAFKA_HERE: Mapping[str, str] = {
    "controller.quorum.voters": "1@127.0.0.1:9093",
    "log.dirs": "/var/lib/kafka/data/log",
}
_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""One JVM among many processes, as the embedded one."""


class _Container:
    """A container that may be stopped, killed and started again."""

    keeps: str
    """Directory inside that holds its data."""

    def __init__(self, image: str, port: int | None, run: Path) -> None:
        """Use `port` inside; without it the one that is seen from outside."""
        self.port = free_port()
        self._image, self._inner, self._run = image, port or self.port, run
        self._container: Any = None

    def start(self) -> None:
        """Start it and wait until it answers; nothing if it runs.

        Raises:
            RuntimeError: it does not answer in `START_WAIT_S`; the message ends with its log.
        """
        if self._container is None:
            made = DockerContainer(
                self._image, command=self._command(), env=self._environment(), labels={RUN_LABEL: str(self._run)}
            )
            made.ports = {f"{self._inner}/tcp": ("127.0.0.1", self.port)}  # type: ignore[dict-item]  # as Docker takes it
            self._container = made.start().get_wrapped_container()
        else:
            self._container.reload()
            if self._container.status == "running":
                return
            self._container.start()
        deadline = time.monotonic() + START_WAIT_S
        while not self._answers():
            self._container.reload()
            if self._container.status == "exited" or time.monotonic() > deadline:
                raise RuntimeError(f"{self._image} did not start:\n{self._container.logs(tail=20).decode()}")
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Stop in order; no error if it does not run."""
        if self._container is not None:
            self._container.stop(timeout=STOP_WAIT_S)

    def kill(self) -> None:
        """SIGKILL of all its processes."""
        self._container.kill()
        self._container.wait()

    def remove(self) -> None:
        """Remove it with its data."""
        if self._container is not None:
            self._container.remove(force=True, v=True)
            self._container = None

    def copy_files(self, to: Path) -> None:
        """Copy what it keeps, as it is now, and what it has logged (`server.log`) into a directory."""
        to.mkdir(parents=True)
        (to / "server.log").write_bytes(self._container.logs())
        with tempfile.TemporaryFile() as packed:
            for part in self._container.get_archive(self.keeps)[0]:
                packed.write(part)
            packed.seek(0)
            with tarfile.open(fileobj=packed) as archive:
                archive.extractall(to, filter="data")

    def _command(self) -> Any:
        return None

    def _environment(self) -> dict[str, str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError


class ContainerPostgres(_Container):
    """One PostgreSQL, with the settings of the embedded one."""

    keeps = "/var/lib/postgresql"

    def __init__(self, run: Path, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(os.environ.get("UNIONAID_POSTGRES_IMAGE") or "postgres:18", 5432, run)
        self._settings = {name: value for name, (value, _) in embedded_postgres.SETTINGS.items() if name not in _HERE}
        self._settings |= settings or {}
        self._password = secrets.token_urlsafe(24)

    @property
    def superuser_dsn(self) -> str:
        """DSN of the superuser."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"

    def _command(self) -> list[str]:
        return ["postgres", *(part for name, value in self._settings.items() for part in ("-c", f"{name}={value}"))]

    def _environment(self) -> dict[str, str]:
        return {"POSTGRES_PASSWORD": self._password}

    def _answers(self) -> bool:
        async def ask() -> bool:
            try:
                conn = await asyncpg.connect(self.superuser_dsn, timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return False
            await conn.close()
            return True

        return run_apart(ask())


class ContainerKafka(_Container):
    """One broker, with the settings of the embedded one."""

    keeps = "/var/lib/kafka/data"

    def __init__(self, run: Path, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(os.environ.get("UNIONAID_KAFKA_IMAGE") or "apache/kafka:4.1.1", None, run)
        usual = {name: value for name, (value, _) in embedded_kafka.SETTINGS.items()}
        listening = {
            "listeners": f"PLAINTEXT://:{self.port},CONTROLLER://:9093",
            # The broker finds itself there too, to end transactions: so the port is the same inside.
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
        }
        self._settings = {**usual, **_KAFKA_HERE, **listening, **(settings or {})}

    @property
    def bootstrap(self) -> str:
        """Bootstrap servers for clients."""
        return f"127.0.0.1:{self.port}"

    def wipe(self) -> None:
        """Lose all topics and records: a new cluster on the same port."""
        self.remove()
        self.start()

    def _environment(self) -> dict[str, str]:
        named = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in self._settings.items()}
        jvm = {"JVM_OPTIONS": f"-Xmx384m {_JVM}", "KAFKA_HEAP_OPTS": "-Xmx384m", "KAFKA_JVM_PERFORMANCE_OPTS": _JVM}
        return {"CLUSTER_ID": embedded_kafka.new_cluster_id(), **named, **jvm}

    def _answers(self) -> bool:
        return run_apart(topics.answers(self.bootstrap))


def clear_dead() -> None:
    """Remove the containers of runs that have ended."""
    client = DockerClient().client
    for container in client.containers.list(all=True, filters={"label": RUN_LABEL}):
        if recorded(Path(container.labels[RUN_LABEL]) / "run.json") is None:
            try:
                container.remove(force=True, v=True)
            except NotFound:  # another run was faster
                continue
    client.close()
