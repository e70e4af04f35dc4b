"""For how many months a fund lasts."""

from __future__ import annotations

from typing import NamedTuple


class Lasting(NamedTuple):
    """Whole months that the money there is pays for, and with what is promised beside it, at so much a month."""

    monthly_fen: int
    months: int
    months_with_pledges: int


def lasting(cash_fen: int, awaited_fen: int, monthly_fen: int | None) -> Lasting | None:
    """Return how long money lasts at a monthly amount in fen; None where there is none to go by."""
    if not monthly_fen:
        return None
    return Lasting(monthly_fen, cash_fen // monthly_fen, (cash_fen + awaited_fen) // monthly_fen)
