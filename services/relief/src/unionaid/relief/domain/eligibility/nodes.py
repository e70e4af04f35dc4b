"""A rule that was read and checked, as a tree: what every way of computing it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Value: TypeAlias = bool | int | str
Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Operation: TypeAlias = Literal["+", "-", "*", "/", "%"]


@dataclass(frozen=True, slots=True)
class Constant:
    """What the rule itself says."""

    value: Value


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of an attribute; where it is not known, whatever needs it is not known either."""

    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """Whether an attribute's value is known: `has(dossier.level)`."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    of: Node


@dataclass(frozen=True, slots=True)
class Minus:
    """The number with the other sign."""

    of: Node


@dataclass(frozen=True, slots=True)
class Both:
    """`&&`: false if either is false, even where the other is not known."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Either:
    """`||`: true if either is true, even where the other is not known."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of two values of one type."""

    comparison: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Computed:
    """Whole numbers; division leaves the part towards zero, and the remainder has the dividend's sign."""

    operation: Operation
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a value is one of those listed, which are all of its type."""

    of: Node
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? yes : no`; not known where the condition is not."""

    condition: Node
    yes: Node
    no: Node


Node: TypeAlias = Constant | Fact | Known | Not | Minus | Both | Either | Compared | Computed | OneOf | Choice


def parts(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of."""
    match node:
        case Constant() | Fact() | Known():
            return ()
        case Not(of) | Minus(of) | OneOf(of):
            return (of,)
        case Both(left, right) | Either(left, right) | Compared(_, left, right) | Computed(_, left, right):
            return (left, right)
        case Choice(condition, yes, no):
            return (condition, yes, no)


def attributes_of(node: Node) -> frozenset[str]:
    """Return the names of the attributes that a rule looks at."""
    if isinstance(node, Fact | Known):
        return frozenset((node.name,))
    return frozenset().union(*(attributes_of(part) for part in parts(node)))
