"""The AsyncAPI document holds to its specification and to the events."""

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

from unionaid.contracts import SERVICES, generate
from unionaid.contracts.asyncapi import DOCUMENT_VERSION, component, document
from unionaid.contracts.schemas import Version, versions

OFFICIAL = Path(__file__).parent / "third_party/asyncapi/3.0.0.json"
DOCUMENT = document()


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The published JSON Schema of AsyncAPI 3.0.0."""
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def references(node: Any) -> Iterator[str]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key == "$ref":
            yield child
        yield from references(child)


def resolve(reference: str) -> Any:
    node: Any = DOCUMENT
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def payload_schema(version: Version) -> dict[str, Any]:
    payload = DOCUMENT["components"]["messages"][component(version)]["payload"]
    return {**payload, "components": DOCUMENT["components"]}


def test_it_is_valid_by_the_specifications_own_schema(official: Draft7Validator) -> None:
    official.validate(DOCUMENT)


def test_that_schema_bites(official: Draft7Validator) -> None:
    spoiling: list[Callable[[Any], object]] = [
        lambda spoilt: spoilt.update(asyncapi="2.6.0"),
        lambda spoilt: spoilt["info"].pop("version"),
        lambda spoilt: spoilt["channels"]["relief"].update(adress="x"),
        lambda spoilt: spoilt["operations"]["relief.publish"].update(action="publish"),
        lambda spoilt: spoilt["components"]["messages"]["ReliefPaid.v1"].update(payload=1),
    ]
    for spoil in spoiling:
        spoilt = copy.deepcopy(DOCUMENT)
        spoil(spoilt)
        with pytest.raises(ValidationError):
            official.validate(spoilt)


def test_every_reference_resolves() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        assert isinstance(resolve(reference), dict), reference


def test_channels_are_the_topics_and_each_version_is_a_message_of_its_own() -> None:
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} == {
        f"unionaid.{{division}}.{service}" for service in SERVICES
    }
    messages = {(service, title) for service, channel in DOCUMENT["channels"].items() for title in channel["messages"]}
    assert messages == {(version.event.SERVICE, version.title) for version in versions()}
    components = [component(version) for version in versions()]
    assert (len(set(components)), set(DOCUMENT["components"]["messages"])) == (len(components), set(components))


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.title)
def test_the_published_example_fits_its_message_and_no_other(version: Version) -> None:
    value = json.loads(version.example())
    Draft7Validator(payload_schema(version)).validate(value)
    for other in versions():
        if other.title != version.title:
            assert not Draft7Validator(payload_schema(other)).is_valid(value)
    assert not Draft7Validator(payload_schema(version)).is_valid({**value, "data": {}})
    del value["logindex"]
    assert not Draft7Validator(payload_schema(version)).is_valid(value)


def test_attributes_come_with_their_meaning() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, schema in schemas.items():
        for attribute, node in schema["properties"].items():
            if "$ref" not in json.dumps(node):  # what stands in parts has its meanings there
                assert "description" in node or attribute == "data", (name, attribute)


def test_it_has_the_version_of_the_distribution() -> None:
    project = tomllib.loads((generate.CHECKOUT / "shared/contracts/pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == DOCUMENT_VERSION
