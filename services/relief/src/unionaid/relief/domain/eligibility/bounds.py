"""Between which bounds a number lies that is computed from numbers within bounds."""

from __future__ import annotations

from itertools import product

from unionaid.relief.domain.eligibility.attributes import Number
from unionaid.relief.domain.eligibility.nodes import Operation


def shared(first: Number, second: Number) -> Number:
    """Return the bounds of a number that is either."""
    return Number(min(first.low, second.low), max(first.high, second.high))


def computed(operation: Operation, first: Number, second: Number) -> Number:
    """Return the bounds of a sum, difference, product, quotient or remainder; `second` of the last two has no zero."""
    if operation == "%":
        most = max(abs(second.low), abs(second.high)) - 1
        return Number(max(first.low, -most) if first.low < 0 else 0, min(first.high, most) if first.high > 0 else 0)
    corners = [apply(operation, *pair) for pair in product((first.low, first.high), (second.low, second.high))]
    return Number(min(corners), max(corners))


def apply(operation: Operation, first: int, second: int) -> int:
    """Compute with whole numbers: a quotient goes towards zero, a remainder has the sign of `first`."""
    match operation:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
        case "/":
            quotient = abs(first) // abs(second)
            return quotient if (first < 0) == (second < 0) else -quotient
        case "%":
            remainder = abs(first) % abs(second)
            return -remainder if first < 0 else remainder
