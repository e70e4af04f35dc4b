"""The name of a union is corrected: what it was called before stays in its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import NameCorrectionReason
from unionaid.contracts.registry import UnionOrgDetailsCorrected
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.refusals import BeforeRegistered, NotFound, NothingCorrected, UnionDissolved
from unionaid.registry.domain.union_org.facts import Dissolved, UnionOrg, Unknown


@dataclass(frozen=True, slots=True)
class CorrectUnionOrg:
    """Call a union otherwise; the district federation too."""

    org_id: UUID
    name: str
    reason: NameCorrectionReason
    on: date
    today: date


def correct(union: UnionOrg, command: CorrectUnionOrg) -> list[Event]:
    """Call a union otherwise.

    What was entered wrong was never so: the new name holds since the day from which the wrong one was said to hold.
    Raises NotFound, UnionDissolved, NothingCorrected, BeforeRegistered and the refusals of dates.
    """
    if isinstance(union, Unknown):
        raise NotFound
    if isinstance(union, Dissolved):
        raise UnionDissolved
    refuse_impossible(command.on, command.today)
    since = union.called_so_since
    if command.on < since:
        raise BeforeRegistered(field="occurred_on", earlier=since.isoformat())
    if command.name == union.name:
        raise NothingCorrected
    return [
        UnionOrgDetailsCorrected(
            occurred_on=command.on,
            org_id=union.org_id,
            name=command.name,
            reason_code=command.reason,
            since=since if command.reason == "entered-wrong" else None,
        )
    ]
