"""Canned facts, for tests and documents: one winter of an invented district."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BudgetAllotted,
    BudgetOpened,
    FundOpened,
    FundsReceived,
    ProgrammeOpened,
    lines_hash,
)
from unionaid.contracts.samples import BUDGET, DISTRICT, FUND, GRASSROOTS, LIST, PROGRAMME, VISITORS
from unionaid.relief.domain.programme.rules import PolicyVersion
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.relief.domain.relief_list.guards import Step
from unionaid.relief.domain.relief_list.paying import CashVisit, Signature
from unionaid.relief.domain.relief_list.submitting import Declared, Known, Line, Submit

TODAY = date(2017, 3, 1)
WINDOW_FROM, WINDOW_TO = date(2016, 12, 15), date(2017, 2, 11)
ENTERED_ON, VERIFIED_ON, APPROVED_ON = date(2016, 12, 20), date(2016, 12, 22), date(2016, 12, 26)
PAID_ON = date(2017, 1, 5)
ENTERER, VERIFIER, APPROVER, CASHIER = (f"person-{uuid5(DISTRICT, f'officer {n}')}" for n in range(4))
STANDARD_FEN, AMOUNT_MAX_FEN = 50_000, 300_000
POLICIES = (
    PolicyVersion("winter-warmth-2013.1", date(2012, 10, 1), frozenset({"festival-visit"}), 50_000, 200_000),
    PolicyVersion(
        "winter-warmth-2017.1", date(2016, 10, 1), frozenset({"festival-visit"}), STANDARD_FEN, AMOUNT_MAX_FEN
    ),
)


def person(n: int) -> UUID:
    """The n-th invented person."""
    return uuid5(GRASSROOTS, f"person {n}")


def fund_opened(earmark: str | None = None) -> Event:
    """A fund of the government's."""
    return FundOpened(
        occurred_on=date(2016, 11, 1),
        fund_id=FUND,
        source="appropriation",
        name="2017年送温暖专项资金",
        earmark=earmark,
    )


def funds_received(amount_fen: int) -> Event:
    """Money came in."""
    return FundsReceived(
        occurred_on=date(2016, 11, 20), fund_id=FUND, amount_fen=amount_fen, voucher="样财预〔2016〕112号"
    )


def programme_opened() -> ProgrammeOpened:
    """Winter warmth of 2017."""
    return ProgrammeOpened(
        occurred_on=date(2016, 12, 1),
        programme_id=PROGRAMME,
        kind="WINTER_WARMTH",
        year=2017,
        name="2017年元旦春节送温暖",
        window_from=WINDOW_FROM,
        window_to=WINDOW_TO,
        purpose="festival-visit",
        standard_fen=STANDARD_FEN,
        amount_max_fen=AMOUNT_MAX_FEN,
        policy_version="winter-warmth-2017.1",
    )


def budget_allotted(amount_fen: int, budget_id: UUID = BUDGET) -> Event:
    """The fund's side of a budget."""
    return BudgetAllotted(
        occurred_on=date(2016, 12, 2),
        fund_id=FUND,
        budget_id=budget_id,
        programme_id=PROGRAMME,
        amount_fen=amount_fen,
    )


def budget_opened(amount_fen: int, programme_id: UUID = PROGRAMME) -> Event:
    """The budget's own side."""
    return BudgetOpened(
        occurred_on=date(2016, 12, 2),
        budget_id=BUDGET,
        fund_id=FUND,
        programme_id=programme_id,
        amount_fen=amount_fen,
    )


def declared(lines: Sequence[Line]) -> Declared:
    """What agrees with the lines."""
    numbered = [(n, line.person_id, line.amount_fen) for n, line in enumerate(lines, start=1)]
    return Declared(len(lines), sum(line.amount_fen for line in lines), lines_hash(numbered))


def submit(lines: Sequence[Line], list_id: UUID = LIST) -> Submit:
    """Submit a list of the grassroots union."""
    return Submit(
        list_id=list_id,
        union_org_id=GRASSROOTS,
        declared=declared(lines),
        lines=lines,
        by=ENTERER,
        on=ENTERED_ON,
        today=TODAY,
    )


def known(lines: Sequence[Line]) -> Known:
    """Everybody on the lines is known, of the union, and has nothing yet."""
    return Known(
        union_of=dict.fromkeys((line.person_id for line in lines), GRASSROOTS),
        subtree=frozenset({GRASSROOTS}),
        taken=frozenset(),
        sees_all=True,
    )


def step(by: str, on: date) -> Step:
    """A step taken long before today."""
    return Step(by, on, TODAY)


def cash_visit(lines: int) -> CashVisit:
    """Every line signed for by the payee."""
    return CashVisit(VISITORS, "ab" * 32, 482_113, [Signature(n, "payee") for n in range(1, lines + 1)])


def acts(events: Sequence[Event], by: str) -> list[Act]:
    """Those of the events that are the list's own, by one person."""
    return [Act(event, by) for event in events if event.STREAM == "list"]
