"""The types of a rule, and the bounds of its numbers, from the bottom of its tree to the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from lark import Token, Tree

from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Attribute, Coded, Number, Truth, Type
from unionaid.relief.domain.eligibility.bounds import computed, shared
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
    Operation,
    Value,
)
from unionaid.relief.domain.eligibility.refusals import RuleFault, RuleRefused

RULE_DEPTH_MAX = 24
"""How deep the parts of one rule may lie in one another."""
LIST_VALUES_MAX = 100
"""Values of one list."""
CONSTANT_MAX = 10**10
"""The greatest number that may stand in a rule: shorter than any number of a person."""
NUMBER_MAX = 2**63 - 1
"""The greatest number that a rule may come to, or the least below zero."""

Parsed: TypeAlias = "Tree[Token]"


@dataclass(frozen=True, slots=True)
class Word:
    """The type of a code that stands in the rule: it fits the attributes that know it."""

    value: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A part of a rule: its tree, and what it is."""

    node: Node
    type: Type | Word


_COMPARISONS: Final[dict[str, Comparison]] = {
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
}
_OPERATIONS: Final[dict[str, Operation]] = {
    "addition_add": "+",
    "addition_sub": "-",
    "multiplication_mul": "*",
    "multiplication_div": "/",
    "multiplication_mod": "%",
}
_LOOPS = frozenset(("all", "exists", "exists_one", "existsOne", "map", "filter"))


def checked(tree: Parsed, depth: int = 0) -> Checked:  # noqa: PLR0911  one answer for each part of the language
    """Return a part of a rule with its type. Raises RuleRefused at the first place that cannot be."""
    tree = _inside(tree)
    if depth > RULE_DEPTH_MAX:
        raise _refused(RuleFault.TOO_DEEP, tree, most=RULE_DEPTH_MAX)
    depth += 1
    match tree.data:
        case "expr":
            return _choice(tree, depth)
        case "conditionalor" | "conditionaland":
            left, right = (_truth(part, depth) for part in _trees(tree))
            return Checked(Either(left, right) if tree.data == "conditionalor" else Both(left, right), Truth())
        case "relation":
            return _relation(tree, depth)
        case "addition" | "multiplication":
            return _computed(tree, depth)
        case "unary":
            return _unary(tree, depth)
        case "member_dot":
            attribute = _attribute(tree)
            return Checked(Fact(attribute.name), attribute.type)
        case "literal":
            return _constant(tree)
        case "ident_arg":
            return _called(tree)
        case "member_dot_arg":
            name = cast(Token, tree.children[1])
            raise _refused(RuleFault.LOOPS if name in _LOOPS else RuleFault.FUNCTION_UNKNOWN, name, name=str(name))
        case "ident" | "dot_ident":
            raise _refused(RuleFault.ATTRIBUTE_UNKNOWN, tree, name=_dotted(tree))
        case _:
            raise _refused(RuleFault.NOT_SUPPORTED, tree)


def _inside(tree: Parsed) -> Parsed:
    """Leave away the levels of the grammar, and brackets, that hold one part only."""
    while len(tree.children) == 1 and tree.data not in ("ident", "dot_ident", "ident_arg", "list_lit", "map_lit"):
        (only,) = tree.children
        if not isinstance(only, Tree):
            break
        tree = only
    return tree


def _choice(tree: Parsed, depth: int) -> Checked:
    asked, *others = _trees(tree)
    condition = _truth(asked, depth)
    yes, no = (checked(part, depth) for part in others)
    match yes.type, no.type:
        case Truth(), Truth():
            return Checked(Choice(condition, yes.node, no.node), Truth())
        case Number() as first, Number() as second:
            return Checked(Choice(condition, yes.node, no.node), shared(first, second))
        case _:
            raise _refused(RuleFault.TYPES_DIFFER, others[1])


def _relation(tree: Parsed, depth: int) -> Checked:
    before, after = _trees(tree)
    (left_tree,) = _trees(before)
    left = checked(left_tree, depth)
    if before.data == "relation_in":
        return _one_of(left, _inside(after))
    comparison = _COMPARISONS[before.data]
    right = checked(after, depth)
    _refuse_different(left, left_tree, right, after)
    if comparison not in ("==", "!=") and not isinstance(left.type, Number):
        raise _refused(RuleFault.TYPES_DIFFER, tree)
    return Checked(Compared(comparison, left.node, right.node), Truth())


def _refuse_different(left: Checked, left_tree: Parsed, right: Checked, right_tree: Parsed) -> None:
    match left.type, right.type:
        case (Truth(), Truth()) | (Number(), Number()):
            return
        case Coded() as one, Coded() as other if one == other:
            return
        case Coded() as one, Word(value):
            _refuse_unknown(value, one, right_tree)
        case Word(value), Coded() as one:
            _refuse_unknown(value, one, left_tree)
        case _:
            raise _refused(RuleFault.TYPES_DIFFER, right_tree)


