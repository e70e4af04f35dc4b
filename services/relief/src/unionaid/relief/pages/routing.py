"""All screens of relief."""

from __future__ import annotations

from unionaid.relief.pages.bank_returns import bank_returns
from unionaid.relief.pages.batch_files import batch_files
from unionaid.relief.pages.cash_payments import cash_payments
from unionaid.relief.pages.entering import entering
from unionaid.relief.pages.explanations import explanations
from unionaid.relief.pages.funding import funding
from unionaid.relief.pages.funds import funds
from unionaid.relief.pages.gifts import gifts
from unionaid.relief.pages.goods_issues import goods_issues
from unionaid.relief.pages.ledger import ledger
from unionaid.relief.pages.lists import lists
from unionaid.relief.pages.payment_batches import payment_batches
from unionaid.relief.pages.previews import preview_page
from unionaid.relief.pages.programmes import programmes
from unionaid.relief.pages.relief_list import relief_list
from unionaid.relief.pages.stocks import stocks
from unionaid.relief.pages.verifications import verifications

PAGES = (
    lists,
    entering,
    cash_payments,
    payment_batches,
    batch_files,
    bank_returns,
    preview_page,
    funding,
    programmes,
    explanations,
    relief_list,
    funds,
    gifts,
    ledger,
    stocks,
    goods_issues,
    verifications,
)
"""In the order in which a path is looked for: `/pages/lists/new` before `/pages/lists/{list_id}`."""
