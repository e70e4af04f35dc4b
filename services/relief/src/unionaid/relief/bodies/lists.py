"""Bodies about relief lists."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    FILE_BYTES_MAX,
    LINES_MAX,
    Sha256Hex,
    SignedBy,
)
from unionaid.relief.bodies.typed import BusinessDate, DeclaredBody, LineFen, LineNumber, StepBody
from unionaid.relief.domain.relief_list.rules import RejectionReason
from unionaid.relief.domain.relief_list.settling import CancellationReason
from unionaid.service.routes import Body


class LineBody(Body):
    """One person, and what the person is to receive."""

    person_id: UUID
    amount_fen: LineFen


class SubmitListBody(Body):
    """A list of a union, to be paid from one budget of the programme, or without one from those of its funding.

    Lines count from 1, as they stand.
    """

    occurred_on: BusinessDate
    programme_id: UUID
    budget_id: UUID | None = None
    union_org_id: UUID
    declared: DeclaredBody
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=LINES_MAX)]


class RejectionBody(StepBody):
    """When, and why."""

    reason_code: RejectionReason


class SignatureBody(Body):
    """Who signed for a line; `proxy_person_id` where a proxy did whom the office knows."""

    line: LineNumber
    signed_by: SignedBy
    proxy_person_id: UUID | None = None


class CashPaymentBody(StepBody):
    """A visit of two, and the signed list they brought back."""

    visitors: Annotated[list[UUID], Field(min_length=2, max_length=2)]
    signed_list_sha256: Sha256Hex
    signed_list_bytes: Annotated[int, Field(strict=True, ge=1, le=FILE_BYTES_MAX)]
    lines: Annotated[list[SignatureBody], Field(min_length=1, max_length=LINES_MAX)]


class CancellationBody(StepBody):
    """When and why these lines of a list are given up."""

    reason_code: CancellationReason
    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=LINES_MAX)]
