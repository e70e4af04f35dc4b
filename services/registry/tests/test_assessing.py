"""The level of hardship by policy: thresholds to the fen, and explained."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.registry.domain.dossier.assessing import (
    Circumstances,
    HardshipPolicy,
    Override,
    assess,
    explain,
    policy_on,
)
from unionaid.registry.domain.refusals import (
    HouseholdEmpty,
    LevelNotComputed,
    OverrideNeedless,
    OverrideReasonMissing,
    PolicyNotInForce,
)
from unionaid.registry.policies import PolicyRefused, read_hardship
from unionaid.registry.working_days import PROVISIONAL, PUBLISHED, working_days_after

POLICY = HardshipPolicy("p-1", date(2017, 1, 1), 30_000, 100, 150, 150, 5, 12, 30)
FEN = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("incomes", "shock", "level", "percent"),
    [
        ([30_000], None, "deep", 100),
        ([30_001], None, "relative", 101),
        ([45_000], None, "relative", 150),
        ([90_000, 0], None, "relative", 150),
        ([45_001], 540_011, "sudden", 151),
        ([45_001], 1, None, 151),
        ([45_001], 12, "sudden", 151),
        ([45_001], None, None, 151),
        ([0], None, "deep", 0),
    ],
)
def test_a_fen_decides(incomes: list[int], shock: int | None, level: str | None, percent: int) -> None:
    circumstances = Circumstances(incomes, shock)
    if level is None:
        with pytest.raises(LevelNotComputed):
            assess(POLICY, circumstances, None)
        made = assess(POLICY, circumstances, Override("deep", "debts"))
        assert (made.computed_level, made.hardship_level) == (None, "deep")
    else:
        made = assess(POLICY, circumstances, None)
        assert (made.computed_level, made.hardship_level, made.override_reason) == (level, level, None)
    assert made.income_ratio_percent == percent


def test_another_level_has_a_reason_and_the_same_has_none() -> None:
    poor = Circumstances([10_000], None)
    with pytest.raises(OverrideReasonMissing):
        assess(POLICY, poor, Override("relative", None))
    with pytest.raises(OverrideNeedless):
        assess(POLICY, poor, Override("deep", "debts"))
    with pytest.raises(HouseholdEmpty):
        assess(POLICY, Circumstances([], None), None)


@given(st.lists(FEN, min_size=1, max_size=8), st.none() | FEN)
def test_the_level_is_that_of_unrounded_fractions_and_the_explanation_leads_to_it(
    incomes: list[int], shock: int | None
) -> None:
    made = assess(
        POLICY, Circumstances(incomes, shock), Override("deep", "debts") if _level(incomes, shock) is None else None
    )
    assert made.computed_level == _level(incomes, shock)
    lines = explain(POLICY, made)
    applying = [line.code.partition("-")[0] for line in lines if line.applies]
    assert applying == ([made.computed_level] if made.computed_level else [])
    assert all(not line.applies for line in lines[:-1])


def _level(incomes: list[int], shock: int | None) -> str | None:
    """By cross-multiplication, a month against a month, without any rounding."""
    size, total = len(incomes), sum(incomes)
    if total <= 30_000 * size:
        return "deep"
    if 2 * total <= 3 * 30_000 * size:
        return "relative"
    if shock is not None and 2 * max(12 * total - shock, 0) <= 3 * 12 * 30_000 * size:
        return "sudden"
    return None


def test_the_policy_of_the_day() -> None:
    policies = read_hardship()
    assert policy_on(policies, date(2016, 12, 31)).version == "hardship-2013.1"
    assert policy_on(policies, date(2017, 1, 1)).version == "hardship-2017.1"
    with pytest.raises(PolicyNotInForce):
        policy_on(policies, date(2012, 12, 31))


GOOD = """
versions:
  - {version: a-1, in_force_from: 2017-01-01, guarantee_fen: 1, deep_up_to_percent: 100, relative_up_to_percent: 150,
     sudden_up_to_percent: 150, notice_working_days: 5, review_after_months: 12, due_before_days: 30}
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("relative_up_to_percent: 150", "relative_up_to_percent: 100", "relative hardship begins"),
        ("guarantee_fen: 1", "guarantee_fen: 0", "guarantee_fen"),
        ("guarantee_fen: 1", "guarantee_fen: 1.5", "guarantee_fen"),
        ("review_after_months: 12", "review_after_months: 13", "review_after_months"),
        ("version: a-1, ", "", "version"),
        ("due_before_days", "due_in_days", "due_in_days"),
        ("versions:", "versions: [", "no YAML"),
    ],
)
def test_a_policy_that_says_something_else_is_refused(old: str, new: str, told: str) -> None:
    assert len(read_hardship(GOOD)) == 1
    with pytest.raises(PolicyRefused, match=told):
        read_hardship(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("start", "days", "until", "calendar"),
    [
        (date(2016, 12, 22), 5, date(2016, 12, 29), PUBLISHED),
        (date(2017, 1, 20), 1, date(2017, 1, 22), PUBLISHED),  # a Sunday worked for the Spring Festival
        (date(2017, 1, 26), 1, date(2017, 2, 3), PUBLISHED),
        (date(2050, 1, 7), 1, date(2050, 1, 10), PROVISIONAL),
    ],
)
def test_working_days_are_those_of_the_official_calendar(start: date, days: int, until: date, calendar: str) -> None:
    assert working_days_after(start, days) == (until, calendar)
