"""A programme's amounts come from the policy in force on its first day."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from unionaid.contracts.fields import RULES_MAX, ProgrammeKind
from unionaid.contracts.relief import ProgrammeCondition, ProgrammeStandard
from unionaid.contracts.samples import PROGRAMME
from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded
from unionaid.relief.domain.eligibility.terms import Terms, condition_of, standard_of
from unionaid.relief.domain.programme.facts import INITIAL, Open, evolve, programme_of
from unionaid.relief.domain.programme.rules import NO_STANDARD, OpenProgramme, in_force, open_programme
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    ConditionTwice,
    DateInFuture,
    PolicyMissing,
    PurposeNotInPolicy,
    TooManyConditions,
    WindowReversed,
)
from unionaid.relief.examples import POLICIES, STANDARD_FEN, TODAY, WINDOW_FROM, WINDOW_TO, programme_opened
from unionaid.relief.policies.programmes import read_programmes
from unionaid.relief.resources import directory
from unionaid.service.languages import Catalogue
from unionaid.service.policies import PolicyRefused
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

COMMAND = OpenProgramme(
    programme_id=PROGRAMME,
    kind="WINTER_WARMTH",
    year=2017,
    name="2017年元旦春节送温暖",
    window_from=WINDOW_FROM,
    window_to=WINDOW_TO,
    purpose="festival-visit",
    on=date(2016, 12, 1),
    today=TODAY,
)


given = telling(evolve, INITIAL)


def test_a_programme_is_opened_on_the_policy_of_its_first_day() -> None:
    given().when(open_programme, POLICIES, COMMAND).then(programme_opened())


def test_an_earlier_window_has_the_earlier_policy() -> None:
    first_day = date(2016, 9, 30)
    on_earlier_terms = {"window_from": first_day, "amount_max_fen": 200_000, "policy_version": "winter-warmth-2013.1"}
    outcome = given().when(open_programme, POLICIES, replace(COMMAND, window_from=first_day))
    outcome.then(programme_opened().model_copy(update=on_earlier_terms))


def test_a_version_is_in_force_from_its_first_day_on() -> None:
    assert in_force(POLICIES, date(2016, 9, 30)) == POLICIES[0]
    assert in_force(POLICIES, date(2016, 10, 1)) == POLICIES[1]
    assert in_force(POLICIES, date(2012, 9, 30)) is None


def test_no_policy_no_programme() -> None:
    given().when(open_programme, (), COMMAND).refused(PolicyMissing, field="kind")


def test_a_purpose_the_policy_does_not_know_is_refused() -> None:
    tuition = replace(COMMAND, purpose="tuition")
    given().when(open_programme, POLICIES, tuition).refused(PurposeNotInPolicy, field="purpose")


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    reversed_window = replace(COMMAND, window_to=date(2016, 12, 14))
    given().when(open_programme, POLICIES, reversed_window).refused(WindowReversed, field="window_to")


def test_a_programme_is_opened_once() -> None:
    given(programme_opened()).when(open_programme, POLICIES, COMMAND).refused(AlreadyOpened)


def test_a_programme_is_not_opened_tomorrow() -> None:
    given().when(open_programme, POLICIES, replace(COMMAND, on=date(2017, 3, 2))).refused(DateInFuture)


def test_a_person_receives_once_a_year() -> None:
    programme = programme_of([programme_opened()])
    assert isinstance(programme, Open)
    assert programme.period == "2017"


def test_a_history_that_cannot_be_is_no_state() -> None:
    with pytest.raises(BrokenHistory):
        programme_of([programme_opened(), programme_opened()])


def test_the_policy_files_can_be_read_and_hold_the_sample() -> None:
    winters = read_programmes(directory("policy"))["WINTER_WARMTH"]
    assert tuple(replace(version, terms={}) for version in winters[:2]) == POLICIES
    assert [version.terms_of("festival-visit").conditions for version in winters[:2]] == [(), ()]


def test_every_kind_has_a_policy_and_every_code_of_it_a_text() -> None:
    found = read_programmes(directory("policy"))
    assert set(found) == set(get_args(ProgrammeKind))
    codes = {f"kind-{kind}" for kind in found} | {"condition-own", "condition-no-standard", "standard-only"}
    for version in (version for versions in found.values() for version in versions):
        for purpose in version.purposes:
            terms = version.terms_of(purpose)
            codes |= {f"purpose-{purpose}", *(f"condition-{one.code}" for one in terms.conditions)}
            codes |= {f"standard-{one.code}" for one in terms.standards}
    for attribute in ATTRIBUTES.values():
        if isinstance(attribute.type, Coded):
            codes |= {f"coded-{value}" for value in attribute.type.values}
        if attribute.unit is not None:
            codes.add(f"unit-{attribute.unit}")
    Catalogue.of(directory("locale")).refuse_missing(codes)


LARGE = condition_of("large-household", "household.size > 3", "conditions.0.rule")
TERMS = Terms(
    (condition_of("open-dossier", "dossier.open", ""),),
    (standard_of("deep", "dossier.level == 'deep'", 200_000, ""),),
    STANDARD_FEN,
)
WITH_TERMS = (*POLICIES[:1], replace(POLICIES[1], terms={"festival-visit": TERMS}))


def test_a_programme_is_opened_with_the_policys_conditions_then_its_own() -> None:
    terms = {
        "eligibility": (
            ProgrammeCondition(condition="open-dossier", rule="dossier.open"),
            ProgrammeCondition(condition="large-household", rule="household.size > 3"),
        ),
        "standards": (ProgrammeStandard(standard="deep", rule="dossier.level == 'deep'", amount_fen=200_000),),
    }
    outcome = given().when(open_programme, WITH_TERMS, replace(COMMAND, conditions=(LARGE,)))
    outcome.then(programme_opened().model_copy(update=terms))


@pytest.mark.parametrize("code", ["open-dossier", NO_STANDARD])
def test_a_condition_has_a_code_of_its_own(code: str) -> None:
    twice = replace(COMMAND, conditions=(condition_of(code, "person.worker", ""),))
    given().when(open_programme, WITH_TERMS, twice).refused(ConditionTwice, field="conditions")


def test_conditions_are_at_most_so_many() -> None:
    own = tuple(condition_of(f"own-{n}", "person.worker", "") for n in range(RULES_MAX))
    given().when(open_programme, WITH_TERMS, replace(COMMAND, conditions=own)).refused(
        TooManyConditions, field="conditions"
    )
    given().when(open_programme, POLICIES, replace(COMMAND, conditions=own)).then(
        programme_opened().model_copy(
            update={"eligibility": tuple(ProgrammeCondition(condition=c.code, rule=c.text) for c in own)}
        )
    )


VERSION = "{version: a, in_force_from: 2012-10-01, purposes: [x], standard_fen: 1, amount_max_fen: 2}"


def with_rules(rules: str) -> str:
    return VERSION.replace("}", f", {rules}}}")


def test_a_rule_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path) -> None:
    rules = with_rules("eligibility: [{condition: loops, rule: 'dossier.open && [1].all(x, x > 1)'}]")
    (tmp_path / "odd.yaml").write_text(f"kind: WINTER_WARMTH\nversions: [{rules}]")
    with pytest.raises(PolicyRefused, match="a: loops: rule-loops at line 1, column 21"):
        read_programmes(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "kind: WINTER_WARMTH",
        "kind: LOTTERY\nversions: []",
        "kind: [",
        *(
            f"kind: WINTER_WARMTH\nversions: [{version}]"
            for version in (
                VERSION.replace("standard_fen: 1", "standard_fen: 3"),
                VERSION.replace("standard_fen: 1", "standard_fen: 1.5"),
                VERSION.replace("[x]", "[]"),
                f"{VERSION}, {VERSION.replace('version: a', 'version: b')}",
                f"{VERSION}, {VERSION.replace('2012', '2013')}",
                with_rules("eligibility: [{condition: c, rule: person.salary > 3}]"),
                with_rules("eligibility: [{condition: c, rule: dossier.open, purposes: [y]}]"),
                with_rules("eligibility: [{condition: c, rule: dossier.open}, {condition: c, rule: dossier.open}]"),
                with_rules("standards: [{standard: s, rule: dossier.open, amount_fen: 3}]"),
                with_rules("standards: [{standard: s, rule: dossier.open}]"),
            )
        ),
    ],
)
def test_a_malformed_policy_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    with pytest.raises(PolicyRefused, match=r"odd\.yaml"):
        read_programmes(tmp_path)


def test_a_well_formed_policy_is_read(tmp_path: Path) -> None:
    (tmp_path / "even.yaml").write_text(f"kind: AUTUMN_TUITION\nversions: [{VERSION}]")
    (version,) = read_programmes(tmp_path)["AUTUMN_TUITION"]
    assert (version.version, version.standard_fen, version.amount_max_fen) == ("a", 1, 2)


def test_two_policies_for_one_kind_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(f"kind: WINTER_WARMTH\nversions: [{VERSION}]")
    with pytest.raises(PolicyRefused, match="second file"):
        read_programmes(tmp_path)