def _refuse_unknown(value: str, coded: Coded, tree: Parsed) -> None:
    if value not in coded.values:
        raise _refused(RuleFault.VALUE_UNKNOWN, tree, value=value, known=", ".join(sorted(coded.values)))


def _one_of(left: Checked, listed: Parsed) -> Checked:
    if listed.data != "list_lit":
        raise _refused(RuleFault.NOT_SUPPORTED, listed)
    items = _trees(_trees(listed)[0]) if listed.children else []
    if not items:
        raise _refused(RuleFault.LIST_EMPTY, listed)
    if len(items) > LIST_VALUES_MAX:
        raise _refused(RuleFault.TOO_LONG, listed, most=LIST_VALUES_MAX)
    values: list[Value] = []
    for item in items:
        one = checked(item)
        if not isinstance(one.node, Constant) or isinstance(left.type, Word):
            raise _refused(RuleFault.NOT_SUPPORTED, item)
        _refuse_different(left, listed, one, item)
        values.append(one.node.value)
    return Checked(OneOf(left.node, tuple(values)), Truth())


def _computed(tree: Parsed, depth: int) -> Checked:
    before, after = _trees(tree)
    (left_tree,) = _trees(before)
    left, right = checked(left_tree, depth), checked(after, depth)
    for one, where in ((left, left_tree), (right, after)):
        if not isinstance(one.type, Number):
            raise _refused(RuleFault.TYPES_DIFFER, where)
    operation = _OPERATIONS[before.data]
    first, second = cast(Number, left.type), cast(Number, right.type)
    if operation in ("/", "%") and second.low <= 0 <= second.high:
        raise _refused(RuleFault.DIVIDES_BY_ZERO, after)
    return Checked(Computed(operation, left.node, right.node), _bounded(computed(operation, first, second), tree))


def _bounded(number: Number, where: Parsed) -> Number:
    if number.low < -NUMBER_MAX or number.high > NUMBER_MAX:
        raise _refused(RuleFault.NUMBER_TOO_LARGE, where)
    return number


def _unary(tree: Parsed, depth: int) -> Checked:
    sign, of = _trees(tree)
    if sign.data == "unary_not":
        return Checked(Not(_truth(of, depth)), Truth())
    part = checked(of, depth)
    if not isinstance(part.type, Number):
        raise _refused(RuleFault.TYPES_DIFFER, of)
    return Checked(Minus(part.node), Number(-part.type.high, -part.type.low))


def _truth(tree: Parsed, depth: int) -> Node:
    part = checked(tree, depth)
    if not isinstance(part.type, Truth):
        raise _refused(RuleFault.TYPES_DIFFER, tree)
    return part.node


def _constant(tree: Parsed) -> Checked:
    token = cast(Token, tree.children[0])
    match token.type:
        case "BOOL_LIT":
            return Checked(Constant(str(token) == "true"), Truth())
        case "INT_LIT":
            value = int(token, 0) if "x" in token else int(token)
            if abs(value) > CONSTANT_MAX:
                raise _refused(RuleFault.NUMBER_TOO_LARGE, tree, most=CONSTANT_MAX)
            return Checked(Constant(value), Number(value, value))
        case "STRING_LIT" if token[0] in "'\"" and "\\" not in token and token[1:-1].isascii():
            return Checked(Constant(token[1:-1]), Word(token[1:-1]))
        case _:
            raise _refused(RuleFault.NOT_SUPPORTED, tree)


def _called(tree: Parsed) -> Checked:
    name = cast(Token, tree.children[0])
    if name != "has":
        raise _refused(RuleFault.FUNCTION_UNKNOWN, name, name=str(name))
    asked = [_inside(part) for listed in _trees(tree) for part in _trees(listed)]
    if len(asked) != 1 or asked[0].data != "member_dot":
        raise _refused(RuleFault.NOT_SUPPORTED, tree)
    return Checked(Known(_attribute(asked[0]).name), Truth())


def _attribute(tree: Parsed) -> Attribute:
    name = _dotted(tree)
    if _inside(_trees(tree)[0]).data != "ident":
        raise _refused(RuleFault.NOT_SUPPORTED, tree)
    if name not in ATTRIBUTES:
        raise _refused(RuleFault.ATTRIBUTE_UNKNOWN, tree, name=name)
    return ATTRIBUTES[name]


def _dotted(tree: Parsed) -> str:
    return ".".join(str(token) for token in tree.scan_values(lambda value: isinstance(value, Token)))


def _trees(tree: Parsed) -> Sequence[Parsed]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _refused(fault: RuleFault, where: Parsed | Token, **params: object) -> RuleRefused:
    place = where.meta if isinstance(where, Tree) else where
    return RuleRefused(fault, place.line or 1, place.column or 1, **params)
