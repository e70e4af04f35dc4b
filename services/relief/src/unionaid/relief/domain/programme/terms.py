"""The terms of an opened programme, as its event tells them; and the basis on which a person qualified."""

from __future__ import annotations

from typing import NamedTuple

from unionaid.contracts.relief import KnownFact, ProgrammeOpened, ReliefRequested
from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded, Facts, Number, Truth
from unionaid.relief.domain.eligibility.nodes import Value
from unionaid.relief.domain.eligibility.terms import Explanation, Terms, condition_of, looked_at, standard_of


class Basis(NamedTuple):
    """On what a person qualified: what was known, the standard that fitted, what it gives in fen, by which policy."""

    facts: tuple[KnownFact, ...]
    standard: str | None
    standard_fen: int
    policy_version: str


def terms_of(opened: ProgrammeOpened) -> Terms:
    """Return what a programme asks for and gives."""
    return Terms(
        tuple(condition_of(one.condition, one.rule, "eligibility") for one in opened.eligibility),
        tuple(standard_of(one.standard, one.rule, one.amount_fen, "standards") for one in opened.standards),
        opened.standard_fen,
    )


def asks(opened: ProgrammeOpened) -> bool:
    """Say whether a programme has conditions or standards: then facts of each person are looked at."""
    return bool(opened.eligibility or opened.standards)


def basis_of(opened: ProgrammeOpened, terms: Terms, case: Explanation, facts: Facts) -> Basis | None:
    """Return on what a person qualifies, None for who does not."""
    if case.amount_fen is None:
        return None
    known = ((name, facts.get(name)) for name in looked_at(terms))
    return Basis(
        facts=tuple(KnownFact(attribute=name, value=_told(value)) for name, value in known if value is not None),
        standard=case.standard,
        standard_fen=case.amount_fen,
        policy_version=opened.policy_version,
    )


def facts_in(requested: ReliefRequested) -> Facts:
    """Return the facts that a request rests on, as rules look at them."""
    known = (fact for fact in requested.facts if fact.attribute in ATTRIBUTES)
    return {fact.attribute: _read(fact.attribute, fact.value) for fact in known}


def _told(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(name: str, value: str) -> Value:
    match ATTRIBUTES[name].type:
        case Truth():
            return value == "true"
        case Number():
            return int(value)
        case Coded():
            return value
