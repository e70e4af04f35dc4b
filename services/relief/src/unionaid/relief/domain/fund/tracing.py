"""Where each yuan of a fund went: what goes out is taken from what came in first, fen by fen (decision 0031).

Money that is given back to a giver is taken from that gift first, and money that comes back from a payment returns to
the gifts it was taken from. What was told of a gift is never told otherwise later: it only grows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of a fund's cash, in the order of the log; fen above zero came in, below went out.

    `gift` says that it was a receipt, `voucher` by which document; `reference` names the document that it corrects.
    """

    event_id: UUID
    stream: str
    amount_fen: int
    gift: bool = False
    voucher: str | None = None
    reference: str | None = None


class Use(NamedTuple):
    """The part of a movement that a gift bore, in fen; below zero where that much came back to it."""

    event_id: UUID
    amount_fen: int


class Overdrawn(Exception):
    """More went out than had come in: the movements are not those of a fund, which is never below zero."""


@dataclass(slots=True)
class _Lot:
    """What is left of money that came in, in fen, and where the rest went."""

    left_fen: int
    uses: list[Use] = field(default_factory=list)


def traced(moves: Iterable[Move]) -> Mapping[UUID, list[Use]]:
    """Return of each receipt, by its event, where it went; what is missing to its amount is still there.

    Raises Overdrawn.
    """
    tracing = _Tracing()
    for move in moves:
        tracing.add(move)
    return {event_id: tracing.lots[n].uses for event_id, n in tracing.gifts.items()}


class _Tracing:
    """Lots in the order in which they came in; none before `_first` has anything left."""

    def __init__(self) -> None:
        self.lots: list[_Lot] = []
        self.gifts: dict[UUID, int] = {}
        self._first = 0
        self._of_voucher: dict[str, int] = {}
        self._taken: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """By stream: lot, and the fen that were taken from it."""

    def add(self, move: Move) -> None:
        if move.amount_fen < 0:
            self._take(move)
        elif move.gift:
            self.gifts[move.event_id] = len(self.lots)
            if move.voucher is not None:
                self._of_voucher.setdefault(move.voucher, len(self.lots))
            self.lots.append(_Lot(move.amount_fen))
        else:
            self._give_back(move)

    def _take(self, move: Move) -> None:
        missing = -move.amount_fen
        named = self._of_voucher.get(move.reference) if move.reference is not None else None
        if named is not None:
            missing -= self._take_from(named, missing, move)
        while missing:
            if self._first == len(self.lots):
                raise Overdrawn(move.event_id)
            missing -= self._take_from(self._first, missing, move)
            if not self.lots[self._first].left_fen:
                self._first += 1

    def _take_from(self, n: int, most: int, move: Move) -> int:
        lot = self.lots[n]
        fen = min(lot.left_fen, most)
        if fen:
            lot.left_fen -= fen
            lot.uses.append(Use(move.event_id, fen))
            self._taken[move.stream].append((n, fen))
        return fen

    def _give_back(self, move: Move) -> None:
        """What was taken last comes back first; what was never taken is money of nobody's gift."""
        back, taken = move.amount_fen, self._taken[move.stream]
        while back and taken:
            n, fen = taken.pop()
            returned = min(fen, back)
            if returned < fen:
                taken.append((n, fen - returned))
            back -= returned
            self.lots[n].left_fen += returned
            self.lots[n].uses.append(Use(move.event_id, -returned))
            self._first = min(self._first, n)
        if back:
            self.lots.append(_Lot(back))
