"""What the demo published is what the contracts promise: every event of every topic, as it lies there."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from unionaid.contracts import BY_TYPE, SERVICES, VALUE_BYTES_MAX, decode, source
from unionaid.contracts.attributes import attributes
from unionaid.testkit.demo import Demo

PUBLISHING = ("registry", "relief")


@pytest.fixture(scope="module")
def values(topics: Mapping[str, Path]) -> Mapping[str, list[bytes]]:
    return {service: copy.read_bytes().splitlines() for service, copy in topics.items()}


@pytest.fixture(scope="module")
def data(values: Mapping[str, list[bytes]]) -> Mapping[str, list[dict[str, Any]]]:
    """Type -> the data of all its events."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for value in (value for published in values.values() for value in published):
        event = json.loads(value)
        found[event["type"]].append(event["data"])
    return found


def schema(type: str) -> dict[str, Any]:
    """The schema that is committed for a type such as `unionaid.relief.ReliefPaid.v1`."""
    _, service, name, version = type.split(".")
    text = (files("unionaid.contracts") / "schemas" / service / f"{name}.{version}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def paths(node: object, path: str = "") -> Iterator[str]:
    """Every attribute that data holds, e.g. `parts.fund_id`; the items of an array stand for the array."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from paths(child, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for child in node:
            yield from paths(child, path)
    else:
        yield path


def test_the_demo_publishes_where_it_decides_and_nowhere_else(values: Mapping[str, list[bytes]]) -> None:
    assert {service for service, published in values.items() if published} == set(PUBLISHING)
    assert set(values) == set(SERVICES)


def test_every_type_is_in_the_catalogue_of_its_service(values: Mapping[str, list[bytes]]) -> None:
    for service in PUBLISHING:
        types = {json.loads(value)["type"] for value in values[service]}
        assert types - set(BY_TYPE) == set()
        assert {type.split(".")[1] for type in types} == {service}
    assert len({json.loads(value)["type"] for value in values["relief"]}) >= 12


@pytest.mark.parametrize("service", PUBLISHING)
def test_every_value_decodes_and_tells_its_place(demo: Demo, values: Mapping[str, list[bytes]], service: str) -> None:
    versions: dict[str, int] = defaultdict(int)
    ids = set()
    logtime = None
    for index, value in enumerate(values[service]):
        envelope, event = decode(value)
        versions[envelope.subject] += 1
        assert (envelope.index, envelope.streamversion) == (index, versions[envelope.subject])
        assert envelope.subject == event.subject
        assert envelope.source == source(demo.stack.division, event.SERVICE)
        assert envelope.logtime is not None
        assert logtime is None or envelope.logtime >= logtime
        assert len(value) <= VALUE_BYTES_MAX
        logtime = envelope.logtime
        ids.add(envelope.id)
    assert len(ids) == len(values[service]) > 8_000


def test_every_event_fits_the_schema_that_is_committed(data: Mapping[str, list[dict[str, Any]]]) -> None:
    for type, published in data.items():
        validator = Draft202012Validator(schema(type), format_checker=Draft202012Validator.FORMAT_CHECKER)
        for one in published:
            assert next(validator.iter_errors(one), None) is None, (type, one)


def test_every_attribute_is_listed(data: Mapping[str, list[dict[str, Any]]]) -> None:
    found = {path for published in data.values() for one in published for path in paths(one)}
    assert found - set(attributes()) == set()
    assert {"occurred_on", "person_id", "parts.fund_id", "identity.commitment"} <= found


def test_data_holds_nothing_that_its_schema_does_not_name(data: Mapping[str, list[dict[str, Any]]]) -> None:
    for type, published in data.items():
        named = set(schema(type)["properties"])
        assert {name for one in published for name in one} - named == set(), type
