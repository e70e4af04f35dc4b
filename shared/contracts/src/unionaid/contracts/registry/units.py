"""Unions and enterprises (工會、用人單位)."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.fields import (
    UNIT_FIELDS_MAX,
    DissolutionReason,
    NameCorrectionReason,
    Ownership,
    PublicName,
    UnionLevel,
    UnitCorrectionReason,
    UnitField,
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


class UnionOrgMoved(RegistryEvent, stream="union", stream_id="org_id"):
    """A union stands under another from a day on; its level stays, and so do all who are in it or under it."""

    org_id: UUID
    parent_id: UUID
    former_parent_id: UUID


class UnionOrgDetailsCorrected(RegistryEvent, stream="union", stream_id="org_id"):
    """A union is called otherwise; what it was called before stays in the events before.

    Where it was entered wrong, the new name holds `since` the day from which the wrong was said to hold; otherwise
    from `occurred_on`.
    """

    org_id: UUID
    name: PublicName
    reason_code: NameCorrectionReason
    since: date | None = None


class UnionOrgDissolved(RegistryEvent, stream="union", stream_id="org_id"):
    """A union is no more: nobody was in it, and nothing is entered in it again.

    It keeps its place in the tree, so that what was done in it is seen from above. Nothing follows in this stream.
    """

    org_id: UUID
    reason_code: DissolutionReason


class EnterpriseRegistered(RegistryEvent, stream="enterprise", version=2):
    """An employing unit (用人單位) was registered; it may have no union yet."""

    enterprise_id: UUID
    uscc: Uscc
    name: PublicName
    ownership: Ownership
    union_org_id: UUID | None = None


class EnterpriseDetailsCorrected(RegistryEvent, stream="enterprise"):
    """What is known of an enterprise was corrected; what is left as it was is told again.

    What was known before stays in the events before. Where it was entered wrong, the correction holds `since` the
    day from which the wrong was said to hold; otherwise from `occurred_on`.
    """

    enterprise_id: UUID
    uscc: Uscc
    name: PublicName
    ownership: Ownership
    union_org_id: UUID | None = None
    corrected_details: Annotated[tuple[UnitField, ...], Field(min_length=1, max_length=UNIT_FIELDS_MAX)]
    reason_code: UnitCorrectionReason
    since: date | None = None
