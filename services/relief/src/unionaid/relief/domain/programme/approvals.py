"""Whose approvals a list needs: by bands of its greatest line, and of its sum."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.contracts.fields import ApproverRole
from unionaid.contracts.relief import ApprovalBand

ONE: tuple[ApproverRole, ...] = ("approver",)
"""What a list needs that reaches no band."""


def needed(bands: Sequence[ApprovalBand], amounts_fen: Sequence[int]) -> tuple[ApproverRole, ...]:
    """Return whose approvals a list of these lines needs, in order; none said where one approver's is enough.

    Of the bands it reaches, the one with the most approvals counts; of equals the first.
    """
    of = {"line": max(amounts_fen, default=0), "list": sum(amounts_fen)}
    reached = [band.approvals for band in bands if of[band.measure] >= band.from_fen]
    return max(reached, key=len, default=())
