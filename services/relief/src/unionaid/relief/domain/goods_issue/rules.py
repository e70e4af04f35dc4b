"""How goods are handed out at a site, and taken back: the oldest go first, and come back last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import GOODS_PARTS_MAX, GoodsReturnReason
from unionaid.contracts.relief import GoodsIssued, GoodsPart, GoodsPutBack, GoodsReturned, GoodsTaken, ProgrammeOpened
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.goods_issue.facts import Issue, Issued, Unissued
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.programme.course import refuse_closed_programme
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    BeforePreviousStep,
    EarmarkedOtherwise,
    HeadCountTooLarge,
    ItemTwice,
    NotFound,
    OutsideWindow,
    ReferenceUnknown,
    ReturnTooLarge,
    StockInsufficient,
    TooManyParts,
)
from unionaid.relief.domain.stock.facts import Open, Stock


class Item(NamedTuple):
    """So many units of a stock."""

    stock_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class SignedList:
    """The scan of who signed at the site."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class IssueGoods:
    """Hand goods out at a site that a union looks after, to so many people."""

    issue_id: UUID
    union_org_id: UUID
    site: str
    head_count: int
    items: Sequence[Item]
    signed_list: SignedList | None
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class ReturnGoods:
    """Take goods of an issue back; `head_count` people fewer were served than was said."""

    items: Sequence[Item]
    head_count: int
    reason: GoodsReturnReason
    on: date
    today: date


def issue_goods(
    issue: Issue, stocks: Mapping[UUID, Stock], programme: programme_facts.Programme, command: IssueGoods
) -> list[Event]:
    """Hand goods out, of each item what came first first.

    Raises AlreadyOpened, ReferenceUnknown, ProgrammeIsClosed, OutsideWindow, EarmarkedOtherwise, ItemTwice,
    StockInsufficient, TooManyParts and the refusals of dates.
    """
    if not isinstance(issue, Unissued):
        raise AlreadyOpened(field="issue_id")
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_closed_programme(programme, "programme_id")
    refuse_impossible(command.on, command.today)
    terms = programme.terms
    if not terms.window_from <= command.on <= terms.window_to:
        first, last = terms.window_from.isoformat(), terms.window_to.isoformat()
        raise OutsideWindow(field="occurred_on", first=first, last=last)
    _refuse_twice(command.items)
    parts = [part for n, item in enumerate(command.items) for part in _drawn(n, stocks, item, terms, command.on)]
    if len(parts) > GOODS_PARTS_MAX:
        raise TooManyParts(field="items", most=GOODS_PARTS_MAX)
    return [
        GoodsIssued(
            occurred_on=command.on,
            issue_id=command.issue_id,
            programme_id=terms.programme_id,
            programme_kind=terms.kind,
            programme_year=terms.year,
            union_org_id=command.union_org_id,
            site=command.site,
            head_count=command.head_count,
            goods=tuple(parts),
            amount_fen=sum(part.amount_fen for part in parts),
            signed_list_sha256=command.signed_list.sha256 if command.signed_list else None,
            signed_list_bytes=command.signed_list.bytes if command.signed_list else None,
        ),
        *(
            GoodsTaken(
                occurred_on=command.on,
                stock_id=part.stock_id,
                issue_id=command.issue_id,
                receipt_id=part.receipt_id,
                quantity=part.quantity,
            )
            for part in parts
        ),
    ]


def return_goods(issue: Issue, command: ReturnGoods) -> list[Event]:
    """Put goods of an issue back on stock, of each item what went out last first.

    Raises NotFound, BeforePreviousStep, ItemTwice, ReturnTooLarge, HeadCountTooLarge and the refusals of dates.
    """
    if not isinstance(issue, Issued):
        raise NotFound
    refuse_impossible(command.on, command.today)
    if command.on < issue.last_on:
        raise BeforePreviousStep(field="occurred_on", previous=issue.last_on.isoformat())
    if command.head_count > issue.head_count:
        raise HeadCountTooLarge(field="head_count", most=issue.head_count)
    _refuse_twice(command.items)
    parts = [part for n, item in enumerate(command.items) for part in _back(n, issue, item)]
    terms = issue.terms
    return [
        GoodsReturned(
            occurred_on=command.on,
            issue_id=terms.issue_id,
            programme_id=terms.programme_id,
            programme_kind=terms.programme_kind,
            programme_year=terms.programme_year,
            union_org_id=terms.union_org_id,
            site=terms.site,
            head_count=command.head_count,
            goods=tuple(parts),
            amount_fen=sum(part.amount_fen for part in parts),
            reason_code=command.reason,
        ),
        *(
            GoodsPutBack(
                occurred_on=command.on,
                stock_id=part.stock_id,
                issue_id=terms.issue_id,
                receipt_id=part.receipt_id,
                quantity=part.quantity,
            )
            for part in parts
        ),
    ]


def _refuse_twice(items: Sequence[Item]) -> None:
    named: set[UUID] = set()
    for n, item in enumerate(items):
        if item.stock_id in named:
            raise ItemTwice(field=f"items.{n}.stock_id")
        named.add(item.stock_id)


def _drawn(
    n: int, stocks: Mapping[UUID, Stock], item: Item, programme: ProgrammeOpened, on: date
) -> Iterator[GoodsPart]:
    stock = stocks[item.stock_id]
    if not isinstance(stock, Open):
        raise ReferenceUnknown(field=f"items.{n}.stock_id")
    earmark = stock.terms.earmark
    if earmark is not None and earmark != programme.purpose:
        raise EarmarkedOtherwise(field=f"items.{n}.stock_id", earmark=earmark, purpose=programme.purpose)
    lots, wanted = stock.there_on(on), item.quantity
    left = sum(lot.left for lot in lots)
    if wanted > left:
        raise StockInsufficient(field=f"items.{n}.quantity", item=stock.terms.item, left=left, wanted=wanted)
    for lot in lots:
        if quantity := min(wanted, lot.left):
            wanted -= quantity
            yield GoodsPart(
                stock_id=item.stock_id,
                fund_id=stock.terms.fund_id,
                receipt_id=lot.receipt_id,
                quantity=quantity,
                unit_value_fen=lot.received.unit_value_fen,
            )


def _back(n: int, issue: Issued, item: Item) -> Iterator[GoodsPart]:
    wanted, left = item.quantity, issue.left_of(item.stock_id)
    if wanted > left:
        raise ReturnTooLarge(field=f"items.{n}.quantity", left=left, wanted=wanted)
    for part in reversed([part for part in issue.terms.goods if part.stock_id == item.stock_id]):
        if quantity := min(wanted, issue.out[part.stock_id, part.receipt_id]):
            wanted -= quantity
            yield part.model_copy(update={"quantity": quantity})
