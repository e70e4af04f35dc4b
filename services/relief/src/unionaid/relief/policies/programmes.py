"""The policy files: what holds for which kind of programme, from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unionaid.contracts.fields import (
    APPROVALS_MAX,
    BANDS_MAX,
    RULES_MAX,
    AmountFen,
    ApproverRole,
    BandMeasure,
    Code,
    ProgrammeKind,
    RuleText,
)
from unionaid.contracts.relief import ApprovalBand
from unionaid.relief.domain.eligibility.refusals import RuleRefused
from unionaid.relief.domain.eligibility.terms import Condition, Standard, Terms, condition_of, standard_of
from unionaid.relief.domain.programme import rules
from unionaid.service.policies import PolicyRefused, Version, Versions, read_policy

Policies = Mapping[ProgrammeKind, tuple[rules.PolicyVersion, ...]]
"""By kind; a kind without a file has no policy, so no such programme can be opened."""


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rule: RuleText
    purposes: list[Code] | None = None

    def holds_for(self, purpose: str) -> bool:
        return self.purposes is None or purpose in self.purposes


class _Condition(_Rule):
    condition: Code

    def read(self) -> Condition:
        return condition_of(self.condition, self.rule, self.condition)


class _Standard(_Rule):
    standard: Code
    amount_fen: AmountFen

    def read(self) -> Standard:
        return standard_of(self.standard, self.rule, self.amount_fen, self.standard)


class _Band(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: BandMeasure
    from_fen: Annotated[AmountFen, Field(strict=True)]
    approvals: Annotated[list[ApproverRole], Field(min_length=1, max_length=APPROVALS_MAX)]

    def read(self) -> ApprovalBand:
        return ApprovalBand(measure=self.measure, from_fen=self.from_fen, approvals=tuple(self.approvals))


class _Version(Version):
    purposes: list[Code]
    standard_fen: AmountFen
    amount_max_fen: AmountFen
    eligibility: Annotated[list[_Condition], Field(max_length=RULES_MAX, default_factory=list)]
    standards: Annotated[list[_Standard], Field(max_length=RULES_MAX, default_factory=list)]
    bands: Annotated[list[_Band], Field(max_length=BANDS_MAX, default_factory=list)]

    @model_validator(mode="after")
    def _standard_within(self) -> Self:
        amounts = [self.standard_fen, *(one.amount_fen for one in self.standards)]
        if not self.purposes or max(amounts) > self.amount_max_fen:
            raise ValueError(f"{self.version}: needs a purpose, and a standard up to its maximum")
        return self

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        for measure in ("line", "list"):
            bands = [one for one in self.bands if one.measure == measure]
            rising = all(a.from_fen < b.from_fen and len(a.approvals) <= len(b.approvals) for a, b in pairwise(bands))
            if not rising:
                raise ValueError(f"{self.version}: bands of a {measure} rise in amount, and never fall in approvals")
        return self

    @model_validator(mode="after")
    def _rules_can_be_read(self) -> Self:
        codes = [one.condition for one in self.eligibility], [one.standard for one in self.standards]
        if any(len(set(named)) < len(named) for named in codes):
            raise ValueError(f"{self.version}: two conditions, or two standards, have the same code")
        rules: list[_Condition | _Standard] = [*self.eligibility, *self.standards]
        for one in rules:
            if not set(one.purposes or ()) <= set(self.purposes):
                raise ValueError(f"{self.version}: a rule is for a purpose that is not listed")
            try:
                one.read()
            except RuleRefused as refusal:
                raise ValueError(f"{self.version}: {refusal.field}: {refusal}") from None
        return self

    def terms_of(self, purpose: str) -> Terms:
        return Terms(
            tuple(one.read() for one in self.eligibility if one.holds_for(purpose)),
            tuple(one.read() for one in self.standards if one.holds_for(purpose)),
            self.standard_fen,
        )


class _File(Versions[_Version]):
    kind: ProgrammeKind


def read_programmes(directory: Traversable) -> Policies:
    """Read every file of a directory.

    Raises:
        PolicyRefused: a file is malformed, or two are for one kind.
    """
    policies: dict[ProgrammeKind, tuple[rules.PolicyVersion, ...]] = {}
    for file in sorted((f for f in directory.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name):
        read_file = read_policy(_File, file)
        if read_file.kind in policies:
            raise PolicyRefused(f"{file.name}: a second file for {read_file.kind}")
        policies[read_file.kind] = tuple(_made(version) for version in read_file.versions)
    return policies


def _made(version: _Version) -> rules.PolicyVersion:
    return rules.PolicyVersion(
        version.version,
        version.in_force_from,
        frozenset(version.purposes),
        version.standard_fen,
        version.amount_max_fen,
        {purpose: version.terms_of(purpose) for purpose in version.purposes},
        tuple(band.read() for band in version.bands),
    )
