"""Figures for Prometheus: of the HTTP part, and of how the service is; a registry of its own per app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import asyncpg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from unionaid.service.health import Finding, Health
from unionaid.service.limits import CHECK_TIMEOUT_S

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """Requests by method, route and status, and how long they took (seconds)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "unionaid_http_requests", "Requests answered", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "unionaid_http_request_seconds",
            "Seconds from request to answer",
            ("route",),
            registry=registry,
            buckets=_BUCKETS_S,
        )
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        """Looked up once: `labels` takes as long as all the rest."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a template, so that the number of series stays bounded."""
        which = (method if method in _METHODS else "other", route, status)
        series = self._series.get(which)
        if series is None:
            counted = self._requests.labels(which[0], route, str(status))
            series = self._series[which] = counted, self._seconds.labels(route)
        counted, timed = series
        counted.inc()
        timed.observe(seconds)


class ConditionMetrics:
    """How the service's parts are, and what waits or was put aside; read anew at each scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._checks = Gauge("unionaid_check", "0 ok, 1 degraded, 2 failed", ("check",), registry=registry)
        self._parked = Gauge(
            "unionaid_parked_records",
            "Records put aside, foreign or not",
            ("subscription", "foreign"),
            registry=registry,
        )
        self._waiting = Gauge("unionaid_outbox_appends", "Appends that wait for their index", registry=registry)
        self._halted = Gauge("unionaid_log_halted", "1 while the log takes nothing", registry=registry)

    def found(self, findings: Mapping[str, Finding]) -> None:
        """Take over what the checks found."""
        for name, finding in findings.items():
            self._checks.labels(name).set(list(Health).index(finding.health))

    async def count(self, pool: Pool) -> None:
        """Count what lies in the log's tables.

        Raises:
            asyncpg.PostgresError, OSError: the database is away; the figures stay as they were.
        """
        async with pool.acquire(timeout=CHECK_TIMEOUT_S) as conn:
            parked = await conn.fetch(
                "SELECT subscription, blocks IS NULL AS strange, count(*) AS n FROM eventlog.parked GROUP BY 1, 2"
            )
            self._waiting.set(await conn.fetchval("SELECT count(*) FROM eventlog.outbox"))
            self._halted.set(int(await conn.fetchval("SELECT EXISTS (SELECT FROM eventlog.halt)")))
        self._parked.clear()
        for row in parked:
            self._parked.labels(row["subscription"], str(row["strange"]).lower()).set(row["n"])
