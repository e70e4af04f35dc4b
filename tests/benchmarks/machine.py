"""The machine a figure was measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil

from unionaid.embedded.maven import locked_jars
from unionaid.testkit.stack import Kafka, Postgres


async def facts(postgres: Postgres, kafka: Kafka) -> dict[str, str]:
    """Return what a reader needs to judge the figures."""
    conn = await asyncpg.connect(postgres.superuser_dsn)
    try:
        settings = {
            name: await conn.fetchval(f"SHOW {name}")
            for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        }
    finally:
        await conn.close()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": "{server_version}, fsync {fsync}, synchronous_commit {synchronous_commit}, "
        "full_page_writes {full_page_writes}, shared_buffers {shared_buffers}".format(**settings),
        "kafka": _kafka_version() if kafka.server is not None else kafka.bootstrap,
        "load": "{:.1f} {:.1f} {:.1f} (1, 5, 15 minutes, at the start)".format(*os.getloadavg()),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _kafka_version() -> str:
    return next(jar.version for jar in locked_jars() if jar.artifact == "kafka-clients")
