"""A stock: nothing, then open; of each receipt so much is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import GoodsPutBack, GoodsReceived, GoodsRemoved, GoodsTaken, StockOpened
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What came with one receipt, and how many units of it are left."""

    received: GoodsReceived
    left: int

    @property
    def receipt_id(self) -> UUID:
        """Which receipt it is."""
        return self.received.receipt_id


@dataclass(frozen=True, slots=True)
class Open:
    """`terms` are fund, item and unit; `lots` stand in the order in which they were entered, none below zero."""

    terms: StockOpened
    lots: tuple[Lot, ...] = ()

    @property
    def quantity(self) -> int:
        """How many units are in store."""
        return sum(lot.left for lot in self.lots)

    @property
    def value_fen(self) -> int:
        """What they are worth."""
        return sum(lot.left * lot.received.unit_value_fen for lot in self.lots)

    def there_on(self, day: date) -> list[Lot]:
        """Return the lots that had come by a day and of which something is left, the oldest first."""
        there = [lot for lot in self.lots if lot.left and lot.received.occurred_on <= day]
        return sorted(there, key=lambda lot: lot.received.occurred_on)

    def lot(self, receipt_id: UUID) -> Lot | None:
        """Return what came with a receipt."""
        return next((lot for lot in self.lots if lot.receipt_id == receipt_id), None)


Stock: TypeAlias = Unopened | Open

INITIAL: Stock = Unopened()


def evolve(stock: Stock, event: Event) -> Stock:
    """Return the stock after an event. Raises BrokenHistory."""
    match stock, event:
        case Unopened(), StockOpened():
            return Open(event)
        case Open(), GoodsReceived() if stock.lot(event.receipt_id) is None:
            return replace(stock, lots=(*stock.lots, Lot(event, event.quantity)))
        case Open(), GoodsTaken() | GoodsRemoved():
            return _moved(stock, event, event.receipt_id, -event.quantity)
        case Open(), GoodsPutBack():
            return _moved(stock, event, event.receipt_id, event.quantity)
        case _:
            raise BrokenHistory(stock, event)


def stock_of(history: Iterable[Event]) -> Stock:
    """Return the stock that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)


def _moved(stock: Open, event: Event, receipt_id: UUID, quantity: int) -> Open:
    """Return the stock with more or less of a receipt: never less than none, nor more than came with it."""
    lot = stock.lot(receipt_id)
    if lot is None or not 0 <= lot.left + quantity <= lot.received.quantity:
        raise BrokenHistory(stock, event)
    after = replace(lot, left=lot.left + quantity)
    return replace(stock, lots=tuple(after if one is lot else one for one in stock.lots))
