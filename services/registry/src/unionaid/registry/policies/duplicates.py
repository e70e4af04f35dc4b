"""The thresholds of likeness, effective-dated, kept as data in `policy/duplicates.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, model_validator

from unionaid.contracts.registry.duplicates import SCORE_MAX
from unionaid.registry.domain.pair.rules import Thresholds
from unionaid.service.policies import Version, Versions, read_policy

_FILE = files("unionaid.registry") / "policy" / "duplicates.yaml"
UNMERGE_WAIT_DAYS_MAX = 60
_Points = Annotated[int, Field(ge=1, le=SCORE_MAX)]


class _Version(Version):
    surely: _Points
    possibly: _Points
    unmerge_wait_days: Annotated[int, Field(ge=1, le=UNMERGE_WAIT_DAYS_MAX)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.possibly >= self.surely:
            raise ValueError(f"{self.version}: what is surely one needs more points than what is possibly one")
        return self


def read_thresholds(text: str | None = None) -> Sequence[Thresholds]:
    """Return the versions of the policy of duplicates, oldest first: those of the package, or of `text`.

    Raises PolicyRefused.
    """
    return [
        Thresholds(v.version, v.in_force_from, v.surely, v.possibly, v.unmerge_wait_days)
        for v in read_policy(Versions[_Version], _FILE, text).in_order
    ]
