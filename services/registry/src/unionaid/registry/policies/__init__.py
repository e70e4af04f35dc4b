"""Registry's policies, effective-dated, kept as data in `policy/` and checked when they are loaded."""

from unionaid.registry.policies.duplicates import read_thresholds
from unionaid.registry.policies.hardship import read_hardship
from unionaid.registry.policies.refused import PolicyRefused

__all__ = ["PolicyRefused", "read_hardship", "read_thresholds"]
