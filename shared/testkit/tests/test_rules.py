"""The sentences themselves: each claim must be able to fail."""

import pytest

from unionaid.testkit.rules import telling


class Empty(Exception):
    field = "amount"


class EmptyIndeed(Empty):
    pass


def take(balance: int, amount: int, *, kind: type[Exception] = Empty) -> list[int]:
    if amount > balance:
        raise kind
    return [-amount]


def add(balance: int, change: int) -> int:
    return balance + change


given = telling(add, 0)


def test_facts_lead_to_the_state_the_rule_sees() -> None:
    given(3, 4).when(take, 7).then(-7)
    given(3, 4).when(take, 8).refused(Empty)


@pytest.mark.parametrize("claimed", [(), (-1, -1), (-2,)])
def test_other_facts_are_told(claimed: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError, match="expected"):
        given(3).when(take, 1).then(*claimed)


def test_a_refusal_is_not_a_fact() -> None:
    with pytest.raises(Empty):
        given().when(take, 1).then()


def test_a_fact_is_not_a_refusal() -> None:
    with pytest.raises(AssertionError, match="expected Empty"):
        given(3).when(take, 1).refused(Empty)


def test_another_refusal_is_told_even_of_a_kind() -> None:
    with pytest.raises(AssertionError, match="EmptyIndeed"):
        given().when(take, 1, kind=EmptyIndeed).refused(Empty)
    with pytest.raises(AssertionError, match="expected EmptyIndeed"):
        given().when(take, 1).refused(EmptyIndeed)


def test_what_a_refusal_is_about_is_compared() -> None:
    assert isinstance(given().when(take, 1).refused(Empty, field="amount"), Empty)
    with pytest.raises(AssertionError, match="field is 'amount'"):
        given().when(take, 1).refused(Empty, field="fund")
