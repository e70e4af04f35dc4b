"""Templates are data: what they leave out or say twice is told when they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from unionaid.payments import BANKS, Reason, read_templates, template_of
from unionaid.service.policies import PolicyRefused
from unionaid.service.refusals import Refusal

GOOD = yaml.safe_load((BANKS / "example-city.yaml").read_text("utf-8"))


def refused(tmp_path: Path, *path: str | int, value: object) -> str:
    changed = yaml.safe_load(yaml.safe_dump(GOOD))
    within = changed
    for step in path[:-1]:
        within = within[step]
    within[path[-1]] = value
    (tmp_path / "bank.yaml").write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")
    with pytest.raises(PolicyRefused) as refusal:
        read_templates(tmp_path)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("bank",), "Example City", "bank"),
        (("names",), {"en": "Bank"}, "every language"),
        (("more",), 1, "more"),
        (("order", "encoding"), "big5", "encoding"),
        (("order", "below"), [["{secret}"]], "no such place: secret"),
        (("order", "columns"), GOOD["order"]["columns"][:3], "no column for: amount"),
        (("order", "columns", 3, "number"), True, "no cells of numbers|holds an amount in yuan"),
        (("answer", "columns"), GOOD["answer"]["columns"][:3], "no required column for: outcome"),
        (("answer", "columns", 1, "holds"), "reference", "two columns hold: reference"),
        (("answer", "columns", 1, "titles"), ["商户订单号"], "titles that mean two things"),
        (("answer", "words", "failed"), ["S"], "outcomes that mean two things"),
        (("answer", "words"), {"paid": ["S"]}, "no words for: failed"),
        (("answer", "words", "maybe"), ["M"], "maybe"),
        (("answer", "reasons", "account-closed"), ["E101"], "reasons that mean two things"),
        (("answer", "reasons", "because"), ["E101"], "because"),
    ],
)
def test_what_is_wrong_with_a_template_is_told(
    tmp_path: Path, path: tuple[str | int, ...], value: object, told: str
) -> None:
    message = refused(tmp_path, *path, value=value)
    assert any(part in message for part in told.split("|")), message


def test_a_bank_has_one_template(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(yaml.safe_dump(GOOD, allow_unicode=True), "utf-8")
    with pytest.raises(PolicyRefused, match="second template of example-city"):
        read_templates(tmp_path)


def test_a_bank_of_ones_own_stands_beside_those_that_come_along(tmp_path: Path) -> None:
    own = {**GOOD, "bank": "our-bank"}
    (tmp_path / "our-bank.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), "utf-8")
    templates = read_templates(BANKS, tmp_path)
    assert set(templates) == {"example-city", "example-postal", "example-rural", "our-bank"}
    assert template_of(templates, "our-bank").answer.reasons[Reason.ACCOUNT_UNKNOWN] == ["E101", "账号不存在"]
    with pytest.raises(Refusal) as refusal:
        template_of(templates, "another")
    assert refusal.value.code == "bank-unknown"
