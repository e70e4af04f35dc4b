"""How it is stated from which budgets a programme's lists are paid: budgets of the programme, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from unionaid.contracts import Event
from unionaid.contracts.fields import FundingMode
from unionaid.contracts.relief import FundingSource, FundingStated
from unionaid.relief.domain.budget import facts as budget_facts
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.funding.facts import Funding, Stated
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.refusals import (
    BudgetOfOtherProgramme,
    BudgetTwice,
    FundingAsBefore,
    NotFound,
    ReferenceUnknown,
    WeightMissing,
    WeightWithoutNeed,
)


@dataclass(frozen=True, slots=True)
class StateFunding:
    """Say from which budgets a programme's lists are paid that name none; it holds for what is approved after it."""

    mode: FundingMode
    sources: Sequence[FundingSource]
    on: date
    today: date


def state_funding(
    funding: Funding,
    programme: programme_facts.Programme,
    budgets: Sequence[budget_facts.Budget],
    command: StateFunding,
) -> list[Event]:
    """State the funding of a programme; `budgets` are those of the sources, in their order.

    What of a fund is earmarked was allotted to a programme of its purpose only, so it stays with it here.
    Raises NotFound, ReferenceUnknown, BudgetOfOtherProgramme, BudgetTwice, WeightMissing, WeightWithoutNeed,
    FundingAsBefore and the refusals of dates.
    """
    if not isinstance(programme, programme_facts.Open):
        raise NotFound
    refuse_impossible(command.on, command.today)
    programme_id = programme.terms.programme_id
    seen = set()
    for place, (source, budget) in enumerate(zip(command.sources, budgets, strict=True)):
        field = f"sources.{place}"
        if not isinstance(budget, budget_facts.Open):
            raise ReferenceUnknown(field=f"{field}.budget_id")
        if budget.programme_id != programme_id:
            raise BudgetOfOtherProgramme(field=f"{field}.budget_id")
        if source.budget_id in seen:
            raise BudgetTwice(field=f"{field}.budget_id")
        if command.mode == "split" and source.weight is None:
            raise WeightMissing(field=f"{field}.weight")
        if command.mode == "order" and source.weight is not None:
            raise WeightWithoutNeed(field=f"{field}.weight")
        seen.add(source.budget_id)
    stated = FundingStated(
        occurred_on=command.on, programme_id=programme_id, mode=command.mode, sources=tuple(command.sources)
    )
    if isinstance(funding, Stated) and (funding.terms.mode, funding.terms.sources) == (stated.mode, stated.sources):
        raise FundingAsBefore
    return [stated]
