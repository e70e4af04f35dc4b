"""A rule that cannot be read, or could fail when applied, is refused with line and column; nothing of it is run."""

import pytest
from hypothesis import example, given

from unionaid.contracts.fields import RULE_CHARS_MAX
from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES
from unionaid.relief.domain.eligibility.nodes import Both, Compared, Constant, Fact, Known, OneOf, attributes_of
from unionaid.relief.domain.eligibility.reading import read_rule
from unionaid.relief.domain.eligibility.refusals import RuleFault, RuleRefused

from .any_rule import conditions


def refused(text: str) -> tuple[str, int, int]:
    with pytest.raises(RuleRefused) as caught:
        read_rule(text)
    refusal = caught.value
    (fault,) = refusal.faults
    assert fault.params["line"] == refusal.line
    assert fault.params["column"] == refusal.column
    return refusal.fault.value, refusal.line, refusal.column


def test_a_rule_is_read_to_its_tree() -> None:
    rule = read_rule("has(dossier.level) && dossier.level in ['deep', 'sudden'] && (household.size >= 3)")
    level = OneOf(Fact("dossier.level"), ("deep", "sudden"))
    size = Compared(">=", Fact("household.size"), Constant(3))
    assert rule == Both(Both(Known("dossier.level"), level), size)
    assert attributes_of(rule) == {"dossier.level", "household.size"}


@pytest.mark.parametrize(
    ("text", "fault", "line", "column"),
    [
        ("", "rule-syntax", 1, 1),
        ("dossier.open &&", "rule-syntax", 1, 14),
        ("dossier.open\n  &&& person.worker", "rule-syntax", 2, 5),
        ("household.size > 'three", "rule-syntax", 1, 18),
        ("person.worker person.worker", "rule-syntax", 1, 15),
        ("person.salary > 3", "rule-attribute-unknown", 1, 1),
        ("dossier.open &&\n person.name == 'x'", "rule-attribute-unknown", 2, 2),
        ("worker", "rule-attribute-unknown", 1, 1),
        ("has(person.name)", "rule-attribute-unknown", 1, 5),
        ("dossier.level == 'deeep'", "rule-value-unknown", 1, 18),
        ("'deeep' == dossier.level", "rule-value-unknown", 1, 1),
        ("dossier.level in ['deep', 'hard']", "rule-value-unknown", 1, 27),
        ("household.size == 'three'", "rule-types-differ", 1, 19),
        ("household.size && true", "rule-types-differ", 1, 1),
        ("!household.size", "rule-types-differ", 1, 2),
        ("-person.worker > 1", "rule-types-differ", 1, 2),
        ("dossier.level < 'deep'", "rule-types-differ", 1, 1),
        ("dossier.level == dossier.cause", "rule-types-differ", 1, 18),
        ("person.worker + 1 > 1", "rule-types-differ", 1, 1),
        ("true ? 1 : person.worker", "rule-types-differ", 1, 12),
        ("'deep' == 'deep'", "rule-types-differ", 1, 11),
        ("household.size + 1", "rule-no-condition", 1, 1),
        ("[1, 2].all(x, x > 1)", "rule-loops", 1, 8),
        ("[1, 2].exists(x, x > 1) || true", "rule-loops", 1, 8),
        ("person.worker.matches('a')", "rule-function-unknown", 1, 15),
        ("size(person.sex) > 1", "rule-function-unknown", 1, 1),
        ("household.size / 0 > 1", "rule-divides-by-zero", 1, 18),
        ("household.size % (2 - 2) == 1", "rule-divides-by-zero", 1, 18),
        ("1 / dossier.income_percent > 1", "rule-divides-by-zero", 1, 5),
        ("1 / (household.size - 3) > 1", "rule-divides-by-zero", 1, 5),
        ("10000000000 * 10000000000 > household.size", "rule-number-too-large", 1, 1),
        ("household.size > 99999999999", "rule-number-too-large", 1, 18),
        ("dossier.open // of Wang", "rule-syntax", 1, 14),
        ("person.sex ==\n '\u7537'", "rule-syntax", 2, 3),
        ("null == person.sex", "rule-not-supported", 1, 1),
        ("household.size > 1.5", "rule-not-supported", 1, 18),
        ("household.size > 1u", "rule-not-supported", 1, 18),
        ("person['sex'] == 'male'", "rule-not-supported", 1, 1),
        ("[person].sex == 'male'", "rule-not-supported", 1, 1),
        ("{'a': 1}.a > 1", "rule-not-supported", 1, 1),
        ("household.size in [1, household.size]", "rule-not-supported", 1, 23),
        ("person.sex in []", "rule-list-empty", 1, 15),
        ("has(1)", "rule-not-supported", 1, 1),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, fault: str, line: int, column: int) -> None:
    assert refused(text) == (fault, line, column)


def test_a_rule_has_a_length_and_a_depth() -> None:
    assert refused("person.worker".ljust(RULE_CHARS_MAX + 1)) == ("rule-too-long", 1, 1)
    assert refused("!" * 25 + "person.worker")[0] == "rule-too-deep"
    assert refused(" && ".join(["dossier.open"] * 26))[0] == "rule-too-deep"
    assert refused(f"household.size in [{', '.join(['1'] * 101)}]")[0] == "rule-too-long"
    read_rule("(" * 450 + "dossier.open" + ")" * 450)


def test_a_refusal_says_where_in_the_input_the_rule_stands() -> None:
    refusal = RuleRefused(RuleFault.SYNTAX, 2, 7).at("eligibility.3.rule")
    (fault,) = refusal.faults
    assert (refusal.field, fault.field) == ("eligibility.3.rule", "eligibility.3.rule")
    assert (fault.params["line"], fault.params["column"]) == (2, 7)


def test_every_attribute_is_listed_once_with_its_source() -> None:
    assert list(ATTRIBUTES) == [one.name for one in ATTRIBUTES.values()]
    assert [name for name, one in ATTRIBUTES.items() if not one.sources] == []


@given(conditions)
@example("household.size / household.size == 1")
def test_any_rule_that_is_well_formed_is_read(text: str) -> None:
    read_rule(text)
