"""The policy files: what holds for which kind of programme, from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Self

from pydantic import model_validator

from unionaid.contracts.fields import AmountFen, Code, ProgrammeKind
from unionaid.relief.domain.programme import rules
from unionaid.service.policies import PolicyRefused, Version, Versions, read_policy

Policies = Mapping[ProgrammeKind, tuple[rules.PolicyVersion, ...]]
"""By kind; a kind without a file has no policy, so no such programme can be opened."""


class _Version(Version):
    purposes: list[Code]
    standard_fen: AmountFen
    amount_max_fen: AmountFen

    @model_validator(mode="after")
    def _standard_within(self) -> Self:
        if not self.purposes or self.standard_fen > self.amount_max_fen:
            raise ValueError(f"{self.version}: needs a purpose, and a standard up to its maximum")
        return self


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
    )
