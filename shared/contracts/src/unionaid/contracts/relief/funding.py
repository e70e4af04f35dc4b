"""Events of funding: from which budgets the lists of a programme are paid, and which of them a list drew on."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.event import Data
from unionaid.contracts.fields import PARTS_MAX, AmountFen, FundingMode, Weight
from unionaid.contracts.relief.base import ReliefEvent


class FundingSource(Data):
    """One budget of a programme; its weight where lists are split."""

    budget_id: UUID
    weight: Weight | None = None


class FundingStated(ReliefEvent, stream="funding", stream_id="programme_id"):
    """From which budgets a programme's lists are paid that name none; it holds for what is approved after it.

    `order`: what is free in the first, then in the next. `split`: by weights, to the last fen.
    """

    programme_id: UUID
    mode: FundingMode
    sources: Annotated[tuple[FundingSource, ...], Field(min_length=1, max_length=PARTS_MAX)]

    @model_validator(mode="after")
    def _sources_agree(self) -> Self:
        if len({source.budget_id for source in self.sources}) != len(self.sources):
            raise ValueError("a budget stands in two places")
        if any((source.weight is None) == (self.mode == "split") for source in self.sources):
            raise ValueError("every source has a weight where lists are split, and none where they are not")
        return self


class BudgetShare(Data):
    """Which budget gives which part."""

    budget_id: UUID
    amount_fen: AmountFen


def refuse_other_sum(shares: Sequence[BudgetShare], amount_fen: int) -> None:
    """Refuse shares that are not of different budgets, or do not add up. Raises ValueError."""
    if sum(share.amount_fen for share in shares) != amount_fen:
        raise ValueError("the shares do not add up to amount_fen")
    if len({share.budget_id for share in shares}) != len(shares):
        raise ValueError("a budget stands in two shares")
