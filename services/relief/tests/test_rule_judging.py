"""A rule's answer: true, false, or not known; the same as CEL's own evaluator gives."""

import celpy
import pytest
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError
from hypothesis import given

from unionaid.relief.domain.eligibility.attributes import Facts
from unionaid.relief.domain.eligibility.judging import judge
from unionaid.relief.domain.eligibility.reading import read_rule

from .any_rule import conditions, facts

ENVIRONMENT = celpy.Environment()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("household.size > 2", True),
        ("dossier.level == 'deep'", None),
        ("!(dossier.level == 'deep')", None),
        ("dossier.level == 'deep' || household.size > 2", True),
        ("household.size > 2 || dossier.level == 'deep'", True),
        ("dossier.level == 'deep' && household.size > 3", False),
        ("dossier.level == 'deep' && household.size > 2", None),
        ("has(dossier.level)", False),
        ("has(dossier.level) && dossier.level == 'deep'", False),
        ("has(dossier.level) ? dossier.level == 'deep' : household.size == 3", True),
        ("dossier.level == 'deep' ? true : true", None),
        ("dossier.level in ['deep', 'relative']", None),
        ("dossier.income_percent / household.size == 33", None),
        ("-7 / household.size == -2 && -7 % household.size == -1", True),
        ("(household.size == 3) != person.worker", True),
    ],
)
def test_what_is_not_known_decides_nothing(text: str, answer: bool | None) -> None:
    known: Facts = {"household.size": 3, "person.worker": False, "dossier.level": None}
    assert judge(read_rule(text), known) is answer


def by_cel(text: str, known: Facts) -> bool | None:
    """Ask CEL's evaluator. What is not known is a field that is not there, which is an error to it."""
    given_by: dict[str, dict[str, bool | int | str]] = {"person": {}, "household": {}, "student": {}, "dossier": {}}
    for name, value in known.items():
        group, _, attribute = name.partition(".")
        if value is not None:
            given_by[group][attribute] = value
    program = ENVIRONMENT.program(ENVIRONMENT.compile(text))
    try:
        answer = program.evaluate({group: json_to_cel(fields) for group, fields in given_by.items()})
    except CELEvalError:
        return None
    return bool(answer)


@given(conditions, facts)
def test_any_rule_is_judged_as_cel_judges_it(text: str, known: Facts) -> None:
    assert judge(read_rule(text), known) == by_cel(text, known)
