"""The JSON bodies of relief's commands. Money is whole fen; a date is `2017-01-05`; nothing is guessed."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from unionaid.contracts.fields import (
    AMOUNT_FEN_MAX,
    FILE_BYTES_MAX,
    LINES_MAX,
    YEAR_MAX,
    YEAR_MIN,
    Code,
    FundSource,
    ProgrammeKind,
    PublicName,
    Sha256Hex,
    SignedBy,
    Voucher,
)
from unionaid.relief.domain.payment_batch.returning import FailureReason, Outcome
from unionaid.relief.domain.payment_batch.rules import WithdrawalReason
from unionaid.relief.domain.relief_list.rules import RejectionReason
from unionaid.relief.domain.relief_list.settling import CancellationReason
from unionaid.service.routes import Body

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _only_iso(value: Any) -> Any:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date_form", "not a date")
    return value


BusinessDate = Annotated[date, BeforeValidator(_only_iso)]
Fen = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_FEN_MAX)]
LineFen = Annotated[int, Field(strict=True, ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]
"""An amount on a line: what is not above zero is refused line by line, all of them at once."""
LineNumber = Annotated[int, Field(strict=True, ge=1, le=LINES_MAX)]


class OpenFundBody(Body):
    """A fund: government appropriation, union dues or social donation; earmarked for one purpose, or free."""

    occurred_on: BusinessDate
    source: FundSource
    name: PublicName
    earmark: Code | None = None


class ReceiveFundsBody(Body):
    """Money that came in."""

    occurred_on: BusinessDate
    amount_fen: Fen
    voucher: Voucher


class AllotBudgetBody(Body):
    """Money set aside for a programme."""

    occurred_on: BusinessDate
    programme_id: UUID
    amount_fen: Fen


class OpenProgrammeBody(Body):
    """A programme; its amounts come from the policy in force on `window_from`."""

    occurred_on: BusinessDate
    kind: ProgrammeKind
    year: Annotated[int, Field(strict=True, ge=YEAR_MIN, le=YEAR_MAX)]
    name: PublicName
    window_from: BusinessDate
    window_to: BusinessDate
    purpose: Code


class LineBody(Body):
    """One person, and what the person is to receive."""

    person_id: UUID
    amount_fen: LineFen


class DeclaredBody(Body):
    """What the lines must agree with: count, sum, and `unionaid.contracts.relief.lines_hash`."""

    lines: Annotated[int, Field(strict=True, ge=1, le=LINES_MAX)]
    amount_fen: LineFen
    lines_hash: Sha256Hex


class SubmitListBody(Body):
    """A list of a union, to be paid from one budget of the programme. Lines count from 1, as they stand."""

    occurred_on: BusinessDate
    programme_id: UUID
    budget_id: UUID
    union_org_id: UUID
    declared: DeclaredBody
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=LINES_MAX)]


class StepBody(Body):
    """When the step was taken."""

    occurred_on: BusinessDate


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


class PaymentBatchBody(StepBody):
    """When, and what the lines that wait must agree with; `lines_hash` is over their numbers in the list."""

    declared: DeclaredBody


class WithdrawalBody(StepBody):
    """When, and why."""

    reason_code: WithdrawalReason


class ReturnLineBody(Body):
    """What the bank says of one line of a batch, by its number in the list; a reason where it did not pay."""

    line: LineNumber
    outcome: Outcome
    reason_code: FailureReason | None = None


class BankReturnBody(StepBody):
    """What the bank answered, for some lines of a batch or all."""

    lines: Annotated[list[ReturnLineBody], Field(min_length=1, max_length=LINES_MAX)]


class CancellationBody(StepBody):
    """When and why these lines of a list are given up."""

    reason_code: CancellationReason
    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=LINES_MAX)]
