"""How hard it is for a household: computed by policy from income per head and a shock, explained by lines.

All decisions rest on whole percent rounded up, which stand in the event: a ratio rounded up is at most a whole
threshold exactly when the unrounded one is. So the explanation can be given again from event and policy version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from unionaid.contracts.fields import PERCENT_MAX, HardshipLevel, OverrideReason
from unionaid.contracts.registry import Assessment
from unionaid.registry.domain.refusals import (
    HouseholdEmpty,
    LevelNotComputed,
    OverrideNeedless,
    OverrideReasonMissing,
    PolicyNotInForce,
)

MONTHS = 12


@dataclass(frozen=True, slots=True)
class HardshipPolicy:
    """What holds from a day on; `guarantee_fen` is per person and month."""

    version: str
    in_force_from: date
    guarantee_fen: int
    deep_up_to_percent: int
    relative_up_to_percent: int
    sudden_up_to_percent: int
    notice_working_days: int
    review_after_months: int
    due_before_days: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an assessment rests on: each member's income in fen a month, a shock of the last twelve months in fen."""

    incomes_fen: Sequence[int]
    shock_fen: int | None


@dataclass(frozen=True, slots=True)
class Override:
    """The level an officer sets instead, and why."""

    level: HardshipLevel
    reason: OverrideReason | None


class Line(NamedTuple):
    """One line of an explanation: its code, the ratio and the threshold it is about, and whether it applies."""

    code: str
    percent: int
    up_to_percent: int
    applies: bool


def policy_on(policies: Sequence[HardshipPolicy], day: date) -> HardshipPolicy:
    """Return the version in force on a day. Raises PolicyNotInForce."""
    in_force = [policy for policy in policies if policy.in_force_from <= day]
    if not in_force:
        raise PolicyNotInForce(field="occurred_on")
    return max(in_force, key=lambda policy: policy.in_force_from)


def assess(policy: HardshipPolicy, circumstances: Circumstances, override: Override | None) -> Assessment:
    """Compute the level, or take the officer's.

    Raises HouseholdEmpty, LevelNotComputed (the policy says none and nobody set one), OverrideReasonMissing,
    OverrideNeedless (what was set is what was computed).
    """
    size = len(circumstances.incomes_fen)
    if size == 0:
        raise HouseholdEmpty
    yearly = sum(circumstances.incomes_fen) * MONTHS
    needed = policy.guarantee_fen * size * MONTHS
    income = _percent_up(yearly, needed)
    shock = circumstances.shock_fen
    after_shock = _percent_up(max(yearly - shock, 0), needed) if shock is not None else None
    computed = _level(policy, income, after_shock)
    level = override.level if override is not None else computed
    if level is None:
        raise LevelNotComputed
    reason = override.reason if override is not None else None
    if override is not None and override.level == computed:
        raise OverrideNeedless(field="hardship_level")
    if override is not None and reason is None:
        raise OverrideReasonMissing(field="override_reason")
    return Assessment(
        policy_version=policy.version,
        household_size=size,
        income_ratio_percent=income,
        after_shock_percent=after_shock,
        computed_level=computed,
        hardship_level=level,
        override_reason=reason,
    )


def explain(policy: HardshipPolicy, assessment: Assessment) -> list[Line]:
    """Return the steps by which the level was computed, in order, to the one that applies."""
    income, after = assessment.income_ratio_percent, assessment.after_shock_percent
    steps = [
        ("deep-by-income", income, policy.deep_up_to_percent),
        ("relative-by-income", income, policy.relative_up_to_percent),
        *([("sudden-after-shock", after, policy.sudden_up_to_percent)] if after is not None else []),
    ]
    lines: list[Line] = []
    for code, percent, up_to in steps:
        lines.append(Line(code, percent, up_to, percent <= up_to))
        if percent <= up_to:
            break
    return lines


def _level(policy: HardshipPolicy, income: int, after_shock: int | None) -> HardshipLevel | None:
    if income <= policy.deep_up_to_percent:
        return "deep"
    if income <= policy.relative_up_to_percent:
        return "relative"
    if after_shock is not None and after_shock <= policy.sudden_up_to_percent:
        return "sudden"
    return None


def _percent_up(part: int, whole: int) -> int:
    return min(-(-part * 100 // whole), PERCENT_MAX)
