"""A list from request to paid: each step another person's, all lines or none."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.relief import (
    BudgetCommitted,
    BudgetSpent,
    CommitmentReleased,
    ReliefApproved,
    ReliefListApproved,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListSubmitted,
    ReliefListVerified,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
)
from unionaid.contracts.samples import BUDGET, DISTRICT, FUND, GRASSROOTS, LIST, PROGRAMME, VISITORS
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    ApprovedBySame,
    BeforePreviousStep,
    BudgetInsufficient,
    BudgetOfOtherProgramme,
    DateInFuture,
    DeclaredDiffers,
    EnteredBySame,
    LineFault,
    LinesRefused,
    ListWrongStatus,
    NotFound,
    OutsideWindow,
    OwnMatter,
    ReferenceUnknown,
    Refusal,
    VerifiedBySame,
    VisitorIsApprover,
    VisitorIsPayee,
    VisitorsSame,
)
from unionaid.relief.domain.relief_list import facts, rules, submitting
from unionaid.relief.domain.relief_list.applications import application_of
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.paying import Signature
from unionaid.relief.domain.relief_list.submitting import Line
from unionaid.relief.examples import (
    AMOUNT_MAX_FEN,
    APPROVED_ON,
    APPROVER,
    CASHIER,
    ENTERED_ON,
    ENTERER,
    PAID_ON,
    TODAY,
    VERIFIED_ON,
    VERIFIER,
    WINDOW_FROM,
    WINDOW_TO,
    budget_opened,
    declared,
    known,
    person,
    step,
    submit,
)
from unionaid.service.refusals import BrokenHistory

from .story import LINES, PROGRAMME_OPEN, SUM, Story, at


def test_a_list_is_submitted_with_one_request_per_line() -> None:
    listed, first, second = Story().events
    assert listed == ReliefListSubmitted(
        occurred_on=ENTERED_ON,
        list_id=LIST,
        programme_id=PROGRAMME,
        budget_id=BUDGET,
        union_org_id=GRASSROOTS,
        lines=2,
        amount_fen=SUM,
        lines_hash=declared(LINES).lines_hash,
    )
    assert first == ReliefRequested(
        occurred_on=ENTERED_ON,
        application_id=at(1),
        list_id=LIST,
        line=1,
        programme_id=PROGRAMME,
        person_id=person(1),
        union_org_id=GRASSROOTS,
        purpose="festival-visit",
        period="2017",
        amount_fen=50_000,
    )
    assert (second.subject, second.model_dump()["amount_fen"]) == (f"application-{at(2)}", 30_000)


def test_a_verified_list() -> None:
    assert Story().verified().last(3) == [
        ReliefListVerified(occurred_on=VERIFIED_ON, list_id=LIST, lines=2, amount_fen=SUM),
        *(ReliefVerified(occurred_on=VERIFIED_ON, application_id=at(n), list_id=LIST, line=n) for n in (1, 2)),
    ]


def test_an_approved_list_binds_the_budget_once() -> None:
    assert Story().verified().approved().last(4) == [
        BudgetCommitted(occurred_on=APPROVED_ON, budget_id=BUDGET, list_id=LIST, amount_fen=SUM, lines=2),
        ReliefListApproved(
            occurred_on=APPROVED_ON,
            list_id=LIST,
            budget_id=BUDGET,
            lines=2,
            amount_fen=SUM,
            policy_version="winter-warmth-2017.1",
        ),
        *(
            ReliefApproved(
                occurred_on=APPROVED_ON,
                application_id=at(n),
                list_id=LIST,
                line=n,
                amount_fen=fen,
                policy_version="winter-warmth-2017.1",
            )
            for n, fen in ((1, 50_000), (2, 30_000))
        ),
    ]


def test_a_list_paid_in_cash_names_fund_and_signature_of_each_line() -> None:
    relative = uuid4()
    signatures = [Signature(2, "proxy", relative), Signature(1, "thumbprint")]
    paid = Story().verified().approved().paid(signatures=signatures, known_proxies=frozenset({relative}))
    spent, listed, first, second = paid.last(4)
    assert spent == BudgetSpent(occurred_on=PAID_ON, budget_id=BUDGET, list_id=LIST, amount_fen=SUM, lines=2)
    assert listed == ReliefListPaid(
        occurred_on=PAID_ON,
        list_id=LIST,
        budget_id=BUDGET,
        method="cash",
        lines=2,
        amount_fen=SUM,
        visitors=VISITORS,
        signed_list_sha256="ab" * 32,
        signed_list_bytes=482_113,
    )
    assert isinstance(first, ReliefPaid)
    assert isinstance(second, ReliefPaid)
    assert (first.person_id, first.amount_fen, first.signed_by) == (person(1), 50_000, "thumbprint")
    assert [(part.fund_id, part.amount_fen) for part in first.parts] == [(FUND, 50_000)]
    assert (first.programme_kind, first.programme_year, first.method) == ("WINTER_WARMTH", 2017, "cash")
    assert (second.person_id, second.signed_by, second.proxy_person_id) == (person(2), "proxy", relative)


@pytest.mark.parametrize("story", [Story(), Story().verified()])
def test_a_rejected_list(story: Story) -> None:
    assert story.rejected().last(3) == [
        ReliefListRejected(occurred_on=APPROVED_ON, list_id=LIST, reason_code="not-eligible"),
        *(
            ReliefRejected(
                occurred_on=APPROVED_ON, application_id=at(n), list_id=LIST, line=n, reason_code="not-eligible"
            )
            for n in (1, 2)
        ),
    ]


def test_an_approved_list_can_be_taken_back_and_frees_the_budget() -> None:
    story = Story().verified().approved().rejected()
    assert story.last(4)[0] == CommitmentReleased(
        occurred_on=APPROVED_ON, budget_id=BUDGET, list_id=LIST, amount_fen=SUM, lines=2
    )
    assert isinstance(story.relief_list, facts.Rejected)


# Submitting: what is refused.


def refused(refusal: type[Refusal], command: submitting.Submit, **changed: object) -> Refusal:
    lines = command.lines
    with pytest.raises(refusal) as caught:
        submitting.submit(
            list_of([]),
            PROGRAMME_OPEN,
            budget_of([budget_opened(SUM)]),
            replace(known(lines), **changed),  # type: ignore[arg-type]
            command,
        )
    return caught.value


def faults(lines: Sequence[Line], **changed: object) -> list[tuple[str, str, object]]:
    refusal = refused(LinesRefused, submit(lines), **changed)
    return [(fault.field, fault.code, fault.params["line"]) for fault in refusal.faults]


def test_every_line_at_fault_is_named() -> None:
    lines = [
        Line(person(1), 50_000),
        Line(person(2), AMOUNT_MAX_FEN + 1),
        Line(person(1), 50_000),
        Line(person(3), 0),
        Line(person(4), -1),
        Line(person(5), 50_000),
        Line(person(6), 50_000),
        Line(person(7), 50_000),
        Line(person(8), AMOUNT_MAX_FEN),
    ]
    union_of = dict.fromkeys((line.person_id for line in lines), GRASSROOTS)
    del union_of[person(5)]
    union_of[person(6)] = DISTRICT
    assert faults(lines, union_of=union_of, taken=frozenset({person(7)})) == [
        ("lines.1.amount_fen", "amount-above-max", 2),
        ("lines.2.person_id", "person-twice", 3),
        ("lines.3.amount_fen", "amount-not-positive", 4),
        ("lines.4.amount_fen", "amount-not-positive", 5),
        ("lines.5.person_id", "person-unknown", 6),
        ("lines.6.person_id", "person-of-other-union", 7),
        ("lines.7.person_id", "purpose-taken", 8),
    ]


def test_an_erased_person_is_named_so_where_the_submitter_may_know_it() -> None:
    lines, gone = [Line(person(1), 1), Line(person(2), 1)], frozenset({person(1), person(2)})
    union_of = {person(1): GRASSROOTS, person(2): DISTRICT}
    told = [("lines.0.person_id", "person-erased", 1), ("lines.1.person_id", "person-unknown", 2)]
    assert faults(lines, union_of=union_of, barred=dict.fromkeys(gone, LineFault.PERSON_ERASED), sees_all=False) == told


def test_two_faults_of_one_line_are_both_named() -> None:
    assert faults([Line(person(1), 0)], union_of={}) == [
        ("lines.0.amount_fen", "amount-not-positive", 1),
        ("lines.0.person_id", "person-unknown", 1),
    ]


def test_who_sees_only_a_subtree_is_not_told_that_others_exist() -> None:
    lines = [Line(person(1), 1), Line(person(2), 1)]
    others = {person(1): DISTRICT, person(2): None}
    assert {code for _, code, _ in faults(lines, union_of=others, sees_all=False)} == {"person-unknown"}
    assert {code for _, code, _ in faults(lines, union_of=others, sees_all=True)} == {"person-of-other-union"}


def test_nobody_submits_for_themselves() -> None:
    officer = UUID(ENTERER.removeprefix("person-"))
    assert faults([Line(officer, 1)]) == [("lines.0.person_id", "own-line", 1)]


@pytest.mark.parametrize("on", [WINDOW_FROM - timedelta(days=1), WINDOW_TO + timedelta(days=1)])
def test_outside_the_window_nothing_is_asked_for(on: date) -> None:
    refused(OutsideWindow, replace(submit(LINES), on=on))


@pytest.mark.parametrize("on", [WINDOW_FROM, WINDOW_TO])
def test_first_and_last_day_of_the_window_belong_to_it(on: date) -> None:
    command = replace(submit(LINES), on=on)
    assert submitting.submit(list_of([]), PROGRAMME_OPEN, budget_of([budget_opened(1)]), known(LINES), command)


def test_a_list_is_not_from_tomorrow() -> None:
    refused(DateInFuture, replace(submit(LINES), today=ENTERED_ON - timedelta(days=1)))


@pytest.mark.parametrize("changed", [{"lines": 3}, {"amount_fen": SUM + 1}, {"lines_hash": "0" * 64}])
def test_lines_other_than_declared_are_refused(changed: dict[str, object]) -> None:
    command = submit(LINES)
    refusal = refused(DeclaredDiffers, replace(command, declared=command.declared._replace(**changed)))  # type: ignore[arg-type]
    assert refusal.field == f"declared.{next(iter(changed))}"


def test_the_submitters_union_must_be_seen() -> None:
    assert refused(ReferenceUnknown, submit(LINES), subtree=frozenset()).field == "union_org_id"


def test_programme_and_budget_must_be_there_and_fit() -> None:
    budget, none = budget_of([budget_opened(SUM)]), programme_of([])
    with pytest.raises(ReferenceUnknown) as refusal:
        submitting.submit(list_of([]), none, budget, known(LINES), submit(LINES))
    assert refusal.value.field == "programme_id"
    with pytest.raises(ReferenceUnknown) as refusal:
        submitting.submit(list_of([]), PROGRAMME_OPEN, budget_of([]), known(LINES), submit(LINES))
    assert refusal.value.field == "budget_id"
    other = budget_of([budget_opened(SUM, programme_id=uuid4())])
    with pytest.raises(BudgetOfOtherProgramme):
        submitting.submit(list_of([]), PROGRAMME_OPEN, other, known(LINES), submit(LINES))


def test_a_list_comes_in_once() -> None:
    story = Story()
    with pytest.raises(AlreadyOpened):
        submitting.submit(story.relief_list, PROGRAMME_OPEN, budget_of(story.budget), known(LINES), submit(LINES))


# Two pairs of eyes.


@pytest.mark.parametrize(
    ("story", "act", "by", "refusal"),
    [
        (Story, "verified", ENTERER, EnteredBySame),
        (lambda: Story().verified(), "approved", ENTERER, EnteredBySame),
        (lambda: Story().verified(), "approved", VERIFIER, VerifiedBySame),
        (lambda: Story().verified().approved(), "paid", ENTERER, EnteredBySame),
        (lambda: Story().verified().approved(), "paid", VERIFIER, VerifiedBySame),
        (lambda: Story().verified().approved(), "paid", APPROVER, ApprovedBySame),
        (Story, "rejected", ENTERER, EnteredBySame),
        (lambda: Story().verified(), "rejected", VERIFIER, VerifiedBySame),
        (lambda: Story().verified().approved(), "rejected", ENTERER, EnteredBySame),
        (lambda: Story().verified().approved(), "rejected", VERIFIER, VerifiedBySame),
    ],
)
def test_nobody_takes_two_steps_of_one_list(
    story: Callable[[], Story], act: str, by: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        getattr(story(), act)(by=by)


@pytest.mark.parametrize(
    ("story", "act"),
    [
        (Story, "verified"),
        (Story, "rejected"),
        (lambda: Story().verified(), "approved"),
        (lambda: Story().verified().approved(), "paid"),
    ],
)
def test_nobody_acts_on_a_list_they_stand_on(story: Callable[[], Story], act: str) -> None:
    with pytest.raises(OwnMatter):
        getattr(story(), act)(by=f"person-{person(2)}")


# The order of steps.


@pytest.mark.parametrize(
    ("story", "acts_refused"),
    [
        (Story, ["approved", "paid"]),
        (lambda: Story().verified(), ["verified", "paid"]),
        (lambda: Story().verified().approved(), ["verified", "approved"]),
        (lambda: Story().verified().approved().paid(), ["verified", "approved", "paid", "rejected"]),
        (lambda: Story().rejected(), ["verified", "approved", "paid", "rejected"]),
    ],
)
def test_a_step_follows_only_the_one_before(story: Callable[[], Story], acts_refused: list[str]) -> None:
    for act in acts_refused:
        with pytest.raises(ListWrongStatus):
            getattr(story(), act)(by="person-somebody-else")


@pytest.mark.parametrize(
    ("story", "act", "before"),
    [
        (Story, "verified", ENTERED_ON),
        (Story, "rejected", ENTERED_ON),
        (lambda: Story().verified(), "approved", VERIFIED_ON),
        (lambda: Story().verified().approved(), "paid", APPROVED_ON),
    ],
)
def test_a_step_is_not_dated_before_the_one_it_follows(story: Callable[[], Story], act: str, before: date) -> None:
    with pytest.raises(BeforePreviousStep):
        getattr(story(), act)(on=before - timedelta(days=1))
    getattr(story(), act)(on=before)
    with pytest.raises(DateInFuture):
        getattr(story(), act)(on=TODAY + timedelta(days=1))


def test_no_step_for_no_list() -> None:
    with pytest.raises(NotFound):
        rules.verify(list_of([]), [], step(VERIFIER, VERIFIED_ON))


def test_a_line_that_went_its_own_way_holds_the_list() -> None:
    story = Story()
    story.events.append(
        ReliefRejected(occurred_on=VERIFIED_ON, application_id=at(2), list_id=LIST, line=2, reason_code="withdrawn")
    )
    with pytest.raises(LinesRefused) as refusal:
        story.verified()
    assert [(f.code, dict(f.params)) for f in refusal.value.faults] == [
        ("line-wrong-status", {"line": 2, "status": "rejected"})
    ]


def test_a_list_beyond_the_budget_is_not_approved() -> None:
    with pytest.raises(BudgetInsufficient) as refusal:
        Story(budget_fen=SUM - 1).verified().approved()
    assert refusal.value.params == {"free": "799.99", "wanted": "800.00"}


# Paying in cash.


def visitors(first: UUID, second: UUID) -> dict[str, object]:
    return {"visitors": (first, second)}


@pytest.mark.parametrize(
    ("visit", "refusal"),
    [
        (visitors(VISITORS[0], VISITORS[0]), VisitorsSame),
        (visitors(VISITORS[0], UUID(APPROVER.removeprefix("person-"))), VisitorIsApprover),
        (visitors(person(2), VISITORS[0]), VisitorIsPayee),
    ],
)
def test_a_visit_is_made_by_two_who_have_no_part_in_it(visit: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        Story().verified().approved().paid(**visit)


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        ([Signature(1, "payee")], [("lines", "line-missing", 2)]),
        ([], [("lines", "line-missing", 1), ("lines", "line-missing", 2)]),
        (
            [Signature(1, "payee"), Signature(2, "payee"), Signature(3, "payee"), Signature(1, "payee")],
            [("lines.2.line", "line-not-on-list", 3), ("lines.3.line", "line-twice", 1)],
        ),
        (
            [Signature(1, "payee", person(9)), Signature(2, "proxy", person(8))],
            [
                ("lines.0.proxy_person_id", "proxy-without-need", 1),
                ("lines.1.proxy_person_id", "proxy-unknown", 2),
            ],
        ),
        (
            [Signature(1, "proxy", person(1)), Signature(2, "proxy", VISITORS[1])],
            [
                ("lines.0.proxy_person_id", "proxy-not-allowed", 1),
                ("lines.1.proxy_person_id", "proxy-not-allowed", 2),
            ],
        ),
        (
            [Signature(1, "proxy", UUID(CASHIER.removeprefix("person-"))), Signature(2, "proxy")],
            [("lines.0.proxy_person_id", "proxy-not-allowed", 1)],
        ),
    ],
)
def test_every_line_is_signed_for_once(signatures: list[Signature], expected: list[tuple[str, str, int]]) -> None:
    with pytest.raises(LinesRefused) as refusal:
        Story().verified().approved().paid(signatures=signatures, known_proxies=frozenset({person(1), *VISITORS}))
    assert [(f.field, f.code, f.params["line"]) for f in refusal.value.faults] == expected


def test_a_payee_of_the_list_may_sign_for_another() -> None:
    signatures = [Signature(1, "payee"), Signature(2, "proxy", person(1))]
    Story().verified().approved().paid(signatures=signatures, known_proxies=frozenset({person(1)}))


# Histories that cannot be.


def test_a_broken_history_of_a_list_or_a_line_is_no_state() -> None:
    story = Story().verified()
    with pytest.raises(BrokenHistory):
        list_of(story.acts[1:])
    with pytest.raises(BrokenHistory):
        list_of([*story.acts, story.acts[0]])
    with pytest.raises(BrokenHistory):
        application_of(e for e in story.events if isinstance(e, ReliefVerified))
