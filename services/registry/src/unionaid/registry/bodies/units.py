"""Bodies about unions and enterprises."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts.fields import (
    Ownership,
    UnionLevel,
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
