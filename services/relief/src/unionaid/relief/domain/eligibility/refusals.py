"""Why a rule is refused, with the place in its text."""

from __future__ import annotations

from enum import StrEnum

from unionaid.service.refusals import Fault, Refusal


class RuleFault(StrEnum):
    """What is wrong with a rule."""

    SYNTAX = "rule-syntax"
    TOO_LONG = "rule-too-long"
    TOO_DEEP = "rule-too-deep"
    ATTRIBUTE_UNKNOWN = "rule-attribute-unknown"
    VALUE_UNKNOWN = "rule-value-unknown"
    TYPES_DIFFER = "rule-types-differ"
    NO_CONDITION = "rule-no-condition"
    LOOPS = "rule-loops"
    FUNCTION_UNKNOWN = "rule-function-unknown"
    NOT_SUPPORTED = "rule-not-supported"
    DIVIDES_BY_ZERO = "rule-divides-by-zero"
    NUMBER_TOO_LARGE = "rule-number-too-large"
    LIST_EMPTY = "rule-list-empty"


class RuleRefused(Refusal):
    """A rule cannot be read, or could fail when it is applied: it is refused before it is kept.

    `fault` says what is wrong, `line` and `column` (both from 1) where in the rule's text.
    """

    code = "rule-refused"

    def __init__(self, fault: RuleFault, line: int, column: int, **params: object) -> None:
        super().__init__(field="rule", line=line, column=column)
        self.fault, self.line, self.column = fault, line, column
        self.faults = (Fault("rule", fault.value, {"line": line, "column": column, **params}),)
        self.args = (f"{fault.value} at line {line}, column {column}",)

    def at(self, field: str) -> RuleRefused:
        """Return this refusal of a rule that stands elsewhere in the input."""
        (fault,) = self.faults
        params = {key: value for key, value in fault.params.items() if key not in ("line", "column")}
        moved = RuleRefused(self.fault, self.line, self.column, **params)
        moved.field = field
        moved.faults = (Fault(field, fault.code, fault.params),)
        return moved
