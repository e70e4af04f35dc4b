"""Bodies about samples of the paid."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import AMOUNT_FEN_MAX, VerificationOutcome
from unionaid.contracts.relief import SAMPLE_MAX
from unionaid.relief.bodies.typed import StepBody


class DrawBody(StepBody):
    """When, and how many payments are drawn; all, where there are fewer."""

    size: Annotated[int, Field(strict=True, ge=1, le=SAMPLE_MAX)]


class AnswerBody(StepBody):
    """What somebody of the sample said; `received_fen` stands beside `received-less`."""

    application_id: UUID
    outcome: VerificationOutcome
    received_fen: Annotated[int, Field(strict=True, ge=0, le=AMOUNT_FEN_MAX)] | None = None
