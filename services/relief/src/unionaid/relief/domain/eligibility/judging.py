"""A rule applied to what is known of one person: true, false, or not known.

What is not known is no answer; `&&` and `||` pass over it where the other side decides, as CEL does with an error.
"""

from __future__ import annotations

from typing import cast

from unionaid.relief.domain.eligibility.attributes import Facts
from unionaid.relief.domain.eligibility.bounds import apply
from unionaid.relief.domain.eligibility.nodes import (
    Both,
    Choice,
    Compared,
    Comparison,
    Computed,
    Constant,
    Either,
    Fact,
    Known,
    Minus,
    Node,
    Not,
    OneOf,
    Value,
)


def judge(condition: Node, facts: Facts) -> bool | None:
    """Return whether a condition is met, None where that is not known."""
    return cast("bool | None", value_of(condition, facts))


def value_of(node: Node, facts: Facts) -> Value | None:  # noqa: PLR0911  one answer for each node
    """Return the value of a checked tree, None where it is not known."""
    match node:
        case Constant(value):
            return value
        case Fact(name):
            return facts.get(name)
        case Known(name):
            return facts.get(name) is not None
        case Both(left, right):
            return _decided(by=False, left=judge(left, facts), right=judge(right, facts))
        case Either(left, right):
            return _decided(by=True, left=judge(left, facts), right=judge(right, facts))
        case Choice(condition, yes, no):
            chosen = judge(condition, facts)
            return None if chosen is None else value_of(yes if chosen else no, facts)
        case Not(of) | Minus(of) | OneOf(of):
            only = value_of(of, facts)
            return None if only is None else _alone(node, only)
        case Compared(_, left, right) | Computed(_, left, right):
            first, second = value_of(left, facts), value_of(right, facts)
            return None if first is None or second is None else _together(node, first, second)


def _decided(*, by: bool, left: bool | None, right: bool | None) -> bool | None:
    if by in (left, right):
        return by
    return None if left is None or right is None else not by


def _alone(node: Not | Minus | OneOf, value: Value) -> Value:
    match node:
        case Not():
            return not value
        case Minus():
            return -cast(int, value)
        case OneOf(_, values):
            return value in values


def _together(node: Compared | Computed, first: Value, second: Value) -> Value:
    if isinstance(node, Computed):
        return apply(node.operation, cast(int, first), cast(int, second))
    if node.comparison in ("==", "!="):
        return (first == second) == (node.comparison == "==")
    return _ordered(node.comparison, cast(int, first), cast(int, second))


def _ordered(comparison: Comparison, first: int, second: int) -> bool:
    match comparison:
        case "<":
            return first < second
        case "<=":
            return first <= second
        case ">":
            return first > second
        case _:
            return first >= second
