"""Events of verification: a sample of the paid, chosen by nobody, is asked what they received."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    AMOUNT_FEN_MAX,
    AmountFen,
    AmountFenOrNone,
    LineNumber,
    Sha256Hex,
    VerificationOutcome,
)
from unionaid.contracts.relief.base import ReliefEvent

SAMPLE_MAX = 500
"""Payments of one sample."""
LogIndex = Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]
"""An index of relief's log."""
Payments = Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)]
"""How many payments."""


class VerificationCommitted(ReliefEvent, stream="verification"):
    """The SHA-256 of a seed was published before what is paid from now on was known: the sample is drawn with it."""

    verification_id: UUID
    programme_id: UUID
    seed_sha256: Sha256Hex


class VerificationDrawn(ReliefEvent, stream="verification"):
    """The seed was published and the sample drawn; each of it is a PaymentSampled of its own.

    Drawn from are the programme's applications with a ReliefPaid in relief's log after `since_index`, the commitment's,
    and up to `upto_index`, that have more ReliefPaid than PaymentReversed up to there; `frame_sha256` is over their
    ids, lower-case, sorted, joined by line feeds. Those with the smallest HMAC-SHA-256 of the id under the seed are
    the sample (docs/reference/bank-files.md).
    """

    verification_id: UUID
    programme_id: UUID
    seed: Sha256Hex
    since_index: LogIndex
    upto_index: LogIndex
    frame_payments: Payments
    frame_sha256: Sha256Hex
    sampled_payments: Annotated[int, Field(ge=1, le=SAMPLE_MAX)]


class PaymentSampled(ReliefEvent, stream="verification"):
    """One payment fell into the sample, at this place."""

    verification_id: UUID
    application_id: UUID
    list_id: UUID
    line: LineNumber
    person_id: UUID
    amount_fen: AmountFen


class PaymentVerified(ReliefEvent, stream="verification"):
    """Who was paid was asked whether and how much of it they received; of who was not reached there is no amount."""

    verification_id: UUID
    application_id: UUID
    amount_fen: AmountFen
    outcome: VerificationOutcome
    received_fen: AmountFenOrNone | None = None
