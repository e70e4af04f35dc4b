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
    for coding in ("utf-8", "utf-16-le", "utf-16-be"):
        inside = before.encode() + NAME.encode(coding) + b"z"
        assert f"{coding} plain" in found_in(inside, traces)
        assert f"{coding} hex" in found_in(inside.hex().encode(), traces)
        assert f"{coding} HEX" in found_in(inside.hex().upper().encode(), traces)
        assert any(name.startswith(f"{coding} base64") for name in found_in(base64.b64encode(inside), traces))
    assert "json" in found_in(json.dumps({"name": before + NAME}).encode(), traces)
    assert found_in(before.encode(), traces) == set()


def test_empty_pages_hide_nothing() -> None:
    content = bytes(5000) + b"x" * 3 + NAME.encode() + bytes(100_000)
    assert found_in(content, traces_of_text(NAME)) == {"utf-8 plain"}


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
    assert found == {"utf-8 plain": {place / "data" / "base" / "1"}}
