"""Bodies of decisions about pairs."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from unionaid.contracts.registry.duplicates import KeptApartReason, MergeReason, UnmergeReason
from unionaid.contracts.unmerging import SEEN_PAYMENTS_MAX
from unionaid.registry.bodies.typed import BusinessDate
from unionaid.service.routes import Body

BlockKind = Literal["phone", "pinyin_born", "surname_born", "given_born"]
"""What two records of one person most likely have in common."""


class Scan(Body):
    """Where the next step of a scan begins: what the step before answered as `next`."""

    kind: BlockKind = "phone"
    after: Annotated[str, Field(pattern=r"^-?[0-9]{1,19}$")] | None = None


class KeepingApart(Body):
    """Why two persons are two."""

    reason_code: KeptApartReason
    occurred_on: BusinessDate


class Merging(Body):
    """Which person stands for which other from now on, and why."""

    person_id: UUID
    survivor_id: UUID
    reason_code: MergeReason
    occurred_on: BusinessDate


class Undoing(Body):
    """Why a merge is to be undone, and the payments (applications) since the merge that the officer has looked at."""

    reason_code: UnmergeReason
    seen_payments: Annotated[list[UUID], Field(max_length=SEEN_PAYMENTS_MAX, default_factory=list)]
    occurred_on: BusinessDate
