"""Unions and enterprises (工會、用人單位)."""

from typing import Self
from uuid import UUID

from pydantic import model_validator

from unionaid.contracts.fields import (
    Ownership,
    PublicName,
    UnionLevel,
    Uscc,
)
from unionaid.contracts.registry.base import RegistryEvent


class UnionOrgEstablished(RegistryEvent, stream="union", stream_id="org_id"):
    """A union (工會) took its place in the three-level tree.

    The district federation has no `parent_id`, every other union has one.
    """

    org_id: UUID
    level: UnionLevel
    parent_id: UUID | None = None
    name: PublicName

    @model_validator(mode="after")
    def _parent_by_level(self) -> Self:
        if (self.level == "district") != (self.parent_id is None):
            raise ValueError("a district federation has no parent, every other union has one")
        return self


class EnterpriseRegistered(RegistryEvent, stream="enterprise", version=2):
    """An employing unit (用人單位) was registered; it may have no union yet."""

    enterprise_id: UUID
    uscc: Uscc
    name: PublicName
    ownership: Ownership
    union_org_id: UUID | None = None
