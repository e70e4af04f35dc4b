"""How an enterprise becomes known: by a code whose check character fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import Ownership
from unionaid.contracts.registry import EnterpriseRegistered
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.enterprise.facts import Enterprise, Unknown
from unionaid.registry.domain.refusals import AlreadyRegistered, UnionDissolved, UnitUnknown
from unionaid.registry.domain.union_org.facts import Dissolved, UnionOrg
from unionaid.registry.domain.union_org.facts import Unknown as UnionUnknown


@dataclass(frozen=True, slots=True)
class RegisterEnterprise:
    """Enter an enterprise; `uscc` was read by `read_uscc`."""

    enterprise_id: UUID
    uscc: str
    name: str
    ownership: Ownership
    union_org_id: UUID | None
    on: date
    today: date


def register(enterprise: Enterprise, union: UnionOrg | None, command: RegisterEnterprise) -> list[Event]:
    """Register an enterprise; `union` is the one that `union_org_id` names, None if it names none.

    That a code registers once is held by a reservation (`application`).
    Raises AlreadyRegistered, UnitUnknown, UnionDissolved and the refusals of dates.
    """
    if not isinstance(enterprise, Unknown):
        raise AlreadyRegistered
    refuse_impossible(command.on, command.today)
    refuse_union(union)
    return [
        EnterpriseRegistered(
            occurred_on=command.on,
            enterprise_id=command.enterprise_id,
            uscc=command.uscc,
            name=command.name,
            ownership=command.ownership,
            union_org_id=command.union_org_id,
        )
    ]


def refuse_union(union: UnionOrg | None) -> None:
    """Refuse a union that an enterprise cannot belong to. Raises UnitUnknown, UnionDissolved."""
    match union:
        case UnionUnknown():
            raise UnitUnknown(field="union_org_id")
        case Dissolved():
            raise UnionDissolved(field="union_org_id")
        case _:
            pass
