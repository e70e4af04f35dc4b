"""What is known of an enterprise is corrected: what was known before stays in its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import Ownership, UnitCorrectionReason, UnitField
from unionaid.contracts.registry import EnterpriseDetailsCorrected
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.enterprise.facts import Enterprise, Unknown
from unionaid.registry.domain.enterprise.rules import refuse_union
from unionaid.registry.domain.refusals import BeforeRegistered, NotFound, NothingCorrected
from unionaid.registry.domain.union_org.facts import UnionOrg


@dataclass(frozen=True, slots=True)
class CorrectEnterprise:
    """What an enterprise is, all of it; `uscc` was read by `read_uscc`."""

    enterprise_id: UUID
    uscc: str
    name: str
    ownership: Ownership
    union_org_id: UUID | None
    reason: UnitCorrectionReason
    on: date
    today: date


def correct(enterprise: Enterprise, union: UnionOrg | None, command: CorrectEnterprise) -> list[Event]:
    """Correct an enterprise; `union` is the one that `union_org_id` names, None if it names none.

    What was entered wrong was never so: it is corrected since the day that was told then. That a code registers
    once is held by a reservation (`application`).
    Raises NotFound, UnitUnknown, UnionDissolved, NothingCorrected, BeforeRegistered and the refusals of dates.
    """
    if isinstance(enterprise, Unknown):
        raise NotFound
    refuse_impossible(command.on, command.today)
    if command.on < enterprise.since:
        raise BeforeRegistered(field="occurred_on", earlier=enterprise.since.isoformat())
    names: tuple[UnitField, ...] = get_args(UnitField)
    corrected = tuple(name for name in names if getattr(command, name) != getattr(enterprise, name))
    if not corrected:
        raise NothingCorrected
    if "union_org_id" in corrected:
        refuse_union(union)
    return [
        EnterpriseDetailsCorrected(
            occurred_on=command.on,
            enterprise_id=enterprise.enterprise_id,
            uscc=command.uscc,
            name=command.name,
            ownership=command.ownership,
            union_org_id=command.union_org_id,
            corrected_details=corrected,
            reason_code=command.reason,
            since=enterprise.since if command.reason == "entered-wrong" else None,
        )
    ]
