"""From a rule's text to its checked tree. What could fail when applied is refused here, with line and column.

The text is CEL (Common Expression Language). A part of it is taken: attributes, `has()`, whole numbers, codes, `true`
and `false`, comparison, `in` a list, `&&`, `||`, `!`, `? :`, `+ - * / %`. Every number is followed through the rule by
its bounds, so that neither an overflow nor a division by zero can come about.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from celpy.celparser import CELParseError, CELParser

from unionaid.contracts.fields import RULE_CHARS_MAX
from unionaid.relief.domain.eligibility import checking
from unionaid.relief.domain.eligibility.attributes import Truth
from unionaid.relief.domain.eligibility.nodes import Node
from unionaid.relief.domain.eligibility.refusals import RuleFault, RuleRefused

RULES_KEPT = 512
"""Rules whose trees are kept: those of a list's programme are asked for again with every list."""
_FOREIGN = re.compile(r"[^ -~\n]|//")
"""What no rule holds: signs beyond ASCII, and remarks, for a rule is told in events and remarks may name somebody."""


@cache
def _parser() -> CELParser:
    return CELParser()


@lru_cache(maxsize=RULES_KEPT)
def read_rule(text: str) -> Node:
    """Return a rule's tree; it is a condition: true, false or not known. Raises RuleRefused."""
    if len(text) > RULE_CHARS_MAX:
        raise RuleRefused(RuleFault.TOO_LONG, 1, 1, most=RULE_CHARS_MAX)
    if foreign := _FOREIGN.search(text):
        before = text[: foreign.start()].split("\n")
        raise RuleRefused(RuleFault.SYNTAX, len(before), len(before[-1]) + 1)
    try:
        tree = _parser().parse(text)
    except CELParseError as error:
        raise RuleRefused(RuleFault.SYNTAX, error.line or 1, error.column or 1) from None
    checked = checking.checked(tree)
    if not isinstance(checked.type, Truth):
        raise RuleRefused(RuleFault.NO_CONDITION, 1, 1)
    return checked.node
