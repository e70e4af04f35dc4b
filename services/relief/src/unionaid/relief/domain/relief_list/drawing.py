"""What a list draws on: the budget it names, or those of the programme's funding, each with its part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BudgetShare, FundPart, ReliefListApproved, ReliefListSubmitted
from unionaid.relief.domain.budget import rules as budget_rules
from unionaid.relief.domain.budget.facts import Budget, Open
from unionaid.relief.domain.budget.rules import Movement
from unionaid.relief.domain.funding import facts as funding_facts
from unionaid.relief.domain.funding.sharing import by_weight, in_order, line_by_line
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.refusals import BudgetInsufficient, FundingMissing, ReferenceUnknown
from unionaid.relief.domain.relief_list import applications

Budgets: TypeAlias = Mapping[UUID, Budget]
"""Those that a list draws on, or may."""
Shares: TypeAlias = tuple[BudgetShare, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """What an approval binds: the movements of budgets, and the shares of the list and of each line.

    A list that names its budget has no shares: all is that budget's.
    """

    moves: list[Event]
    shares: Shares
    by_line: Sequence[Shares]
    funding_version: int | None


def budgets_of(
    submitted: ReliefListSubmitted, approved: ReliefListApproved | None, funding: funding_facts.Funding
) -> Sequence[UUID]:
    """Return the budgets that a list draws on, or would if it were approved now."""
    if submitted.budget_id is not None:
        return [submitted.budget_id]
    if approved is not None:
        return [share.budget_id for share in approved.shares]
    return [source.budget_id for source in funding.terms.sources] if isinstance(funding, funding_facts.Stated) else []


def bind(
    submitted: ReliefListSubmitted,
    lines: Sequence[applications.Verified],
    budgets: Budgets,
    funding: funding_facts.Funding,
    on: date,
) -> Bound:
    """Bind the sum of a list. Raises ReferenceUnknown, FundingMissing, BudgetInsufficient."""
    list_id, amount_fen = submitted.list_id, submitted.amount_fen
    if submitted.budget_id is not None:
        move = Movement(list_id, amount_fen, submitted.lines, on)
        return Bound([budget_rules.commit(budgets[submitted.budget_id], move)], (), [()] * len(lines), None)
    if not isinstance(funding, funding_facts.Stated):
        raise FundingMissing
    sources = [source.budget_id for source in funding.terms.sources]
    ordered = funding.terms.mode == "order"
    given = _given(amount_fen, funding, [opened(budgets, source).free_fen for source in sources])
    shared = list(line_by_line([line.terms.amount_fen for line in lines], given, ordered=ordered))
    moves = [
        budget_rules.commit(budgets[source], Movement(list_id, fen, sum(1 for parts in shared if parts[place]), on))
        for source, fen, place in sorted(zip(sources, given, range(len(sources)), strict=True))
        if fen
    ]
    return Bound(moves, _shares(sources, given), [_shares(sources, parts) for parts in shared], funding.version)


def _given(amount_fen: int, funding: funding_facts.Stated, free_fen: Sequence[int]) -> list[int]:
    """Return what each budget gives. Raises BudgetInsufficient where one has not got it, or all together have not."""
    if funding.terms.mode == "order":
        given = in_order(amount_fen, free_fen)
        if sum(given) < amount_fen:
            raise BudgetInsufficient(free=yuan(sum(free_fen)), wanted=yuan(amount_fen))
        return given
    return by_weight(amount_fen, [source.weight or 0 for source in funding.terms.sources])


def _shares(budgets: Sequence[UUID], amounts_fen: Sequence[int]) -> Shares:
    pairs = zip(budgets, amounts_fen, strict=True)
    return tuple(BudgetShare(budget_id=budget, amount_fen=fen) for budget, fen in pairs if fen)


def spend(
    submitted: ReliefListSubmitted, lines: Iterable[applications.Funded], budgets: Budgets, on: date
) -> list[Event]:
    """Spend what lines have bound. Raises ReferenceUnknown, CommitmentMissing."""
    return _moved(budget_rules.spend, submitted, lines, budgets, on)


def take_back(
    submitted: ReliefListSubmitted, lines: Iterable[applications.Funded], budgets: Budgets, on: date
) -> list[Event]:
    """Bind again what was spent on lines and came back. Raises ReferenceUnknown."""
    return _moved(budget_rules.take_back, submitted, lines, budgets, on)


def release(
    submitted: ReliefListSubmitted, lines: Iterable[applications.Funded], budgets: Budgets, on: date
) -> list[Event]:
    """Give what lines have bound back to the budgets it came from. Raises ReferenceUnknown, CommitmentMissing."""
    return _moved(budget_rules.release, submitted, lines, budgets, on)


def _moved(
    rule: Callable[[Budget, Movement], Event],
    submitted: ReliefListSubmitted,
    lines: Iterable[applications.Funded],
    budgets: Budgets,
    on: date,
) -> list[Event]:
    """Return one movement of each budget, however many lines; in one order for all writers, so that none deadlock."""
    moved: dict[UUID, tuple[int, int]] = {}
    for line in lines:
        for share in shares_of(submitted, line):
            fen, count = moved.get(share.budget_id, (0, 0))
            moved[share.budget_id] = (fen + share.amount_fen, count + 1)
    return [
        rule(budgets[budget_id], Movement(submitted.list_id, fen, count, on))
        for budget_id, (fen, count) in sorted(moved.items())
    ]


def shares_of(submitted: ReliefListSubmitted, line: applications.Funded) -> Shares:
    """Return which budget gives which part of an approved line."""
    if submitted.budget_id is None:
        return applications.shares_of(line)
    return (BudgetShare(budget_id=submitted.budget_id, amount_fen=line.terms.amount_fen),)


def parts_of(submitted: ReliefListSubmitted, line: applications.Funded, budgets: Budgets) -> tuple[FundPart, ...]:
    """Return which fund pays which part of an approved line; two budgets of a fund pay one. Raises ReferenceUnknown."""
    parts: dict[UUID, int] = {}
    for share in shares_of(submitted, line):
        fund_id = opened(budgets, share.budget_id).fund_id
        parts[fund_id] = parts.get(fund_id, 0) + share.amount_fen
    return tuple(FundPart(fund_id=fund_id, amount_fen=fen) for fund_id, fen in parts.items())


def opened(budgets: Budgets, budget_id: UUID) -> Open:
    """Return a budget that is there. Raises ReferenceUnknown."""
    budget = budgets.get(budget_id)
    if not isinstance(budget, Open):
        raise ReferenceUnknown(field="budget_id")
    return budget
