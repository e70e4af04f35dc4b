"""Figures of the HTTP part, for Prometheus; a registry of its own per app."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

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

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a template, so that the number of series stays bounded."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
