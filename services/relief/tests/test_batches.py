"""A list paid by the bank: batch, release, return, follow-up, cancellation, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BankReturnRecorded,
    BudgetSpent,
    CommitmentReleased,
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchWithdrawn,
    PaymentFailed,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    ReliefCancelled,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListSettled,
    ReliefPaid,
    ReliefRequested,
    lines_hash,
)
from unionaid.contracts.samples import BATCH, BUDGET, FOLLOW_UP, FUND, LIST
from unionaid.relief.domain.budget.facts import Open
from unionaid.relief.domain.payment_batch import facts as batch_facts
from unionaid.relief.domain.payment_batch.returning import Answer, FailureReason, Outcome
from unionaid.relief.domain.refusals import (
    ApprovedBySame,
    BatchWrongStatus,
    BeforePreviousStep,
    BookedBySame,
    DeclaredDiffers,
    EnteredBySame,
    IssuedBySame,
    LinesRefused,
    ListWrongStatus,
    NotFound,
    NothingToPay,
    OwnMatter,
    Refusal,
    SamePersonTwice,
    VerifiedBySame,
)
from unionaid.relief.domain.relief_list import applications, facts
from unionaid.relief.domain.relief_list.submitting import Declared
from unionaid.relief.examples import APPROVER, CASHIER, ENTERER, VERIFIER, person
from unionaid.relief.reserving import held
from unionaid.service.refusals import BrokenHistory

from .story import (
    ACCOUNTANT,
    CANCELLED_ON,
    ISSUED_ON,
    LINES,
    RELEASED_ON,
    RETURNED_ON,
    SUM,
    Story,
    at,
    failed,
    paid,
)

OTHER = f"person-{uuid4()}"
DAY = timedelta(days=1)


def approved() -> Story:
    return Story().verified().approved()


def released() -> Story:
    return approved().issued().released()


def half_failed() -> Story:
    return released().answered(paid(1), failed(2))


def status(story: Story) -> list[str]:
    return [type(line).__name__.lower() for line in story.lines]


def money(story: Story) -> tuple[int, int, int]:
    """Committed, spent, free."""
    budget = story.budgets[BUDGET]
    assert isinstance(budget, Open)
    return budget.committed_fen, budget.spent_fen, budget.free_fen


# What follows what.


def test_a_batch_takes_every_line_of_an_approved_list() -> None:
    hashed = lines_hash([(1, person(1), 50_000), (2, person(2), 30_000)])
    assert approved().issued().last(4) == [
        PaymentBatchIssued(
            occurred_on=ISSUED_ON, batch_id=BATCH, list_id=LIST, lines=2, amount_fen=SUM, lines_hash=hashed
        ),
        ReliefListOrdered(occurred_on=ISSUED_ON, list_id=LIST, batch_id=BATCH, lines=2, amount_fen=SUM),
        *(
            PaymentOrdered(
                occurred_on=ISSUED_ON, application_id=at(n), list_id=LIST, line=n, batch_id=BATCH, amount_fen=fen
            )
            for n, fen in ((1, 50_000), (2, 30_000))
        ),
    ]


def test_a_released_batch_moves_no_money() -> None:
    story = released()
    assert story.last(1) == [
        PaymentBatchReleased(occurred_on=RELEASED_ON, batch_id=BATCH, list_id=LIST, lines=2, amount_fen=SUM)
    ]
    assert (status(story), money(story)) == (["ordered", "ordered"], (SUM, 0, 0))


def test_a_return_spends_what_was_paid_and_leaves_bound_what_failed() -> None:
    story = half_failed()
    spent, returned, line_1, line_2 = story.last(4)
    assert spent == BudgetSpent(occurred_on=RETURNED_ON, budget_id=BUDGET, list_id=LIST, amount_fen=50_000, lines=1)
    assert returned == BankReturnRecorded(
        occurred_on=RETURNED_ON,
        batch_id=BATCH,
        list_id=LIST,
        paid_lines=1,
        paid_fen=50_000,
        failed_lines=1,
        failed_fen=30_000,
    )
    assert isinstance(line_1, ReliefPaid)
    assert (line_1.person_id, line_1.amount_fen, line_1.method) == (person(1), 50_000, "bank")
    assert (line_1.batch_id, line_1.signed_by) == (BATCH, None)
    assert [(part.fund_id, part.amount_fen) for part in line_1.parts] == [(FUND, 50_000)]
    assert line_2 == PaymentFailed(
        occurred_on=RETURNED_ON,
        application_id=at(2),
        list_id=LIST,
        line=2,
        batch_id=BATCH,
        amount_fen=30_000,
        reason_code="account-closed",
    )
    assert (status(story), money(story)) == (["paid", "failed"], (30_000, 50_000, 0))
    assert isinstance(story.batch(), batch_facts.Returned)
    assert isinstance(story.relief_list, facts.Ordered)


def test_a_return_of_failures_alone_moves_no_money() -> None:
    story = released().answered(failed(1), failed(2))
    assert [type(event) for event in story.last(3)] == [BankReturnRecorded, PaymentFailed, PaymentFailed]
    assert money(story) == (SUM, 0, 0)


def test_returns_come_part_by_part_and_the_last_one_ends_the_list() -> None:
    story = released().answered(paid(2))
    assert isinstance(story.batch(), batch_facts.Released)
    assert not isinstance(story.batch(), batch_facts.Returned)
    assert (status(story), money(story)) == (["ordered", "paid"], (50_000, 30_000, 0))
    story.answered(paid(1), on=RETURNED_ON + DAY)
    assert story.events[-2] == ReliefListPaid(
        occurred_on=RETURNED_ON + DAY, list_id=LIST, budget_id=BUDGET, method="bank", lines=2, amount_fen=SUM
    )
    assert money(story) == (0, SUM, 0)
    assert isinstance(story.relief_list, facts.Paid)


def test_a_list_ends_on_the_last_day_of_its_lines_in_whatever_order_returns_are_entered() -> None:
    story = released().answered(paid(2), on=RETURNED_ON + DAY).answered(paid(1), on=RETURNED_ON)
    listed = next(event for event in story.events if isinstance(event, ReliefListPaid))
    assert listed.occurred_on == RETURNED_ON + DAY


def test_a_follow_up_takes_the_failed_lines_in_one_step() -> None:
    story = half_failed().issued(FOLLOW_UP, on=RETURNED_ON)
    assert [type(event) for event in story.last(3)] == [PaymentBatchIssued, ReliefListOrdered, PaymentOrdered]
    assert story.last(1) == [
        PaymentOrdered(
            occurred_on=RETURNED_ON,
            application_id=at(2),
            list_id=LIST,
            line=2,
            batch_id=FOLLOW_UP,
            amount_fen=30_000,
        )
    ]
    story.released(FOLLOW_UP, on=RETURNED_ON).answered(paid(2), batch_id=FOLLOW_UP)
    assert (status(story), money(story)) == (["paid", "paid"], (0, SUM, 0))
    assert isinstance(story.relief_list, facts.Paid)


def test_a_cancelled_line_frees_its_money_and_its_person() -> None:
    story = half_failed().cancelled(2)
    assert story.last(3) == [
        CommitmentReleased(occurred_on=CANCELLED_ON, budget_id=BUDGET, list_id=LIST, amount_fen=30_000, lines=1),
        ReliefListSettled(
            occurred_on=CANCELLED_ON,
            list_id=LIST,
            paid_lines=1,
            paid_fen=50_000,
            cancelled_lines=1,
            cancelled_fen=30_000,
        ),
        ReliefCancelled(
            occurred_on=CANCELLED_ON,
            application_id=at(2),
            list_id=LIST,
            line=2,
            amount_fen=30_000,
            reason_code="moved-away",
        ),
    ]
    assert (status(story), money(story)) == (["paid", "cancelled"], (0, 50_000, 30_000))
    assert [reservation.stream for reservation in held(story.events)] == [f"application-{at(1)}"]


def test_a_list_of_which_all_was_cancelled_is_settled_with_nothing_paid() -> None:
    story = released().answered(failed(1), failed(2)).cancelled(1)
    assert status(story) == ["cancelled", "failed"]
    story.cancelled(2)
    listed = story.events[-2]
    assert isinstance(listed, ReliefListSettled)
    assert (listed.paid_lines, listed.paid_fen, listed.cancelled_lines) == (0, 0, 2)
    assert isinstance(story.relief_list, facts.Settled)


def test_a_return_may_end_a_list_of_which_some_was_cancelled() -> None:
    story = released().answered(failed(2)).cancelled(2).answered(paid(1), on=CANCELLED_ON)
    assert isinstance(story.events[-2], ReliefListSettled)


def test_a_withdrawn_batch_leaves_the_list_as_it_was() -> None:
    story = approved()
    before = (story.lines, money(story))
    story.issued().withdrawn()
    assert story.last(4)[:2] == [
        PaymentBatchWithdrawn(
            occurred_on=RELEASED_ON,
            batch_id=BATCH,
            list_id=LIST,
            lines=2,
            amount_fen=SUM,
            reason_code="cash-instead",
        ),
        ReliefListOrderWithdrawn(occurred_on=RELEASED_ON, list_id=LIST, batch_id=BATCH, lines=2, amount_fen=SUM),
    ]
    assert all(isinstance(event, PaymentOrderWithdrawn) for event in story.last(2))
    assert (story.lines, money(story)) == before
    assert isinstance(story.relief_list, facts.Approved)
    assert isinstance(story.paid(on=RELEASED_ON).relief_list, facts.Paid)


def test_a_withdrawn_list_may_be_rejected_or_ordered_again() -> None:
    assert isinstance(approved().issued().withdrawn().rejected(on=RELEASED_ON).relief_list, facts.Rejected)
    again = approved().issued().withdrawn().issued(FOLLOW_UP, on=RELEASED_ON)
    assert status(again.released(FOLLOW_UP).answered(paid(1), paid(2), batch_id=FOLLOW_UP)) == ["paid", "paid"]


def test_a_withdrawn_follow_up_leaves_its_lines_failed() -> None:
    story = half_failed()
    before = story.lines
    story.issued(FOLLOW_UP, on=RETURNED_ON).withdrawn(FOLLOW_UP, on=RETURNED_ON)
    assert story.lines == before
    assert isinstance(story.relief_list, facts.Ordered)
    assert status(story.cancelled(2)) == ["paid", "cancelled"]


# Refused.


def refusal_of(refusal: type[Refusal], act: Callable[[], object]) -> Refusal:
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    return caught.value


@pytest.mark.parametrize("changed", [{"lines": 1}, {"amount_fen": SUM - 1}, {"lines_hash": "0" * 64}])
def test_a_batch_other_than_declared_is_refused(changed: dict[str, object]) -> None:
    story = approved()
    declared = Declared(**{**story.declared()._asdict(), **changed})
    assert (
        refusal_of(DeclaredDiffers, lambda: story.issued(declared=declared)).field == f"declared.{next(iter(changed))}"
    )


def test_a_list_has_no_two_batches_of_the_same_line() -> None:
    assert isinstance(refusal_of(NothingToPay, lambda: approved().issued().issued(FOLLOW_UP)), NothingToPay)
    refusal_of(NothingToPay, lambda: released().answered(paid(1)).issued(FOLLOW_UP, on=RETURNED_ON))


@pytest.mark.parametrize(
    "story", [Story(), Story().verified(), Story().rejected(), approved().paid(), half_failed().cancelled(2)]
)
def test_only_an_approved_list_is_paid_by_the_bank(story: Story) -> None:
    refusal_of(ListWrongStatus, lambda: story.issued(on=CANCELLED_ON))


def test_what_is_in_a_batch_is_neither_handed_out_nor_rejected() -> None:
    for story in (approved().issued(), released(), half_failed()):
        assert refusal_of(ListWrongStatus, lambda: story.paid(on=CANCELLED_ON)).params == {"status": "ordered"}  # noqa: B023
        refusal_of(ListWrongStatus, lambda: story.rejected(on=CANCELLED_ON))  # noqa: B023


def test_a_batch_is_released_or_withdrawn_once() -> None:
    withdrawn = approved().issued().withdrawn()
    for act in (released().released, released().withdrawn, withdrawn.withdrawn, withdrawn.released):
        assert set(refusal_of(BatchWrongStatus, act).params) == {"status"}
    refusal_of(BatchWrongStatus, lambda: half_failed().withdrawn())


def test_the_bank_answers_for_a_released_batch_only() -> None:
    for story, told in ((approved().issued(), "issued"), (approved().issued().withdrawn(), "withdrawn")):
        assert refusal_of(BatchWrongStatus, lambda: story.answered(paid(1))).params == {"status": told}  # noqa: B023


def test_there_is_no_such_batch() -> None:
    story, unknown = approved(), uuid4()
    for act in (story.released, story.withdrawn, story.answered):
        refusal_of(NotFound, lambda: act(batch_id=unknown))  # noqa: B023


def faults(story: Story, *answers: Answer, batch_id: UUID = BATCH) -> list[tuple[str, str, object]]:
    before = list(story.events)
    refusal = refusal_of(LinesRefused, lambda: story.answered(*answers, batch_id=batch_id, on=CANCELLED_ON))
    assert story.events == before
    return [(fault.field, fault.code, fault.params["line"]) for fault in refusal.faults]


def test_every_line_of_a_return_at_fault_is_named() -> None:
    story = released().answered(paid(1))
    answers = [
        failed(1),
        paid(3),
        Answer(2, Outcome.FAILED),
        Answer(2, Outcome.PAID, FailureReason.NAME_DIFFERS),
        paid(2),
    ]
    assert faults(story, *answers) == [
        ("lines.0.line", "line-booked", 1),
        ("lines.1.line", "line-not-on-batch", 3),
        ("lines.2.reason_code", "reason-missing", 2),
        ("lines.3.line", "line-twice", 2),
        ("lines.3.reason_code", "reason-without-need", 2),
        ("lines.4.line", "line-twice", 2),
    ]


def test_the_same_return_again_is_booked_already() -> None:
    booked = [("lines.0.line", "line-booked", 1), ("lines.1.line", "line-booked", 2)]
    assert faults(half_failed(), paid(1), failed(2)) == booked
    assert faults(released().answered(paid(1), paid(2)), paid(1), paid(2)) == booked
    assert faults(half_failed().cancelled(2), paid(1), failed(2)) == booked


def test_the_first_batch_answers_no_more_for_a_line_that_went_into_the_next() -> None:
    story = half_failed().issued(FOLLOW_UP, on=RETURNED_ON).released(FOLLOW_UP, on=RETURNED_ON)
    assert faults(story, paid(2)) == [("lines.0.line", "line-booked", 2)]
    assert faults(story, paid(1), batch_id=FOLLOW_UP) == [("lines.0.line", "line-not-on-batch", 1)]


def test_only_what_failed_is_cancelled() -> None:
    story = half_failed()
    refusal = refusal_of(LinesRefused, lambda: story.cancelled(1, 2, 2, 3))
    assert [(fault.field, fault.code) for fault in refusal.faults] == [
        ("lines.0", "line-wrong-status"),
        ("lines.2", "line-twice"),
        ("lines.3", "line-not-on-list"),
    ]
    for early in (approved(), Story(), approved().paid(), half_failed().cancelled(2)):
        refusal_of(ListWrongStatus, lambda: early.cancelled(2))  # noqa: B023


HANDS: list[tuple[str, type[SamePersonTwice]]] = [
    (ENTERER, EnteredBySame),
    (VERIFIER, VerifiedBySame),
    (APPROVER, ApprovedBySame),
]


@pytest.mark.parametrize(("who", "refusal"), HANDS)
def test_who_entered_verified_or_approved_does_not_pay(who: str, refusal: type[SamePersonTwice]) -> None:
    refusal_of(refusal, lambda: approved().issued(by=who))
    refusal_of(refusal, lambda: approved().issued().released(by=who))
    refusal_of(refusal, lambda: approved().issued().withdrawn(by=who))
    refusal_of(refusal, lambda: released().answered(paid(1), by=who))


def test_who_made_a_batch_neither_releases_nor_reconciles_it_nor_gives_up_its_lines() -> None:
    refusal_of(IssuedBySame, lambda: approved().issued().released(by=CASHIER))
    refusal_of(IssuedBySame, lambda: released().answered(paid(1), by=CASHIER))
    refusal_of(IssuedBySame, lambda: half_failed().cancelled(2, by=CASHIER))
    follow_up = half_failed().issued(FOLLOW_UP, by=OTHER, on=RETURNED_ON).released(FOLLOW_UP, on=RETURNED_ON)
    follow_up.answered(failed(2), batch_id=FOLLOW_UP)
    refusal_of(IssuedBySame, lambda: follow_up.cancelled(2, by=OTHER))


def test_who_booked_that_the_bank_did_not_pay_gives_up_nothing() -> None:
    refusal_of(BookedBySame, lambda: half_failed().cancelled(2, by=ACCOUNTANT))
    two_hands = released().answered(failed(1), by=OTHER).answered(paid(2))
    assert status(two_hands.cancelled(1, by=ACCOUNTANT)) == ["cancelled", "paid"]


def test_who_entered_or_verified_gives_up_nothing_and_another_approver_may() -> None:
    refusal_of(EnteredBySame, lambda: half_failed().cancelled(2, by=ENTERER))
    refusal_of(VerifiedBySame, lambda: half_failed().cancelled(2, by=VERIFIER))
    assert status(half_failed().cancelled(2, by=OTHER)) == ["paid", "cancelled"]


def test_the_accountant_who_released_may_reconcile_and_another_too() -> None:
    assert status(released().answered(paid(1), by=ACCOUNTANT)) == ["paid", "ordered"]
    assert status(released().answered(paid(1), by=OTHER)) == ["paid", "ordered"]


def test_nobody_pays_a_list_they_stand_on() -> None:
    own = f"person-{person(1)}"
    for act in (
        lambda: approved().issued(by=own),
        lambda: approved().issued().released(by=own),
        lambda: approved().issued().withdrawn(by=own),
        lambda: released().answered(paid(2), by=own),
        lambda: half_failed().cancelled(2, by=own),
        lambda: half_failed().issued(FOLLOW_UP, by=own, on=RETURNED_ON),
    ):
        refusal_of(OwnMatter, act)


def test_no_step_is_dated_before_the_one_it_follows() -> None:
    for act in (
        lambda: approved().issued(on=ISSUED_ON - 30 * DAY),
        lambda: approved().issued().released(on=ISSUED_ON - DAY),
        lambda: approved().issued().withdrawn(on=ISSUED_ON - DAY),
        lambda: released().answered(paid(1), on=RELEASED_ON - DAY),
        lambda: half_failed().issued(FOLLOW_UP, on=RETURNED_ON - DAY),
        lambda: half_failed().cancelled(2, on=RETURNED_ON - DAY),
    ):
        assert refusal_of(BeforePreviousStep, act).field == "occurred_on"


# Histories that cannot be.


def history_of(story: Story, line: int) -> list[Event]:
    return [event for event in story.events if event.subject == f"application-{at(line)}"]


def test_a_line_is_paid_by_the_batch_that_it_is_in() -> None:
    *before, payment = history_of(released().answered(paid(1)), 1)
    for foreign in (payment.model_copy(update={"batch_id": FOLLOW_UP}), payment.model_copy(update={"batch_id": None})):
        with pytest.raises(BrokenHistory):
            applications.application_of([*before, foreign])
    with pytest.raises(BrokenHistory):
        applications.application_of([*before, payment, payment])


def test_a_batch_answers_for_no_more_lines_than_it_has() -> None:
    story = released().answered(paid(1))
    acts = story.batches[BATCH]
    with pytest.raises(BrokenHistory):
        batch_facts.batch_of([*acts, acts[-1], acts[-1]])


def test_an_application_that_was_cancelled_is_held_no_more_and_one_that_failed_is() -> None:
    requested = [event for event in half_failed().events if isinstance(event, ReliefRequested)]
    assert [r.stream for r in held(half_failed().events)] == [event.subject for event in requested]
    assert len(LINES) == len(requested)
