"""What stocks of goods and their issues become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import (
    GoodsIssued,
    GoodsPutBack,
    GoodsReceived,
    GoodsRemoved,
    GoodsReturned,
    GoodsTaken,
    StockOpened,
)
from unionaid.eventlog import Connection
from unionaid.relief.views.adding import Writers, inserted, write

_STOCK = {"stock_id": "uuid", "fund_id": "uuid", "item": "text", "unit": "text", "occurred_on": "date"}
_LOT = (
    "receipt_id", "stock_id", "origin", "quantity", "unit_value_fen", "voucher", "budget_id", "donor_organisation",
    "donor_person_id", "valuation", "occurred_on",
)  # fmt: skip
_RECEIVE = f"""
INSERT INTO views.stock_lot ({", ".join(_LOT)}, left_quantity)
SELECT *, m.quantity FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::uuid[],
    $8::text[], $9::uuid[], $10::text[], $11::date[]) AS m({", ".join(_LOT)})
"""
_ISSUE = {
    "issue_id": "uuid",
    "programme_id": "uuid",
    "union_org_id": "uuid",
    "site": "text",
    "head_count": "integer",
    "amount_fen": "bigint",
    "signed_list_sha256": "text",
    "occurred_on": "date",
}
_WRITERS: Writers = {
    StockOpened: inserted("stock", _STOCK),
    GoodsReceived: (_RECEIVE, _LOT),
    GoodsIssued: inserted("goods_issue", _ISSUE),
}
_MOVES: Mapping[type[Fact], int] = {GoodsTaken: -1, GoodsRemoved: -1, GoodsPutBack: 1}
"""What a movement adds to what is left of a receipt, times its quantity; one sum per receipt."""
_MOVE = """
UPDATE views.stock_lot l SET left_quantity = l.left_quantity + moved.quantity
FROM (SELECT id, sum(quantity)::bigint AS quantity FROM unnest($1::uuid[], $2::bigint[]) AS m(id, quantity)
      GROUP BY id) moved WHERE l.receipt_id = moved.id
"""
_PART = """
INSERT INTO views.goods_issue_part (issue_id, stock_id, receipt_id, quantity, unit_value_fen)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[])
"""
_RETURN = """
UPDATE views.goods_issue i SET returned_heads = i.returned_heads + back.heads, returned_fen = i.returned_fen + back.fen
FROM (SELECT id, sum(heads)::integer AS heads, sum(fen)::bigint AS fen
      FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS m(id, heads, fen) GROUP BY id) back
WHERE i.issue_id = back.id
"""
_RETURN_PART = """
UPDATE views.goods_issue_part p SET returned = p.returned + back.quantity
FROM (SELECT issue_id, receipt_id, sum(quantity)::bigint AS quantity
      FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS m(issue_id, receipt_id, quantity) GROUP BY 1, 2) back
WHERE (p.issue_id, p.receipt_id) = (back.issue_id, back.receipt_id)
"""
SHOWN: tuple[type[Fact], ...] = (*_WRITERS, *_MOVES, GoodsReturned)


async def write_goods(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows: what is added first, what is moved after it."""
    await write(conn, facts, _WRITERS)
    parts = [
        (fact.issue_id, part.stock_id, part.receipt_id, part.quantity, part.unit_value_fen)
        for fact in facts
        if isinstance(fact, GoodsIssued)
        for part in fact.goods
    ]
    moves = [
        (fact.receipt_id, fact.quantity * _MOVES[type(fact)])
        for fact in facts
        if isinstance(fact, GoodsTaken | GoodsRemoved | GoodsPutBack)
    ]
    back = [fact for fact in facts if isinstance(fact, GoodsReturned)]
    returned = [(fact.issue_id, fact.head_count, fact.amount_fen) for fact in back]
    returned_parts = [(fact.issue_id, part.receipt_id, part.quantity) for fact in back for part in fact.goods]
    for sql, rows in ((_PART, parts), (_MOVE, moves), (_RETURN, returned), (_RETURN_PART, returned_parts)):
        if rows:
            await conn.execute(sql, *zip(*rows, strict=True))
