"""Which steps of a list somebody may take now, as the rules would have it: a page offers these and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unionaid.relief.domain.refusals import ApprovedBySame, EnteredBySame, OwnMatter, SamePersonTwice, VerifiedBySame
from unionaid.relief.domain.relief_list import facts
from unionaid.service.roles import Actor, Role


@dataclass(frozen=True, slots=True)
class Offer:
    """Steps by name; `hindrance` is the code of what keeps somebody from a step that the role would have."""

    steps: tuple[str, ...] = ()
    hindrance: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    role: Role
    begins: tuple[type[facts.Existing], ...]
    not_by: Sequence[tuple[str, type[SamePersonTwice]]]


_ENTERED, _VERIFIED, _APPROVED = (
    ("entered_by", EnteredBySame), ("verified_by", VerifiedBySame), ("approved_by", ApprovedBySame),
)  # fmt: skip
_STEPS = (
    _Step("verification", Role.SUB_DISTRICT_OFFICER, (facts.Submitted,), (_ENTERED,)),
    _Step("approval", Role.APPROVER, (facts.Verified,), (_ENTERED, _VERIFIED)),
    _Step("rejection", Role.APPROVER, (facts.Submitted, facts.Verified, facts.Approved), (_ENTERED, _VERIFIED)),
    _Step("cash-payment", Role.CASHIER, (facts.Approved,), (_ENTERED, _VERIFIED, _APPROVED)),
)
WAITS_FOR: Mapping[str, Role] = {
    "submitted": Role.SUB_DISTRICT_OFFICER,
    "verified": Role.APPROVER,
    "approved": Role.CASHIER,
}
"""Status of a list -> whose turn it is."""


def offer(relief_list: facts.ReliefList, actor: Actor, *, on_the_list: bool) -> Offer:
    """Return what `actor`, who sees the list, may do with it; `on_the_list` says that it has a line for the actor."""
    steps, hindrance = [], None
    for step in _STEPS:
        if step.role not in actor.roles or not isinstance(relief_list, step.begins):
            continue
        by_same = next((why for name, why in step.not_by if getattr(relief_list, name, None) == actor.id), None)
        refusal = by_same or (OwnMatter if on_the_list else None)
        if refusal is None:
            steps.append(step.name)
        else:
            hindrance = hindrance or refusal.code
    return Offer(tuple(steps), hindrance)
