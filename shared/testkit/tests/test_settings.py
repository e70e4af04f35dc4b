"""docs/reference/settings.md says what the settings classes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from unionaid.testkit.checkout import ROOT
from unionaid.testkit.settings import HEADINGS, REFERENCE, main, page


def test_the_reference_of_settings_is_as_generated() -> None:
    assert (ROOT / REFERENCE).read_text("utf-8") == page(), "run: python -m unionaid.testkit.settings"


def test_a_page_that_is_not_as_generated_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / REFERENCE
    copy.parent.mkdir(parents=True)
    copy.write_text(page().replace("`60`", "`61`", 1), "utf-8")
    assert main(["--check"], checkout=tmp_path) == 1
    assert capsys.readouterr().err == f"{REFERENCE}: not as generated\n"
    assert main([], checkout=tmp_path) == main(["--check"], checkout=tmp_path) == 0


@pytest.mark.parametrize("model", HEADINGS, ids=lambda model: model.__name__)
def test_every_setting_has_a_meaning_and_an_example(model: type) -> None:
    fields = model.model_fields  # type: ignore[attr-defined]
    assert [name for name, field in fields.items() if not (field.description and field.examples)] == []
