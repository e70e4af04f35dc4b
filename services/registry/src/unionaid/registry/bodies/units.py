"""Bodies about unions and enterprises."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts.fields import (
    DissolutionReason,
    NameCorrectionReason,
    Ownership,
    UnionLevel,
    UnitCorrectionReason,
)
from unionaid.registry.bodies.typed import BusinessDate, Typed, UnitName
from unionaid.service.routes import Body


class NewUnionOrg(Body):
    """A union to be entered; every one but the district federation names the union above it."""

    level: UnionLevel
    name: UnitName
    parent_id: UUID | None = None
    occurred_on: BusinessDate


class NewEnterprise(Body):
    """An enterprise to be entered; it may have no union yet."""

    uscc: Typed
    name: UnitName
    ownership: Ownership
    union_org_id: UUID | None = None
    occurred_on: BusinessDate


class UnionMove(Body):
    """Under which union a union stands from a day on."""

    parent_id: UUID
    occurred_on: BusinessDate


class Dissolution(Body):
    """Why a union is dissolved."""

    reason_code: DissolutionReason
    occurred_on: BusinessDate


class UnionCorrection(Body):
    """What a union is called, and whether it was ever called otherwise."""

    name: UnitName
    reason_code: NameCorrectionReason
    occurred_on: BusinessDate


class EnterpriseCorrection(Body):
    """What is different about an enterprise; what is left out stays, and a union that is null goes."""

    uscc: Typed | None = None
    name: UnitName | None = None
    ownership: Ownership | None = None
    union_org_id: UUID | None = None
    reason_code: UnitCorrectionReason
    occurred_on: BusinessDate
