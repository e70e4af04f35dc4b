"""All routes of relief, and the statuses of its refusals."""

from __future__ import annotations

from collections.abc import Mapping

from unionaid.payments.refusals import XmlTooLarge
from unionaid.relief.http.accounts import accounts
from unionaid.relief.http.activities import competitions, job_fairs, sessions
from unionaid.relief.http.bank_files import bank_files
from unionaid.relief.http.bank_returns import bank_returns
from unionaid.relief.http.funding import funding
from unionaid.relief.http.funds import budgets, funds
from unionaid.relief.http.gifts import gifts
from unionaid.relief.http.goods import goods_issues, stocks
from unionaid.relief.http.ledger import ledger
from unionaid.relief.http.lists import lists
from unionaid.relief.http.payment_batches import payment_batches
from unionaid.relief.http.payment_holds import payment_holds
from unionaid.relief.http.previews import previews
from unionaid.relief.http.programmes import programmes
from unionaid.relief.http.verifications import verifications
from unionaid.sheets.refusals import FileTooLarge, WorkbookTooLarge

STATUSES: Mapping[str, int] = {
    "already-carried-over": 409,
    "already-opened": 409,
    "fund-insufficient": 409,
    "funding-as-before": 409,
    "funding-missing": 409,
    "budget-insufficient": 409,
    "budgets-undecided": 409,
    "commitment-missing": 409,
    "session-full": 409,
    "stock-insufficient": 409,
    "return-too-large": 409,
    "list-wrong-status": 409,
    "batch-wrong-status": 409,
    "batch-sent": 409,
    "batch-not-sent": 409,
    "sample-drawn": 409,
    "sample-not-drawn": 409,
    "seed-lost": 409,
    "seed-not-published": 409,
    "nothing-paid": 409,
    "payment-file-made": 409,
    "programme-closed": 409,
    "payment-file-late": 409,
    "payment-file-missing": 409,
    "payment-file-changed": 409,
    "nothing-left": 409,
    "nothing-to-pay": 409,
    "approval-of-other-role": 403,
    "endorsed-by-same": 403,
    "entered-by-same": 403,
    "verified-by-same": 403,
    "approved-by-same": 403,
    "issued-by-same": 403,
    "booked-by-same": 403,
    "own-matter": 403,
    "preview-given-up": 503,
    **{refusal.code: 413 for refusal in (FileTooLarge, WorkbookTooLarge, XmlTooLarge)},
}
"""Status of refusals, 422 for the others: 409 what may be right at another time, 403 what another may do."""
ROUTERS = (
    funds,
    gifts,
    budgets,
    stocks,
    goods_issues,
    sessions,
    job_fairs,
    competitions,
    ledger,
    previews,
    programmes,
    funding,
    lists,
    payment_batches,
    accounts,
    bank_files,
    bank_returns,
    payment_holds,
    verifications,
)
