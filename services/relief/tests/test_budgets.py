"""What is committed and spent of a budget never exceeds what was allotted."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from unionaid.contracts import Event
from unionaid.contracts.relief import BudgetCommitted, BudgetSpent, CommitmentReleased
from unionaid.contracts.samples import BUDGET
from unionaid.relief.domain.budget.facts import Budget, Open, budget_of
from unionaid.relief.domain.budget.rules import Movement, commit, release, spend
from unionaid.relief.domain.refusals import BudgetInsufficient, CommitmentMissing, ReferenceUnknown
from unionaid.relief.examples import PAID_ON, budget_opened
from unionaid.service.refusals import BrokenHistory

A, B = uuid4(), uuid4()
Rule = Callable[[Budget, Movement], Event]


def move(list_id: UUID, amount_fen: int) -> Movement:
    return Movement(list_id, amount_fen, 1, PAID_ON)


def committed(list_id: UUID, amount_fen: int) -> Event:
    return BudgetCommitted(occurred_on=PAID_ON, budget_id=BUDGET, list_id=list_id, amount_fen=amount_fen, lines=1)


def spent(list_id: UUID, amount_fen: int) -> Event:
    return BudgetSpent(occurred_on=PAID_ON, budget_id=BUDGET, list_id=list_id, amount_fen=amount_fen, lines=1)


def released(list_id: UUID, amount_fen: int) -> Event:
    return CommitmentReleased(occurred_on=PAID_ON, budget_id=BUDGET, list_id=list_id, amount_fen=amount_fen, lines=1)


def test_what_is_free_can_be_committed_to_the_last_fen() -> None:
    budget = budget_of([budget_opened(100), committed(A, 40)])
    assert commit(budget, move(B, 60)) == committed(B, 60)


@pytest.mark.parametrize("before", [[committed(A, 40)], [committed(A, 40), spent(A, 40)]])
def test_more_than_is_free_is_refused(before: list[Event]) -> None:
    with pytest.raises(BudgetInsufficient):
        commit(budget_of([budget_opened(100), *before]), move(B, 61))


def test_what_was_released_can_be_committed_again() -> None:
    budget = budget_of([budget_opened(100), committed(A, 100), released(A, 100)])
    assert commit(budget, move(B, 100)) == committed(B, 100)


def test_a_commitment_is_spent() -> None:
    assert spend(budget_of([budget_opened(100), committed(A, 40)]), move(A, 40)) == spent(A, 40)


def test_a_commitment_is_released() -> None:
    assert release(budget_of([budget_opened(100), committed(A, 40)]), move(A, 40)) == released(A, 40)


@pytest.mark.parametrize("rule", [spend, release])
@pytest.mark.parametrize(
    ("history", "moved"),
    [
        ([], move(A, 40)),
        ([committed(B, 40)], move(A, 40)),
        ([committed(A, 40)], move(A, 41)),
        ([committed(A, 40), spent(A, 40)], move(A, 40)),
        ([committed(A, 40), released(A, 40)], move(A, 40)),
    ],
)
def test_what_is_not_committed_to_the_list_is_neither_spent_nor_released(
    rule: Rule, history: list[Event], moved: Movement
) -> None:
    with pytest.raises(CommitmentMissing):
        rule(budget_of([budget_opened(100), *history]), moved)


@pytest.mark.parametrize("rule", [commit, spend, release])
def test_nothing_moves_in_no_budget(rule: Rule) -> None:
    with pytest.raises(ReferenceUnknown):
        rule(budget_of([]), move(A, 1))


def test_amounts_of_a_budget() -> None:
    budget = budget_of([budget_opened(100), committed(A, 40), committed(B, 30), spent(A, 40)])
    assert isinstance(budget, Open)
    assert (budget.committed_fen, budget.spent_fen, budget.free_fen) == (30, 40, 30)


@pytest.mark.parametrize(
    "history",
    [
        [committed(A, 1)],
        [budget_opened(9), budget_opened(9)],
        [budget_opened(9), spent(A, 1)],
        [budget_opened(9), committed(A, 1), committed(A, 1)],
        [budget_opened(9), committed(A, 1), released(A, 2)],
    ],
)
def test_a_history_that_cannot_be_is_no_state(history: list[Event]) -> None:
    with pytest.raises(BrokenHistory):
        budget_of(history)
