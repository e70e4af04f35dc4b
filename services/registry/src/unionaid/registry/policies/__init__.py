"""Registry's policies, effective-dated, kept as data in `policy/` and checked when they are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from unionaid.registry.domain.dossier.assessing import HardshipPolicy
from unionaid.registry.domain.pair.rules import Thresholds
from unionaid.registry.domain.person.retention import RetentionPolicy
from unionaid.registry.policies.duplicates import read_thresholds
from unionaid.registry.policies.hardship import read_hardship
from unionaid.registry.policies.retention import read_retention
from unionaid.service.policies import PolicyRefused

__all__ = ["Policies", "PolicyRefused", "read_hardship", "read_policies", "read_retention", "read_thresholds"]


class Policies(NamedTuple):
    """The versions of each."""

    hardship: Sequence[HardshipPolicy]
    duplicates: Sequence[Thresholds]
    retention: Sequence[RetentionPolicy]


@cache
def read_policies() -> Policies:
    """Return those of the package, read once. Raises PolicyRefused."""
    return Policies(read_hardship(), read_thresholds(), read_retention())
