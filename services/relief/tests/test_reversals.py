"""Money that came back after the bank had paid it: what waits again, what is bound again, what the books say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from unionaid.contracts.relief import (
    BankReversalRecorded,
    PaymentReversed,
    ReliefListPaid,
    ReliefListReopened,
    ReliefListSettled,
    ReliefPaid,
    SpendingReversed,
)
from unionaid.contracts.samples import BATCH, BUDGET, FOLLOW_UP, FUND, LIST, PROGRAMME
from unionaid.relief.domain.ledger.posting import Account, Known, Origin, postings
from unionaid.relief.domain.payment_batch import facts as batch_facts
from unionaid.relief.domain.payment_batch.returning import FailureReason
from unionaid.relief.domain.payment_batch.reversing import Reversal
from unionaid.relief.domain.refusals import (
    BatchWrongStatus,
    BeforePreviousStep,
    BookedBySame,
    EnteredBySame,
    IssuedBySame,
    LinesRefused,
    Refusal,
)
from unionaid.relief.domain.relief_list import facts
from unionaid.relief.examples import APPROVER, CASHIER, ENTERER

from .story import REVERSED_ON, SUM, Story, at, failed, paid
from .test_batches import OTHER, approved, money, released, status

CLOSED = FailureReason.ACCOUNT_CLOSED
BACK = Reversal(1, CLOSED)


def all_paid() -> Story:
    return released().answered(paid(1), paid(2))


def test_what_came_back_waits_again_and_is_bound_again() -> None:
    story = all_paid().reversed_(BACK)
    line, spent, recorded, reopened = story.last(4)
    was = next(event for event in story.events if isinstance(event, ReliefPaid) and event.line == 1)
    assert line == PaymentReversed(
        **was.model_dump(exclude={"signed_by", "proxy_person_id", "occurred_on"}),
        occurred_on=REVERSED_ON,
        paid_on=was.occurred_on,
        reason_code="account-closed",
    )
    assert spent == SpendingReversed(
        occurred_on=REVERSED_ON, budget_id=BUDGET, list_id=LIST, amount_fen=50_000, lines=1
    )
    assert recorded == BankReversalRecorded(
        occurred_on=REVERSED_ON, batch_id=BATCH, list_id=LIST, lines=1, amount_fen=50_000
    )
    assert reopened == ReliefListReopened(occurred_on=REVERSED_ON, list_id=LIST, lines=1, amount_fen=50_000)
    assert (status(story), money(story)) == (["failed", "paid"], (50_000, 30_000, 0))
    assert isinstance(story.relief_list, facts.Ordered)
    batch = story.batch(BATCH)
    assert isinstance(batch, batch_facts.Returned)
    assert (batch.paid_lines, batch.paid_fen, batch.failed_lines, batch.failed_fen) == (1, 30_000, 1, 50_000)


def test_it_is_paid_by_a_follow_up_batch_and_the_list_ends_again() -> None:
    story = all_paid().reversed_(BACK).issued(FOLLOW_UP, on=REVERSED_ON)
    story.released(FOLLOW_UP, on=REVERSED_ON).answered(paid(1), batch_id=FOLLOW_UP, on=REVERSED_ON)
    assert (status(story), money(story)) == (["paid", "paid"], (0, SUM, 0))
    assert isinstance(story.last(2)[0], ReliefListPaid)
    times = Counter(type(event).__name__ for event in story.events if event.subject == f"application-{at(1)}")
    assert (times["ReliefPaid"], times["PaymentReversed"]) == (2, 1)


def test_or_it_is_given_up_and_the_list_is_settled() -> None:
    story = all_paid().reversed_(BACK).cancelled(1)
    assert (status(story), money(story)) == (["cancelled", "paid"], (0, 30_000, 50_000))
    assert any(isinstance(event, ReliefListSettled) for event in story.last(3))
    assert isinstance(story.relief_list, facts.Settled)
    again = story.reversed_(Reversal(2, CLOSED), on=story.relief_list.last_on)
    assert status(again) == ["cancelled", "failed"]
    assert isinstance(again.relief_list, facts.Ordered)


def test_while_others_wait_the_list_is_open_anyway() -> None:
    story = released().answered(paid(1)).reversed_(BACK)
    assert not any(isinstance(event, ReliefListReopened) for event in story.events)
    assert status(story) == ["failed", "ordered"]
    assert status(story.answered(paid(2), on=REVERSED_ON)) == ["failed", "paid"]


def test_only_what_this_batch_has_paid_comes_back_once() -> None:
    for story, wanted, code in (
        (released(), [BACK], "line-not-paid"),
        (released().answered(failed(1), paid(2)), [BACK], "line-not-paid"),
        (all_paid(), [BACK, BACK], "line-twice"),
        (all_paid(), [Reversal(3, CLOSED)], "line-not-on-batch"),
        (all_paid().reversed_(BACK), [BACK], "line-not-paid"),
    ):
        before = len(story.events)
        with pytest.raises(LinesRefused) as refused:
            story.reversed_(*wanted)
        assert [fault.code for fault in refused.value.faults] == [code]
        assert len(story.events) == before
    followed = all_paid().reversed_(BACK).issued(FOLLOW_UP, on=REVERSED_ON).released(FOLLOW_UP, on=REVERSED_ON)
    followed.answered(paid(1), batch_id=FOLLOW_UP, on=REVERSED_ON)
    with pytest.raises(LinesRefused):
        followed.reversed_(BACK)  # the first batch's money came back before; this is the second's
    assert status(followed.reversed_(BACK, batch_id=FOLLOW_UP)) == ["failed", "paid"]


@pytest.mark.parametrize(
    ("by", "refusal"), [(CASHIER, IssuedBySame), (ENTERER, EnteredBySame)], ids=["cashier", "enterer"]
)
def test_who_does_not_book_it(by: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        all_paid().reversed_(BACK, by=by)


def test_when_it_is_not_booked() -> None:
    with pytest.raises(BatchWrongStatus):
        approved().issued().reversed_(BACK)
    with pytest.raises(BeforePreviousStep):
        all_paid().reversed_(BACK, on=REVERSED_ON - timedelta(days=5))


def test_who_booked_it_does_not_give_it_up() -> None:
    story = all_paid().reversed_(BACK, by=OTHER)
    with pytest.raises(BookedBySame):
        story.cancelled(1, by=OTHER)
    assert status(story.cancelled(1, by=APPROVER))[0] == "cancelled"


def test_the_books_say_paid_less_what_came_back_and_are_balanced_after_each_event() -> None:
    books = Known({FUND: "appropriation"}, {BUDGET: Origin(FUND, PROGRAMME)})
    accounts: Counter[Account] = Counter()
    story = all_paid().reversed_(BACK)
    for event in story.events:
        entry = postings(event, books)
        assert sum(one.amount_fen for one in entry) == 0
        for one in entry:
            accounts[one.account] += one.amount_fen
        assert accounts[Account.PAYABLE] <= 0
    assert (accounts[Account.RELIEF], accounts[Account.CASH], accounts[Account.PAYABLE]) == (30_000, -30_000, 0)
    assert (accounts[Account.SPENT], accounts[Account.COMMITTED]) == (-30_000, -50_000)
