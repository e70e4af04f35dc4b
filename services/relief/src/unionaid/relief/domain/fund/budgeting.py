"""Money of a fund set aside for a programme, and taken back: what is earmarked keeps to its purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import BudgetReleaseReason
from unionaid.contracts.relief import BudgetAllotted, BudgetOpened, BudgetReduced, BudgetReleased
from unionaid.relief.domain.budget import facts as budget_facts
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.fund.facts import Fund
from unionaid.relief.domain.fund.rules import opened_fund, refuse_beyond_balance
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.programme.course import refuse_closed_programme
from unionaid.relief.domain.refusals import BudgetInsufficient, EarmarkedOtherwise, NotFound, ReferenceUnknown


@dataclass(frozen=True, slots=True)
class AllotBudget:
    """Set money of a fund aside for a programme."""

    budget_id: UUID
    amount_fen: int
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class ReleaseBudget:
    """Give what is free in a budget back to its fund, or a part of it."""

    amount_fen: int
    reason: BudgetReleaseReason
    on: date
    today: date


def allot_budget(fund: Fund, programme: programme_facts.Programme, command: AllotBudget) -> list[Event]:
    """Allot a budget, and open it in the same breath.

    Raises NotFound, ReferenceUnknown, ProgrammeIsClosed, FundInsufficient, EarmarkedOtherwise and those of dates.
    """
    opened = opened_fund(fund)
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_closed_programme(programme, "programme_id")
    refuse_impossible(command.on, command.today)
    if opened.earmark is not None and opened.earmark != programme.terms.purpose:
        raise EarmarkedOtherwise(field="programme_id", earmark=opened.earmark, purpose=programme.terms.purpose)
    refuse_beyond_balance(opened, command.amount_fen)
    programme_id = programme.terms.programme_id
    return [
        BudgetAllotted(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            budget_id=command.budget_id,
            programme_id=programme_id,
            amount_fen=command.amount_fen,
        ),
        BudgetOpened(
            occurred_on=command.on,
            budget_id=command.budget_id,
            fund_id=opened.fund_id,
            programme_id=programme_id,
            amount_fen=command.amount_fen,
        ),
    ]


def release_budget(fund: Fund, budget: budget_facts.Budget, command: ReleaseBudget) -> list[Event]:
    """Give money of a budget back to its fund: never what is bound to a list, or spent.

    Raises NotFound, BudgetInsufficient and the refusals of dates.
    """
    opened = opened_fund(fund)
    if not isinstance(budget, budget_facts.Open):
        raise NotFound
    refuse_impossible(command.on, command.today)
    if command.amount_fen > budget.free_fen:
        raise BudgetInsufficient(field="amount_fen", free=yuan(budget.free_fen), wanted=yuan(command.amount_fen))
    about = {
        "occurred_on": command.on,
        "fund_id": opened.fund_id,
        "budget_id": budget.budget_id,
        "programme_id": budget.programme_id,
        "amount_fen": command.amount_fen,
    }
    return [
        BudgetReleased.model_validate(about | {"reason_code": command.reason}),
        BudgetReduced.model_validate(about),
    ]
