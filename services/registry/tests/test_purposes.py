"""What is written in the file of purposes is what may be opened, or the service does not start."""

import pytest

from unionaid.registry.purposes import PurposesRefused, read_purposes
from unionaid.vault import FIELDS

GOOD = "contact:\n  roles: [district_officer]\n  fields: [name]\n"


def test_the_products_own_are_read() -> None:
    purposes = read_purposes()
    assert set(purposes) == {
        "verification", "review", "contact", "public-notice", "export", "approval", "payment", "audit",
    }  # fmt: skip
    assert purposes["approval"].fields == {"name"}
    assert purposes["audit"].roles == {"auditor"}
    for purpose in purposes.values():
        assert purpose.roles
        assert purpose.fields <= FIELDS
        assert "operator" not in purpose.roles


def test_a_text_is_read() -> None:
    assert read_purposes(GOOD)["contact"].roles == {"district_officer"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD.replace("[name]", "[nickname]"), "contact.fields"),
        (GOOD.replace("[name]", "[]"), "contact.fields"),
        (GOOD.replace("  fields: [name]\n", ""), "contact.fields"),
        (GOOD.replace("[district_officer]", "[director]"), "contact.roles"),
        (GOOD.replace("[district_officer]", "[]"), "contact.roles"),
        (GOOD.replace("  roles: [district_officer]\n", ""), "contact.roles"),
        (GOOD + "  until: 2018\n", "contact.until"),
        (GOOD + "  screens: [kitchen]\n", "contact.screens"),
        (GOOD + GOOD, "contact: given twice"),
        (GOOD.replace("contact", "联系"), "联系"),
        ("contact: yes\n", "contact"),
        ("", "dictionary"),
        ("contact: [", "no YAML"),
    ],
)
def test_what_is_wrong_is_named(text: str, named: str) -> None:
    with pytest.raises(PurposesRefused) as refused:
        read_purposes(text)
    assert named in str(refused.value)
