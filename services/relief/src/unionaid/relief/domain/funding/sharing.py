"""How an amount is shared out, to the last fen: one after the other, or by weights with the largest remainder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def in_order(amount_fen: int, most_fen: Sequence[int]) -> list[int]:
    """Take from each in turn what it has. What all of them do not have is in no part."""
    parts = []
    for most in most_fen:
        parts.append(min(amount_fen, most))
        amount_fen -= parts[-1]
    return parts


def by_weight(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """Split by weights: whole fen first, then one each to the largest remainders, of equal ones the first.

    A weight of none gets nothing. No part is above its weight where the amount is not above their sum.
    """
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts, rests = zip(*(divmod(amount_fen * weight, total) for weight in weights), strict=True)
    left = amount_fen - sum(parts)
    first = sorted(range(len(weights)), key=lambda place: (-rests[place], place))[:left]
    return [part + (place in first) for place, part in enumerate(parts)]


def line_by_line(amounts_fen: Sequence[int], shares_fen: Sequence[int], *, ordered: bool) -> Iterator[list[int]]:
    """Share out lines that add up to the shares: in order, or each by what is left of the shares.

    So the lines' parts add up to the shares to the last fen, whatever was rounded on the way.
    """
    left = list(shares_fen)
    for amount_fen in amounts_fen:
        parts = in_order(amount_fen, left) if ordered else by_weight(amount_fen, left)
        left = [one - part for one, part in zip(left, parts, strict=True)]
        yield parts
