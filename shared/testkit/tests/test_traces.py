"""The search for traces finds what is there, whatever form it lies in."""

import base64
import json
from pathlib import Path

import pytest

from unionaid.testkit.traces import files_of, found_in, found_in_files, traces_of_bytes, traces_of_text

NAME = "龘靐齉"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_each_form_of_a_text_is_found_wherever_it_stands(before: str) -> None:
    traces = traces_of_text(NAME)
    inside = before.encode() + NAME.encode() + b"z"
    assert found_in(inside, traces) == {"plain"}
    assert found_in(inside.hex().encode(), traces) == {"hex"}
    assert found_in(base64.b64encode(inside), traces) == {f"base64+{len(before) % 3}"}
    for coding in ("utf-16-le", "utf-16-be"):
        assert found_in(before.encode() + NAME.encode(coding), traces) == {coding}
    assert "json" in found_in(json.dumps({"name": before + NAME}).encode(), traces)
    assert found_in(before.encode(), traces) == set()


def test_empty_pages_hide_nothing() -> None:
    content = bytes(5000) + b"x" * 3 + NAME.encode() + bytes(100_000)
    assert found_in(content, traces_of_text(NAME)) == {"plain"}


def test_what_would_be_found_by_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="5 bytes"):
        traces_of_bytes(b"12345")


def test_data_that_lie_elsewhere_are_searched_too(tmp_path: Path) -> None:
    home, place = tmp_path / "home", tmp_path / "place"
    (home / "postgres").mkdir(parents=True)
    (place / "data" / "base").mkdir(parents=True)
    (home / "postgres" / "place").write_text(str(place))
    (place / "data" / "base" / "1").write_bytes(NAME.encode())
    found = found_in_files([*files_of(home), tmp_path / "gone"], traces_of_text(NAME))
    assert found == {"plain": {place / "data" / "base" / "1"}}
