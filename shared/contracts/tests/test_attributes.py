"""Nothing stands in an event that is not listed."""

from typing import Any

import pytest

from unionaid.contracts.attributes import Attribute, attributes, breaches, leaves
from unionaid.contracts.event import Event
from unionaid.contracts.relief import ReliefPaid
from unionaid.contracts.schemas import Version, schema_of, versions


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.title)
def test_every_attribute_of_every_version_is_listed_and_of_its_kind(version: Version) -> None:
    assert breaches(version.schema()) == []


def test_the_list_holds_nothing_else() -> None:
    used = {path for version in versions() for path, _ in leaves(version.schema())}
    assert set(attributes()) == used


def model_fields(model: Any, prefix: str = "") -> set[str]:
    """Walks the models themselves, so that a schema that hides a field would show."""
    paths = set()
    for name, field in model.model_fields.items():
        nested = next((part for part in _models_in(field.annotation)), None)
        paths |= model_fields(nested, f"{prefix}{name}.") if nested else {f"{prefix}{name}"}
    return paths


def _models_in(annotation: Any) -> list[Any]:
    if hasattr(annotation, "model_fields"):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models_in(part)]


@pytest.mark.parametrize("event", [version.event for version in versions() if version.is_newest])
def test_a_schema_shows_every_field_of_its_model(event: type[Event]) -> None:
    assert {path for path, _ in leaves(schema_of(event))} == model_fields(event)


def with_property(name: str, node: dict[str, Any]) -> dict[str, Any]:
    schema = schema_of(ReliefPaid)
    return {**schema, "properties": {**schema["properties"], name: node}}


@pytest.mark.parametrize(
    ("name", "node", "why"),
    [
        ("phone", {"type": "string", "maxLength": 11}, "phone: not listed"),
        ("payee", {"type": "object", "properties": {"name": {"type": "string"}}}, "payee.name: not listed"),
        ("extra", {"type": "object"}, "extra: not listed"),
        ("purpose", {"type": "string"}, "purpose: listed as code"),
        (
            "purpose",
            {"type": "string", "maxLength": 9, "pattern": "[\u4e00-\u9fff]"},
            "purpose: listed as code",
        ),
        ("name", {"type": "string"}, "name: listed as public_name"),
        ("person_id", {"type": "string", "maxLength": 36}, "person_id: listed as id"),
        ("amount_fen", {"type": "number"}, "amount_fen: listed as amount"),
        ("amount_fen", {"type": "integer", "minimum": 0, "maximum": 9}, "amount_fen: listed as amount"),
        ("birth_year", {"type": "string", "format": "date"}, "birth_year: listed as number"),
        ("occurred_on", {"type": "string", "format": "date-time"}, "occurred_on: listed as date"),
    ],
)
def test_an_unlisted_attribute_or_another_kind_is_named(name: str, node: dict[str, Any], why: str) -> None:
    found = breaches(with_property(name, node))
    assert len(found) == 1
    assert found[0].startswith(why)


def test_an_unlisted_attribute_of_a_nested_part_is_named() -> None:
    schema = schema_of(ReliefPaid)
    schema["$defs"]["FundPart"]["properties"]["donor_name"] = {"type": "string", "maxLength": 9}
    assert breaches(schema) == ["parts.donor_name: not listed in attributes.yaml, so it belongs in the vault"]


def test_only_public_names_and_the_old_nature_are_free_text() -> None:
    free = {path for path, attribute in attributes().items() if attribute.kind == "public_name"}
    relief = {"item", "site", "donor_organisation", "employer", "trade"}
    assert free == {"name", "nature", "notice_place", "titles.title_name"} | relief
    assert {attributes()[path].about for path in free} == {"unit", "act"}


def test_what_is_about_a_person_says_how_coarsely() -> None:
    assert {path for path, attribute in attributes().items() if attribute.about == "person"} >= {
        *("person_id", "proxy_person_id", "visitors", "birth_year", "sex", "migrant"),
        *("identity.vault_version", "identity.commitment"),
    }
    with pytest.raises(ValueError, match="coarseness"):
        Attribute(kind="number", about="person", meaning="Year of birth")
    with pytest.raises(ValueError, match="coarseness"):
        Attribute(kind="number", about="act", meaning="Lines", coarseness="year")


def test_kinds_are_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown kind 'text'"):
        Attribute(kind="text", about="act", meaning="Anything")  # type: ignore[arg-type]
