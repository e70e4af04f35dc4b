"""Amounts as banks write them: yuan with two decimals, or whole fen. Nothing is rounded."""

from __future__ import annotations

import re
import unicodedata

from unionaid.payments.limits import AMOUNT_FEN_MAX

_DECIMAL = re.compile(r"0*([0-9]{1,14})(?:\.([0-9]{1,2}))?")
_FEN = re.compile(r"[0-9]{1,16}")
_FEN_PER_YUAN = 100


def yuan_of(fen: int) -> str:
    """Return fen as yuan with two decimals, `1200.50`."""
    return f"{fen // _FEN_PER_YUAN}.{fen % _FEN_PER_YUAN:02}"


def fen_of_decimal(written: str) -> int:
    """Return the fen of a decimal of XML: no sign, no exponent, at most two decimals. Raises ValueError."""
    read = _DECIMAL.fullmatch(written.strip())
    if read is None:
        raise ValueError("no amount with at most two decimals")
    return _within(int(read[1]) * _FEN_PER_YUAN + int((read[2] or "").ljust(2, "0")))


def fen_of_whole(written: str) -> int:
    """Return fen that are written as such: digits alone. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", written).strip()
    if not _FEN.fullmatch(plain):
        raise ValueError("no whole number of fen")
    return _within(int(plain))


def _within(fen: int) -> int:
    if fen > AMOUNT_FEN_MAX:
        raise ValueError("too large")
    return fen
