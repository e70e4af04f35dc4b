"""Where the yuan of a fund went: sums to the last fen for any course of a fund, and never told otherwise later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.relief.domain.fund.tracing import Move, Overdrawn, Use, traced

FUND = "fund-1"


def move(n: int, fen: int, stream: str | None = None, reference: str | None = None) -> Move:
    return Move(UUID(int=n), stream or f"application-{n}", fen, reference=reference)


def gift(n: int, fen: int, voucher: str | None = None) -> Move:
    return Move(UUID(int=n), FUND, fen, gift=True, voucher=voucher)


def told(moves: Sequence[Move]) -> dict[int, list[tuple[int, int]]]:
    return {gift.int: [(use.event_id.int, use.amount_fen) for use in uses] for gift, uses in traced(moves).items()}


def test_what_came_in_first_goes_out_first() -> None:
    moves = [gift(1, 500), gift(2, 300), move(3, -400), move(4, -250)]
    assert told(moves) == {1: [(3, 400), (4, 100)], 2: [(4, 150)]}


def test_what_is_given_back_to_a_giver_is_taken_from_that_gift_first() -> None:
    moves = [gift(1, 500, "收1"), gift(2, 300, "收2"), move(3, -350, stream=FUND, reference="收2"), move(4, -450)]
    assert told(moves) == {1: [(3, 50), (4, 450)], 2: [(3, 300)]}


def test_what_comes_back_from_a_payment_returns_to_its_gifts() -> None:
    paid, back = move(3, -400, stream="application-x"), move(4, 400, stream="application-x")
    assert told([gift(1, 300), gift(2, 300), paid, back, move(5, -100)]) == {
        1: [(3, 300), (4, -300), (5, 100)],
        2: [(3, 100), (4, -100)],
    }


def test_money_that_nobody_gave_pays_too_and_is_no_gift() -> None:
    assert told([move(1, 100), gift(2, 100), move(3, -150)]) == {2: [(3, 50)]}


def test_a_fund_that_is_overdrawn_is_none() -> None:
    with pytest.raises(Overdrawn):
        traced([gift(1, 100), move(2, -101)])


@st.composite
def courses(draw: st.DrawFn) -> list[Move]:
    """Receipts, what goes out, returns to givers and what comes back, in any order; never below zero."""
    moves: list[Move] = []
    cash, paid = 0, dict[str, int]()
    for n in range(1, draw(st.integers(1, 25)) + 1):
        kind = draw(st.sampled_from(("gift", "out", "return", "back", "other")))
        if kind in ("out", "return") and cash:
            fen = draw(st.integers(1, cash))
            reference = f"收{draw(st.integers(1, 25))}" if kind == "return" else None
            stream = FUND if kind == "return" else f"application-{draw(st.integers(1, 5))}"
            moves.append(move(n, -fen, stream=stream, reference=reference))
            paid[stream] = paid.get(stream, 0) + fen
            cash -= fen
        elif kind == "back" and any(paid.values()):
            stream = draw(st.sampled_from(sorted(one for one, fen in paid.items() if fen)))
            fen = draw(st.integers(1, paid[stream]))
            moves.append(move(n, fen, stream=stream))
            paid[stream] -= fen
            cash += fen
        else:
            fen = draw(st.integers(1, 1_000))
            moves.append(move(n, fen, stream="other") if kind == "other" else gift(n, fen, f"收{n}"))
            cash += fen
    return moves


def left_of(moves: Sequence[Move], uses: Mapping[UUID, Sequence[Use]]) -> dict[UUID, int]:
    return {
        one.event_id: one.amount_fen - sum(use.amount_fen for use in uses[one.event_id]) for one in moves if one.gift
    }


@given(courses())
def test_every_fen_of_a_gift_is_used_or_still_there(moves: list[Move]) -> None:
    uses = traced(moves)
    assert uses.keys() == {one.event_id for one in moves if one.gift}
    left = left_of(moves, uses)
    assert all(0 <= left[one.event_id] <= one.amount_fen for one in moves if one.gift)
    cash, other = sum(one.amount_fen for one in moves), sum(one.amount_fen for one in moves if one.stream == "other")
    assert cash - other <= sum(left.values()) <= cash
    borne: dict[UUID, int] = {}
    for use in (use for those in uses.values() for use in those):
        borne[use.event_id] = borne.get(use.event_id, 0) + use.amount_fen
    for one in moves:
        if not one.gift:
            assert abs(borne.get(one.event_id, 0)) <= abs(one.amount_fen)
            if not other:
                assert borne.get(one.event_id, 0) == -one.amount_fen


@given(courses(), st.integers(0, 25))
def test_what_was_told_is_never_told_otherwise(moves: list[Move], until: int) -> None:
    earlier, now = traced(moves[:until]), traced(moves)
    assert all(list(now[gift])[: len(uses)] == list(uses) for gift, uses in earlier.items())
