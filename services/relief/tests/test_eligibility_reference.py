"""The reference of attributes is what the code has."""

from unionaid.relief.reference import attributes_table, with_table
from unionaid.testkit.checkout import ROOT

PAGE = ROOT / "docs/reference/eligibility.md"


def test_the_reference_lists_the_attributes_as_they_are() -> None:
    page = PAGE.read_text("utf-8")
    assert attributes_table() in page
    assert with_table(page) == page
