"""A division's topics, as data, and the names that stand in every event."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from unionaid.contracts.event import SERVICES, Service

_DIVISION = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic to create; never auto-created by a broker. `config` holds Kafka's own names and values."""

    name: str
    partitions: int
    replication_factor: int
    config: dict[str, str]


@cache
def _settings() -> dict[str, Any]:
    text = files("unionaid.contracts").joinpath("topics.yaml").read_text(encoding="utf-8")
    settings: dict[str, Any] = yaml.safe_load(text)
    return settings


def _checked(division: str) -> str:
    """`division` is the six-digit code of the administrative division (GB/T 2260), e.g. `640302`."""
    if not _DIVISION.fullmatch(division):
        raise ValueError(f"not a six-digit division code: {division!r}")
    return division


def topic_name(division: str, service: Service) -> str:
    """The topic of a service, which is its log: `unionaid.640302.relief`. Raises ValueError on a bad code."""
    return str(_settings()["name"]).format(division=_checked(division), service=service)


def source(division: str, service: Service) -> str:
    """The CloudEvents `source` of a service: `/unionaid/640302/relief`. Raises ValueError on a bad code."""
    return f"/unionaid/{_checked(division)}/{service}"


def topics(division: str, *, replication_factor: int = 1) -> list[Topic]:
    """The topics of all five services in a division.

    `replication_factor` must be one the data file has a `min.insync.replicas` for; else ValueError.
    """
    settings = _settings()
    in_sync = settings["min_insync_replicas"].get(replication_factor)
    if in_sync is None:
        raise ValueError(f"no min_insync_replicas for replication factor {replication_factor}")
    config = {**settings["config"], "min.insync.replicas": str(in_sync)}
    return [
        Topic(topic_name(division, service), settings["partitions"], replication_factor, dict(config))
        for service in SERVICES
    ]
