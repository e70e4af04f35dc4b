"""A released schema is never edited, a released example always loads."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unionaid.contracts import generate
from unionaid.contracts.releases import breaches, incompatibilities
from unionaid.contracts.relief import ReliefPaid
from unionaid.contracts.schemas import dump, schema_of

SCHEMA = "schemas/relief/ReliefPaid.v1.json"
EXAMPLE = "examples/relief/ReliefPaid.v1.json"

Schema = dict[str, Any]
Edit = Callable[[Schema], object]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A package's directory after a release 9.9.9 of what is committed now."""
    package = tmp_path / generate.PACKAGE
    for directory in ("schemas", "examples"):
        shutil.copytree(generate.CHECKOUT / generate.PACKAGE / directory, package / directory)
    generate.write_release(tmp_path, "9.9.9")
    return package


def edit(path: Path, change: Edit) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(dump(document), encoding="utf-8")


def test_untouched_nothing_is_broken(released: Path) -> None:
    assert breaches(released) == []


def test_before_the_first_release_nothing_is_promised(released: Path) -> None:
    (released / "releases/9.9.9.json").unlink()
    edit(released / SCHEMA, lambda schema: schema["properties"].pop("line"))
    assert breaches(released) == []


def optional_added(schema: Schema) -> None:
    schema["properties"]["hardship_level"] = {"type": "string", "maxLength": 9}


def optional_added_inside(schema: Schema) -> None:
    schema["$defs"]["FundPart"]["properties"]["budget_id"] = {"type": "string", "format": "uuid"}


def optional_added_with_definition(schema: Schema) -> None:
    schema["$defs"]["Receipt"] = {"type": "object", "properties": {}, "required": []}
    schema["properties"]["receipt"] = {"$ref": "#/$defs/Receipt"}


@pytest.mark.parametrize("change", [optional_added, optional_added_inside, optional_added_with_definition])
def test_an_optional_field_may_be_added(released: Path, change: Edit) -> None:
    edit(released / SCHEMA, change)
    assert breaches(released) == []


def required_added(schema: Schema) -> None:
    optional_added(schema)
    schema["required"].append("hardship_level")


REFUSED: list[tuple[Edit, str]] = [
    (required_added, "/required changed"),
    (lambda schema: schema["required"].remove("line"), "/required changed"),
    (lambda schema: schema["properties"].pop("proxy_person_id"), "/properties/proxy_person_id is gone"),
    (lambda schema: schema["properties"]["method"]["enum"].append("card"), "/properties/method/enum changed"),
    (lambda schema: schema["properties"]["line"].update(maximum=9), "/properties/line/maximum changed"),
    (lambda schema: schema["properties"]["line"].pop("maximum"), "/properties/line/maximum changed"),
    (
        lambda schema: schema["properties"]["line"].update(description="x"),
        "/properties/line/description changed",
    ),
    (
        lambda schema: schema["properties"]["person_id"].update(type="integer"),
        "/properties/person_id/type changed",
    ),
    (
        lambda schema: schema["properties"]["parts"]["items"].update({"$ref": "#/$defs/Other"}),
        "/properties/parts/items/$ref changed",
    ),
    (
        lambda schema: schema["$defs"]["FundPart"]["properties"].pop("fund_id"),
        "/$defs/FundPart/properties/fund_id is gone",
    ),
    (lambda schema: schema.update(additionalProperties=False), "/additionalProperties changed"),
    (lambda schema: schema.update({"$id": "urn:x"}), "/$id changed"),
]


@pytest.mark.parametrize(("change", "where"), REFUSED, ids=[where for _, where in REFUSED])
def test_any_other_change_of_a_schema_is_named_with_its_file(released: Path, change: Edit, where: str) -> None:
    edit(released / SCHEMA, change)
    assert breaches(released) == [f"9.9.9.json: {SCHEMA}: {where}"]


def test_a_released_schema_or_example_that_is_gone_is_named(released: Path) -> None:
    (released / SCHEMA).unlink()
    (released / EXAMPLE).unlink()
    assert breaches(released) == [f"9.9.9.json: {SCHEMA}: is gone", f"9.9.9.json: {EXAMPLE}: is gone"]


def test_an_altered_example_is_named(released: Path) -> None:
    edit(released / EXAMPLE, lambda example: example["data"].update(line=2))
    assert breaches(released) == [f"9.9.9.json: {EXAMPLE}: was altered"]


def test_an_example_that_no_longer_loads_is_named(released: Path) -> None:
    """As after a change of a model or the loss of an upcaster: the example is as it was released."""
    path = released / EXAMPLE
    edit(path, lambda example: example["data"].pop("line"))
    (released / "releases/9.9.9.json").unlink()
    generate.write_release(released.parents[len(generate.PACKAGE.parts) - 1], "9.9.9")
    (found,) = breaches(released)
    assert found.startswith(f"9.9.9.json: {EXAMPLE}: no longer loads: wrong_schema: ")


def test_a_release_file_that_was_altered_with_its_schema_is_named(released: Path) -> None:
    edit(released / SCHEMA, lambda schema: schema["properties"].pop("line"))
    edit(
        released / "releases/9.9.9.json",
        lambda release: release["schemas"][SCHEMA]["schema"]["properties"].pop("line"),
    )
    assert breaches(released) == [f"9.9.9.json: {SCHEMA}: the release file itself was altered"]


def test_a_release_is_written_once(released: Path) -> None:
    with pytest.raises(FileExistsError):
        generate.write_release(released.parents[len(generate.PACKAGE.parts) - 1], "9.9.9")


def test_a_property_may_be_called_like_a_keyword_of_schemas() -> None:
    old = schema_of(ReliefPaid)
    old["properties"]["properties"] = {"type": "string", "maxLength": 1}
    new = copy.deepcopy(old)
    new["properties"]["properties"]["maxLength"] = 2
    assert incompatibilities(old, new) == ["/properties/properties/maxLength changed"]
