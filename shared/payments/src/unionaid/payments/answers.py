"""What a bank answers: of each payment that it was paid, that it came back, or that it was undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from unionaid.service.refusals import Fault


class Said(StrEnum):
    """What a bank says of a payment."""

    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


class Reason(StrEnum):
    """Why a payment did not reach its payee; what a bank says in other words is `bank-declined`."""

    ACCOUNT_UNKNOWN = "account-unknown"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_FROZEN = "account-frozen"
    NAME_DIFFERS = "name-differs"
    BANK_DECLINED = "bank-declined"


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of a table, or one booking.

    `amount_fen` is what was paid, or came back; `ordered_fen` what the bank says it was told to pay, where its file
    says so. `account_tail` are the last four characters of the account, where the file has one. `own_words` are the
    bank's, for the eyes of who reconciles: they enter no event. `booking` is the bank's own number of the booking.
    """

    row: int
    reference: str
    said: Said
    amount_fen: int
    ordered_fen: int | None = None
    account_tail: str | None = None
    reason: Reason | None = None
    own_words: str = field(default="", repr=False)
    booking: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """A bank's file, read: its rows that can be understood, and everything that is wrong with it.

    In a table each row is the last word on its line; `bookings` are movements, and several may be of one line.
    """

    sha256: str
    answers: Sequence[Answer]
    faults: Sequence[Fault]
    bookings: bool = False
