"""The committed schemas, examples and documents are those of the code."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from unionaid.contracts import decode, generate, relief
from unionaid.contracts.event import schema_uri
from unionaid.contracts.samples import SAMPLES
from unionaid.contracts.schemas import Version, versions

PACKAGE = generate.CHECKOUT / generate.PACKAGE
each_version = pytest.mark.parametrize("version", versions(), ids=lambda version: version.title)


def validator(version: Version) -> Draft202012Validator:
    schema = json.loads((PACKAGE / "schemas" / version.file).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def example(version: Version) -> bytes:
    return (PACKAGE / "examples" / version.file).read_bytes()


def test_everything_committed_is_as_generated_and_no_promise_is_broken() -> None:
    assert generate.findings(generate.CHECKOUT) == []


@each_version
def test_the_example_fits_its_schema(version: Version) -> None:
    value = json.loads(example(version))
    validator(version).validate(value["data"])
    uri = schema_uri(version.event.SERVICE, version.event.__name__, version.number)
    assert (value["type"], value["dataschema"]) == (version.type, uri)


@each_version
def test_the_example_loads_as_the_newest_version(version: Version) -> None:
    envelope, event = decode(example(version))
    assert type(event) is version.event
    assert envelope.logindex is not None
    assert envelope.logtime is not None
    assert envelope.simulated
    if version.is_newest:
        assert event == SAMPLES[version.event].event


@each_version
def test_the_schema_refuses_what_is_missing_and_allows_what_a_later_release_adds(version: Version) -> None:
    data = json.loads(example(version))["data"]
    validator(version).validate({**data, "added_later": 1})
    with pytest.raises(ValidationError, match="'occurred_on' is a required property"):
        validator(version).validate({name: value for name, value in data.items() if name != "occurred_on"})


@each_version
def test_a_schema_holds_no_wording(version: Version) -> None:
    assert "description" not in (PACKAGE / "schemas" / version.file).read_text(encoding="utf-8")


def test_no_two_samples_have_the_same_place_in_a_log_or_a_stream() -> None:
    envelopes = [decode(example(version))[0] for version in versions()]
    assert len({(envelope.source, envelope.index) for envelope in envelopes}) == len(envelopes)
    assert len({(envelope.source, envelope.subject, envelope.streamversion) for envelope in envelopes}) == len(
        envelopes
    )
    assert len({envelope.id for envelope in envelopes}) == len(envelopes)
    in_order = sorted(envelopes, key=lambda envelope: (envelope.source, envelope.index))
    for earlier, later in pairwise(in_order):
        if earlier.source == later.source:
            assert earlier.id < later.id
            assert earlier.time < later.time


def test_in_the_samples_two_pairs_of_eyes_have_looked() -> None:
    submitted, verified, approved, handed_over = (
        SAMPLES[event].by
        for event in (
            relief.ReliefListSubmitted,
            relief.ReliefListVerified,
            relief.ReliefListApproved,
            relief.ReliefListPaid,
        )
    )
    assert len({submitted, verified, approved, handed_over}) == 4


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """All that is generated, elsewhere, to be spoilt."""
    assert generate.main([], checkout=tmp_path) == 0
    return tmp_path


SPOILT = (
    generate.REFERENCE,
    generate.PACKAGE / "asyncapi.json",
    generate.PACKAGE / "schemas/relief/ReliefPaid.v1.json",
    generate.PACKAGE / "examples/relief/ReliefPaid.v1.json",
)


def test_check_names_what_was_edited_or_is_missing_and_generate_puts_it_right(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check"], checkout=checkout) == 0
    texts = {path: (checkout / path).read_text(encoding="utf-8") for path in SPOILT}
    named = sorted(f"{path}: not as generated" for path in SPOILT)
    for path, text in texts.items():
        (checkout / path).write_text(text + " ", encoding="utf-8")
    assert sorted(generate.findings(checkout)) == named
    for path in SPOILT:
        (checkout / path).unlink()
    capsys.readouterr()
    assert generate.main(["--check"], checkout=checkout) == 1
    assert sorted(capsys.readouterr().out.splitlines()) == named
    assert generate.main([], checkout=checkout) == 0
    assert {path: (checkout / path).read_text(encoding="utf-8") for path in SPOILT} == texts


def test_check_names_what_is_left_over(checkout: Path) -> None:
    path = generate.PACKAGE / "schemas/relief/ReliefLent.v1.json"
    (checkout / path).write_text("{}", encoding="utf-8")
    assert generate.findings(checkout) == [f"{path}: no such event"]
