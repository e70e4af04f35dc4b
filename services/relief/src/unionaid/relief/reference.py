"""The reference of the attributes of rules: `python -m unionaid.relief.reference <page>` writes its table."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded, Number, Truth, Type
from unionaid.relief.resources import directory
from unionaid.service.languages import Catalogue, Language

BEGIN, END = "<!-- attributes -->", "<!-- end of attributes -->"
_TABLE = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)


def attributes_table() -> str:
    """Return the attributes as a table: name, meaning, type, unit, events."""
    texts = Catalogue.of(directory("locale"))
    rows = ["| attribute | meaning | | values | unit | from |", "|---|---|---|---|---|---|"]
    for name, one in ATTRIBUTES.items():
        chinese, english = (texts.text(language, f"attribute-{name}") for language in (Language.ZH_HANS, Language.EN))
        unit = "" if one.unit is None else texts.text(Language.EN, f"unit-{one.unit}")
        known = "of everybody" if one.always else ""
        sources = ", ".join(f"`{source.__name__}`" for source in one.sources)
        rows.append(f"| `{name}` | {english} ({chinese}) | {known} | {_values(one.type)} | {unit} | {sources} |")
    return "\n".join(rows)


def with_table(page: str) -> str:
    """Return a page with its table made anew."""
    return _TABLE.sub(lambda _: f"{BEGIN}\n{attributes_table()}\n{END}", page)


def _values(type_: Type) -> str:
    match type_:
        case Truth():
            return "true, false"
        case Number(low, high):
            return f"{low:,} to {high:,}"
        case Coded(values):
            return ", ".join(f"`{value}`" for value in sorted(values))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(with_table(path.read_text("utf-8")), "utf-8")
