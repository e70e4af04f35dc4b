"""Several budgets for one programme: in a stated order, or split to the last fen."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from unionaid.contracts import Event
from unionaid.contracts.fields import FundingMode
from unionaid.contracts.relief import (
    BudgetCommitted,
    BudgetShare,
    BudgetSpent,
    CommitmentReleased,
    FundingSource,
    FundingStated,
    ReliefApproved,
    ReliefListApproved,
    ReliefListPaid,
    ReliefListSubmitted,
    ReliefPaid,
)
from unionaid.contracts.samples import BUDGET, FUND, LIST, PROGRAMME
from unionaid.relief.domain.budget.facts import Open, budget_of
from unionaid.relief.domain.funding import rules
from unionaid.relief.domain.funding.facts import Stated, funding_of
from unionaid.relief.domain.funding.sharing import by_weight, in_order, line_by_line
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import (
    BudgetInsufficient,
    BudgetOfOtherProgramme,
    BudgetTwice,
    FundingAsBefore,
    FundingMissing,
    NotFound,
    ReferenceUnknown,
    Refusal,
    WeightMissing,
    WeightWithoutNeed,
)
from unionaid.relief.domain.relief_list import submitting
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.examples import TODAY, budget_opened, known, person, programme_opened, submit
from unionaid.service.refusals import BrokenHistory

from .story import LINES, PROGRAMME_OPEN, Story, failed, paid

ON = date(2016, 12, 5)
OTHER, OTHER_FUND = UUID(int=21), UUID(int=22)
AMOUNTS = st.lists(st.integers(1, 10**7), min_size=1, max_size=40)
WEIGHTS = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=16)


def stated(mode: FundingMode = "order", *sources: tuple[UUID, int | None]) -> FundingStated:
    chosen = sources or ((BUDGET, None), (OTHER, None))
    return FundingStated(
        occurred_on=ON,
        programme_id=PROGRAMME,
        mode=mode,
        sources=tuple(FundingSource(budget_id=budget_id, weight=weight) for budget_id, weight in chosen),
    )


def other(amount_fen: int, fund_id: UUID = OTHER_FUND, programme_id: UUID = PROGRAMME) -> Event:
    return budget_opened(amount_fen, programme_id=programme_id).model_copy(
        update={"budget_id": OTHER, "fund_id": fund_id}
    )


def state(mode: FundingMode, *sources: tuple[UUID, int | None]) -> rules.StateFunding:
    return rules.StateFunding(mode, stated_sources(sources), ON, TODAY)


def stated_sources(sources: Sequence[tuple[UUID, int | None]]) -> list[FundingSource]:
    return [FundingSource(budget_id=budget_id, weight=weight) for budget_id, weight in sources]


# Stating it.


def test_funding_is_stated_of_the_programmes_own_budgets() -> None:
    command = state("split", (BUDGET, 7), (OTHER, 3))
    budgets = [budget_of([budget_opened(10)]), budget_of([other(10)])]
    assert rules.state_funding(funding_of([]), PROGRAMME_OPEN, budgets, command) == [
        stated("split", (BUDGET, 7), (OTHER, 3))
    ]


@pytest.mark.parametrize(
    ("refusal", "mode", "sources"),
    [
        (BudgetTwice, "order", ((BUDGET, None), (BUDGET, None))),
        (WeightMissing, "split", ((BUDGET, 1), (OTHER, None))),
        (WeightWithoutNeed, "order", ((BUDGET, None), (OTHER, 1))),
        (FundingAsBefore, "order", ((BUDGET, None), (OTHER, None))),
    ],
    ids=["twice", "weight-missing", "weight-without-need", "as-before"],
)
def test_what_cannot_be_stated(
    refusal: type[Refusal], mode: FundingMode, sources: Sequence[tuple[UUID, int | None]]
) -> None:
    budgets = {BUDGET: budget_of([budget_opened(10)]), OTHER: budget_of([other(10)])}
    with pytest.raises(refusal):
        rules.state_funding(
            funding_of([stated()]), PROGRAMME_OPEN, [budgets[id] for id, _ in sources], state(mode, *sources)
        )


def test_budgets_that_are_not_there_or_anothers_pay_nothing() -> None:
    command = state("order", (OTHER, None))
    for refusal, history in ((ReferenceUnknown, []), (BudgetOfOtherProgramme, [other(10, programme_id=UUID(int=9))])):
        with pytest.raises(refusal) as caught:
            rules.state_funding(funding_of([]), PROGRAMME_OPEN, [budget_of(history)], command)
        assert caught.value.field == "sources.0.budget_id"
    with pytest.raises(NotFound):
        rules.state_funding(funding_of([]), programme_of([]), [budget_of([other(10)])], command)


def test_the_last_statement_holds() -> None:
    funding = funding_of([stated(), stated("split", (OTHER, 1), (BUDGET, 1))])
    assert isinstance(funding, Stated)
    assert (funding.version, funding.terms.mode) == (2, "split")
    with pytest.raises(BrokenHistory):
        funding_of([programme_opened()])


# A list by it.


def test_a_list_that_names_no_budget_takes_first_what_is_free_in_the_first() -> None:
    story = Story(budget_fen=60_000, stated=[stated()], others=[other(100_000)]).verified().approved()
    submitted = story.events[0]
    assert isinstance(submitted, ReliefListSubmitted)
    assert submitted.budget_id is None
    first, second, listed, one, two = story.last(5)
    assert [(e.budget_id, e.amount_fen, e.lines) for e in (first, second) if isinstance(e, BudgetCommitted)] == sorted(
        [(BUDGET, 60_000, 2), (OTHER, 20_000, 1)]
    )
    assert isinstance(listed, ReliefListApproved)
    assert (listed.budget_id, listed.funding_version) == (None, 1)
    assert told(listed.shares) == [(BUDGET, 60_000), (OTHER, 20_000)]
    assert [told(e.shares) for e in (one, two) if isinstance(e, ReliefApproved)] == [
        [(BUDGET, 50_000)],
        [(BUDGET, 10_000), (OTHER, 20_000)],
    ]


def test_a_list_is_split_by_weights_line_by_line() -> None:
    funding = [stated("split", (BUDGET, 2), (OTHER, 1))]
    story = Story(budget_fen=60_000, stated=funding, others=[other(100_000)]).verified().approved()
    _, _, listed, one, two = story.last(5)
    assert isinstance(listed, ReliefListApproved)
    assert told(listed.shares) == [(BUDGET, 53_333), (OTHER, 26_667)]
    assert [told(e.shares) for e in (one, two) if isinstance(e, ReliefApproved)] == [
        [(BUDGET, 33_333), (OTHER, 16_667)],
        [(BUDGET, 20_000), (OTHER, 10_000)],
    ]


def told(shares: Sequence[BudgetShare]) -> list[tuple[UUID, int]]:
    return [(share.budget_id, share.amount_fen) for share in shares]


def test_each_payment_says_which_fund_paid_which_part() -> None:
    funding = [stated("split", (BUDGET, 2), (OTHER, 1))]
    story = Story(budget_fen=60_000, stated=funding, others=[other(100_000)]).verified().approved().paid()
    payments = [e for e in story.events if isinstance(e, ReliefPaid)]
    assert [[(part.fund_id, part.amount_fen) for part in one.parts] for one in payments] == [
        [(FUND, 33_333), (OTHER_FUND, 16_667)],
        [(FUND, 20_000), (OTHER_FUND, 10_000)],
    ]
    spent = {e.budget_id: e.amount_fen for e in story.events if isinstance(e, BudgetSpent)}
    assert spent == {BUDGET: 53_333, OTHER: 26_667}
    assert next(e for e in story.events if isinstance(e, ReliefListPaid)).budget_id is None


def test_two_budgets_of_one_fund_are_one_part_of_a_payment() -> None:
    story = Story(budget_fen=60_000, stated=[stated()], others=[other(100_000, FUND)]).verified().approved().paid()
    payments = [e for e in story.events if isinstance(e, ReliefPaid)]
    assert [[(part.fund_id, part.amount_fen) for part in one.parts] for one in payments] == [
        [(FUND, 50_000)],
        [(FUND, 30_000)],
    ]


def test_what_the_bank_cannot_pay_goes_back_to_the_budgets_it_came_from() -> None:
    story = Story(budget_fen=60_000, stated=[stated()], others=[other(100_000)]).verified().approved()
    story.issued().released().answered(paid(1), failed(2)).cancelled(2)
    freed = {e.budget_id: e.amount_fen for e in story.events if isinstance(e, CommitmentReleased)}
    assert freed == {BUDGET: 10_000, OTHER: 20_000}
    assert {id: (b.spent_fen, b.committed_fen) for id, b in story.budgets.items() if isinstance(b, Open)} == {
        BUDGET: (50_000, 0),
        OTHER: (0, 0),
    }


def test_an_approval_taken_back_frees_every_budget() -> None:
    story = Story(budget_fen=60_000, stated=[stated()], others=[other(100_000)]).verified().approved().rejected()
    assert [b.committed_fen for b in story.budgets.values() if isinstance(b, Open)] == [0] * len(story.budgets)


def test_funding_that_is_stated_anew_holds_for_what_is_approved_after_it() -> None:
    story = Story(budget_fen=60_000, stated=[stated()], others=[other(100_000)]).verified()
    story.stated = [stated(), stated("order", (OTHER, None))]
    listed = next(e for e in story.approved().events if isinstance(e, ReliefListApproved))
    assert (told(listed.shares), listed.funding_version) == ([(OTHER, 80_000)], 2)
    story.stated = [*story.stated, stated()]
    assert [part.fund_id for e in story.paid().events if isinstance(e, ReliefPaid) for part in e.parts] == [
        OTHER_FUND,
        OTHER_FUND,
    ]


@pytest.mark.parametrize(
    ("funding", "others"),
    [
        ([stated()], [other(19_999)]),
        ([stated("split", (BUDGET, 1), (OTHER, 3))], [other(59_999)]),
    ],
    ids=["order", "split"],
)
def test_no_budget_gives_what_it_has_not_got(funding: Sequence[Event], others: Sequence[Event]) -> None:
    with pytest.raises(BudgetInsufficient):
        Story(budget_fen=60_000, stated=funding, others=others).verified().approved()


def test_without_a_statement_a_list_names_its_budget() -> None:
    with pytest.raises(FundingMissing):
        submitting.submit(list_of([]), PROGRAMME_OPEN, funding_of([]), known(LINES), submit(LINES))


def test_an_approval_names_one_budget_or_the_shares_of_several() -> None:
    base = {"occurred_on": ON, "list_id": LIST, "lines": 1, "amount_fen": 10, "policy_version": "p-1"}
    share = {"budget_id": BUDGET, "amount_fen": 10}
    ReliefListApproved.model_validate(base | {"budget_id": BUDGET})
    ReliefListApproved.model_validate(base | {"shares": (share,), "funding_version": 1})
    for wrong in (
        {},
        {"budget_id": BUDGET, "shares": (share,), "funding_version": 1},
        {"shares": (share,)},
        {"shares": ({**share, "amount_fen": 9},), "funding_version": 1},
        {"shares": ({**share, "amount_fen": 5}, {**share, "amount_fen": 5}), "funding_version": 1},
    ):
        with pytest.raises(ValidationError):
            ReliefListApproved.model_validate(base | wrong)


# Sharing out.


@given(st.integers(1, 10**9), WEIGHTS)
def test_a_split_adds_up_and_no_part_is_a_fen_off(amount_fen: int, weights: list[int]) -> None:
    parts = by_weight(amount_fen, weights)
    assert sum(parts) == amount_fen
    assert all(
        abs(part * sum(weights) - amount_fen * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


@given(AMOUNTS, WEIGHTS, st.booleans())
def test_the_parts_of_lines_add_up_to_the_lines_and_to_the_shares(
    amounts: list[int], weights: list[int], ordered: bool
) -> None:
    total = sum(amounts)
    shares = in_order(total, [total // len(weights) + 1] * len(weights)) if ordered else by_weight(total, weights)
    by_line = list(line_by_line(amounts, shares, ordered=ordered))
    assert [sum(parts) for parts in by_line] == amounts
    assert [sum(parts) for parts in zip(*by_line, strict=True)] == shares
    assert all(part >= 0 for parts in by_line for part in parts)


def test_by_weights_of_none_nobody_gets_anything() -> None:
    assert by_weight(0, [0, 0]) == [0, 0]


def test_lines_of_one_fen_each_go_to_one_budget_or_the_other() -> None:
    lines = [one_fen(n) for n in (1, 2, 3)]
    story = Story(lines, budget_fen=10, stated=[stated("split", (BUDGET, 1), (OTHER, 1))], others=[other(10)])
    story.verified().approved()
    shares = [told(e.shares) for e in story.events if isinstance(e, ReliefApproved)]
    assert shares == [[(BUDGET, 1)], [(BUDGET, 1)], [(OTHER, 1)]]


def one_fen(n: int) -> submitting.Line:
    return submitting.Line(person(n), 1)
