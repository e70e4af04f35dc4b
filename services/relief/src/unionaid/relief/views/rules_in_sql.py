"""Rules for many at once: a checked tree as an SQL expression, which answers as `judging` does for each row.

What is not known is NULL, and SQL's AND, OR and NOT treat it as the rules do. Whatever stands in a rule becomes a
parameter; names of columns are ours.
"""

from __future__ import annotations

from collections.abc import Callable

from unionaid.relief.domain.eligibility.nodes import (
    Both,
    Choice,
    Compared,
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


class Parameters:
    """The parameters of one statement, in the order of their numbers."""

    def __init__(self, *given: object) -> None:
        self.values: list[object] = list(given)

    def add(self, value: object, kind: str) -> str:
        """Return the place of a value, with its SQL type."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def in_sql(node: Node, column: Callable[[str], str], parameters: Parameters) -> str:
    """Return a tree as SQL. `column` gives the column of an attribute: boolean, bigint or text."""

    def sql(part: Node) -> str:  # noqa: PLR0911  one answer for each node
        match part:
            case Constant(value):
                return parameters.add(value, _kind(value))
            case Fact(name):
                return column(name)
            case Known(name):
                return f"({column(name)} IS NOT NULL)"
            case Not(of):
                return f"(NOT {sql(of)})"
            case Minus(of):
                return f"(- {sql(of)})"
            case Both(left, right):
                return f"({sql(left)} AND {sql(right)})"
            case Either(left, right):
                return f"({sql(left)} OR {sql(right)})"
            case Compared(comparison, left, right):
                return f"({sql(left)} {_COMPARISON.get(comparison, comparison)} {sql(right)})"
            case Computed(operation, left, right):
                return f"({sql(left)} {operation} {sql(right)})"
            case OneOf(of, values):
                return f"({sql(of)} = ANY({parameters.add(list(values), f'{_kind(values[0])}[]')}))"
            case Choice(condition, yes, no):
                asked = sql(condition)
                return f"(CASE WHEN {asked} THEN {sql(yes)} WHEN NOT {asked} THEN {sql(no)} END)"

    return sql(node)


_COMPARISON = {"==": "=", "!=": "<>"}


def _kind(value: Value) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "bigint"
        case str():
            return "text"
