"""What a programme asks for and gives: conditions that must all be met; of the standards the first that fits counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Facts
from unionaid.relief.domain.eligibility.judging import judge
from unionaid.relief.domain.eligibility.nodes import Node, Value, attributes_of
from unionaid.relief.domain.eligibility.reading import read_rule
from unionaid.relief.domain.eligibility.refusals import RuleRefused


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, by its code in the policy; `text` is the rule as written, `rule` what was read of it."""

    code: str
    text: str
    rule: Node


@dataclass(frozen=True, slots=True)
class Standard:
    """What is given, in fen, to those whom the rule fits."""

    code: str
    text: str
    rule: Node
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Conditions and standards of one purpose; `standard_fen` is given where there are no standards."""

    conditions: tuple[Condition, ...]
    standards: tuple[Standard, ...]
    standard_fen: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition, or a standard, as it stands with one person: met, not met, or not known for want of `lacking`."""

    code: str
    text: str
    met: bool | None
    facts: Mapping[str, Value]
    """The attributes it looks at that are known, with their values."""
    lacking: tuple[str, ...]
    """Those it looks at that are not known, in the order of the list of attributes."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why somebody qualifies or does not, line by line, and for how much.

    `standard` is the first that fits, None where there are none or none fits; `amount_fen` what is due, None to who
    does not qualify. What is not known is not met.
    """

    conditions: tuple[Judged, ...]
    standards: tuple[Judged, ...]
    standard: str | None
    amount_fen: int | None

    @property
    def qualifies(self) -> bool:
        """Whether relief is due at all."""
        return self.amount_fen is not None


def condition_of(code: str, text: str, field: str) -> Condition:
    """Read a condition that stands in a field of the input. Raises RuleRefused."""
    return Condition(code, text, _read(text, field))


def standard_of(code: str, text: str, amount_fen: int, field: str) -> Standard:
    """Read a standard that stands in a field of the input. Raises RuleRefused."""
    return Standard(code, text, _read(text, field), amount_fen)


def explained(terms: Terms, facts: Facts) -> Explanation:
    """Judge one person by the terms."""
    conditions = tuple(_judged(one.code, one.text, one.rule, facts) for one in terms.conditions)
    standards = tuple(_judged(one.code, one.text, one.rule, facts) for one in terms.standards)
    fitting = next((n for n, one in enumerate(standards) if one.met), None)
    amount_fen: int | None = terms.standard_fen
    if terms.standards:
        amount_fen = None if fitting is None else terms.standards[fitting].amount_fen
    return Explanation(
        conditions,
        standards,
        None if fitting is None else standards[fitting].code,
        amount_fen if all(one.met for one in conditions) else None,
    )


def looked_at(terms: Terms) -> tuple[str, ...]:
    """Return the attributes that the terms look at, in the order of the list of attributes."""
    rules: Iterable[Condition | Standard] = (*terms.conditions, *terms.standards)
    return in_order(frozenset().union(*(attributes_of(one.rule) for one in rules)))


def in_order(names: frozenset[str]) -> tuple[str, ...]:
    """Return attributes in the order of their list."""
    return tuple(name for name in ATTRIBUTES if name in names)


def _judged(code: str, text: str, rule: Node, facts: Facts) -> Judged:
    known: dict[str, Value] = {}
    lacking = []
    for name in in_order(attributes_of(rule)):
        value = facts.get(name)
        if value is None:
            lacking.append(name)
        else:
            known[name] = value
    return Judged(code, text, judge(rule, facts), known, tuple(lacking))


def _read(text: str, field: str) -> Node:
    try:
        return read_rule(text)
    except RuleRefused as refusal:
        raise refusal.at(field) from None
