"""One thing has one word on every screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unionaid.testkit.checkout import ROOT, tracked

TEXTS = sorted(path for path in tracked() if path.suffix == ".yaml" and path.parent.name == "locale")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_the_office_gives_is_one_word(path: Path) -> None:
    """帮扶 is what the office gives; 救助 stands in the name of one programme alone, 大病医疗救助."""
    text = path.read_text("utf-8")
    assert re.findall(r".*(?<!大病医疗)(?<!大病醫療)救助.*", text) == []
