"""Older versions are read as the newest."""

import json
from pathlib import Path

import pytest

from unionaid.contracts import EVENTS, WrongSchema, decode, generate
from unionaid.contracts.registry import EnterpriseRegistered
from unionaid.contracts.upcasters import UPCASTERS, upcast

V1 = generate.CHECKOUT / generate.PACKAGE / "examples/registry/EnterpriseRegistered.v1.json"


def v1_with(path: Path = V1, **fields: object) -> bytes:
    value = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps({**value, "data": {**value["data"], **fields}}).encode()


def test_every_step_from_version_1_to_the_newest_has_an_upcaster_and_none_is_left_over() -> None:
    steps = {(event.SERVICE, event.__name__, number) for event in EVENTS for number in range(1, event.VERSION)}
    assert set(UPCASTERS) == steps


def test_the_first_version_of_enterprise_registered_loads_as_the_second() -> None:
    envelope, event = decode(V1.read_bytes())
    old = json.loads(V1.read_text(encoding="utf-8"))["data"]
    assert envelope.type == "unionaid.registry.EnterpriseRegistered.v1"
    assert old["nature"] == "国有"
    assert isinstance(event, EnterpriseRegistered)
    assert event.ownership == "public"
    assert (event.name, str(event.enterprise_id), event.uscc) == (
        old["name"],
        old["enterprise_id"],
        old["uscc"],
    )


@pytest.mark.parametrize(
    ("nature", "ownership"),
    [
        ("國有", "public"),
        ("集体", "public"),
        ("民營", "non_public"),
        ("外资", "non_public"),
        ("事業單位", "institution"),
    ],
)
def test_ownership_follows_from_the_nature_in_either_script(nature: str, ownership: str) -> None:
    _, event = decode(v1_with(nature=nature))
    assert isinstance(event, EnterpriseRegistered)
    assert event.ownership == ownership


def test_a_nature_nobody_knows_is_not_guessed() -> None:
    with pytest.raises(WrongSchema, match="nature is none of the known ones"):
        decode(v1_with(nature="其他"))


def test_what_is_wrong_after_upcasting_is_refused_as_in_the_newest_version() -> None:
    with pytest.raises(WrongSchema, match="uscc"):
        decode(v1_with(uscc="1"))


def test_an_older_version_is_read_tolerantly_too() -> None:
    assert decode(v1_with(registered_capital=1))[1] == decode(V1.read_bytes())[1]


def test_an_upcaster_leaves_what_it_was_given_alone() -> None:
    data = {"nature": "国有", "name": "x"}
    assert upcast("registry", "EnterpriseRegistered", 1, 2, data) == {"name": "x", "ownership": "public"}
    assert data == {"nature": "国有", "name": "x"}
