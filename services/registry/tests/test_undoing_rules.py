"""Undoing a merge, told as sentences: asked for, cleared or not, undone or kept; and what must be settled to merge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from unionaid.contracts import Event
from unionaid.contracts.registry import (
    PersonRegistered,
    PossibleDuplicateFound,
    UnmergeAnswered,
    UnmergeRefused,
    UnmergeRequested,
    WorkerMerged,
    WorkerUnmerged,
    pair_id,
)
from unionaid.contracts.samples import SAMPLES
from unionaid.contracts.unmerging import HELD_PERSONS_MAX, StandingPayment
from unionaid.registry.domain.pair.facts import Found, Merged, Pair, Unseen, evolve, pair_of
from unionaid.registry.domain.pair.rules import Both, Merge, merge
from unionaid.registry.domain.pair.undoing import (
    Answer,
    Together,
    Undo,
    refuse_overdue,
    request,
    take_answer,
)
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import (
    DateBeforeLastStep,
    LaterMergeFirst,
    NotFound,
    NumberAndHouseholdApart,
    OwnMatter,
    PairNotMerged,
    SurvivorLacksHousehold,
    TooManyMerged,
    TwiceInHousehold,
    TwoHouseholds,
    TwoOpenDossiers,
    UndoUnderWay,
)
from unionaid.registry.policies import read_thresholds
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

ONE, OTHER, THIRD = (UUID(int=n) for n in (1, 2, 3))
PAIR, REQUEST = pair_id(ONE, OTHER), UUID(int=9)
MERGED_ON, ON, TODAY = date(2017, 1, 6), date(2017, 2, 6), date(2017, 2, 7)
UNTIL = TODAY + timedelta(days=3)
BY = f"person-{uuid4()}"
(POLICY,) = read_thresholds()
UNSEEN: Pair = Unseen()
given = telling(evolve, UNSEEN)
TOGETHER = Together((ONE, OTHER), survivor_merged=False)

FOUND = SAMPLES[PossibleDuplicateFound].event.model_copy(
    update={"pair_id": PAIR, "person_id": ONE, "other_person_id": OTHER}
)
MERGED = WorkerMerged(
    occurred_on=MERGED_ON, pair_id=PAIR, person_id=ONE, survivor_id=OTHER, reason_code="documents-agree"
)
ABOUT: dict[str, Any] = {"pair_id": PAIR, "request_id": REQUEST}
BOTH: dict[str, Any] = {"person_id": ONE, "survivor_id": OTHER, "held_person_ids": (ONE, OTHER)}
ASKED = UnmergeRequested(
    occurred_on=ON,
    **ABOUT,
    **BOTH,
    reason_code="different-people",
    merged_on=MERGED_ON,
    answer_until=UNTIL,
    policy_version="duplicates-2013.1",
)
UNDONE = WorkerUnmerged(occurred_on=TODAY, **ABOUT, **BOTH)
PAYMENT = StandingPayment(
    application_id=UUID(int=5), list_id=UUID(int=6), line=1, person_id=OTHER, amount_fen=1, status="paid", on=ON
)


def undo(**changed: Any) -> Undo:
    told = {"reason": "different-people", "seen_payments": (), "by": BY, "on": ON, "today": TODAY}
    return Undo(**{"pair_id": PAIR, "request_id": REQUEST, **told, **changed})


def cleared(service: Any, request_id: UUID = REQUEST) -> Answer:
    return Answer(service, request_id, (), cleared=True)


def has_answered(service: Any, **told: Any) -> UnmergeAnswered:
    return UnmergeAnswered(occurred_on=TODAY, **ABOUT, service=service, **{"cleared": True, **told})


def refused(reason: Any) -> UnmergeRefused:
    return UnmergeRefused(occurred_on=TODAY, **ABOUT, **BOTH, reason_code=reason)


def test_a_merge_is_asked_to_be_undone_with_all_who_stand_for_one_another() -> None:
    given(MERGED).when(request, TOGETHER, POLICY, undo()).then(ASKED)
    three = Together((THIRD, OTHER, ONE), survivor_merged=False)
    seen = (UUID(int=8), UUID(int=7), UUID(int=8))
    wider = ASKED.model_copy(
        update={"held_person_ids": (ONE, OTHER, THIRD), "seen_payments": (UUID(int=7), UUID(int=8))}
    )
    given(FOUND, MERGED).when(request, three, POLICY, undo(seen_payments=seen)).then(wider)


def test_what_is_not_merged_cannot_be_undone() -> None:
    given().when(request, TOGETHER, POLICY, undo()).refused(NotFound)
    given(FOUND).when(request, TOGETHER, POLICY, undo()).refused(PairNotMerged)
    given(MERGED, ASKED).when(request, TOGETHER, POLICY, undo()).refused(UndoUnderWay)


def test_of_a_chain_the_last_merge_is_undone_first() -> None:
    chained = Together((ONE, OTHER, THIRD), survivor_merged=True)
    given(MERGED).when(request, chained, POLICY, undo()).refused(LaterMergeFirst)


@pytest.mark.parametrize("person", [ONE, OTHER, THIRD])
def test_nobody_asks_about_the_own_file(person: UUID) -> None:
    three = Together((ONE, OTHER, THIRD), survivor_merged=False)
    given(MERGED).when(request, three, POLICY, undo(by=f"person-{person}")).refused(OwnMatter)


def test_it_is_not_dated_before_the_merge_or_before_the_last_refusal() -> None:
    early = undo(on=MERGED_ON - timedelta(days=1))
    given(MERGED).when(request, TOGETHER, POLICY, early).refused(DateBeforeLastStep)
    given(MERGED, ASKED, refused("no-answer")).when(request, TOGETHER, POLICY, undo(on=ON)).refused(DateBeforeLastStep)


@pytest.mark.parametrize(("first", "second"), [("relief", "mutualaid"), ("mutualaid", "relief")])
@pytest.mark.parametrize("before", [[], [FOUND]], ids=["unseen", "found"])
def test_it_is_undone_once_all_have_cleared_it_and_all_is_as_before(
    first: Any, second: Any, before: Sequence[Event]
) -> None:
    so_far = [*before, MERGED, ASKED]
    given(*so_far).when(take_answer, cleared(first), TODAY).then(has_answered(first))
    so_far.append(has_answered(first))
    given(*so_far).when(take_answer, cleared(second), TODAY).then(has_answered(second), UNDONE)
    assert pair_of([*so_far, has_answered(second), UNDONE]) == pair_of(before)


def test_payments_that_stand_against_it_are_told_and_it_stays() -> None:
    blocked = Answer("relief", REQUEST, (PAYMENT,), cleared=False)
    told = has_answered("relief", cleared=False, payments=(PAYMENT,))
    given(MERGED, ASKED, has_answered("mutualaid")).when(take_answer, blocked, TODAY).then(
        told, refused("payments-stand")
    )
    after = pair_of([FOUND, MERGED, ASKED, told, refused("payments-stand")])
    assert after == Merged(ONE, OTHER, MERGED_ON, Found(frozenset((ONE, OTHER))), TODAY)


def test_answers_to_what_has_ended_or_was_answered_change_nothing() -> None:
    given(MERGED, ASKED).when(take_answer, cleared("relief", UUID(int=99)), TODAY).then()
    given(MERGED, ASKED, refused("no-answer")).when(take_answer, cleared("relief"), TODAY).then()
    given(MERGED, ASKED, has_answered("relief")).when(take_answer, cleared("relief"), TODAY).then()
    given().when(take_answer, cleared("relief"), TODAY).then()


def test_without_an_answer_in_time_it_stays() -> None:
    given(MERGED, ASKED, has_answered("relief")).when(refuse_overdue, UNTIL).then()
    late = UNTIL + timedelta(days=1)
    given(MERGED, ASKED).when(refuse_overdue, late).then(refused("no-answer").model_copy(update={"occurred_on": late}))
    given(MERGED).when(refuse_overdue, late).then()


@pytest.mark.parametrize("event", [ASKED, UNDONE, refused("no-answer"), has_answered("relief")])
def test_a_history_that_cannot_be_is_noticed(event: Event) -> None:
    with pytest.raises(BrokenHistory):
        pair_of([FOUND, event])


def test_an_answer_to_another_request_does_not_stand_in_a_history() -> None:
    with pytest.raises(BrokenHistory):
        pair_of([MERGED, ASKED, UNDONE.model_copy(update={"request_id": UUID(int=99)})])


def both(**changed: Any) -> Both:
    one, other = (
        person_of([SAMPLES[PersonRegistered].event.model_copy(update={"person_id": person})]) for person in (ONE, OTHER)
    )
    return Both(one, other, **changed)


MERGE = Merge(ONE, OTHER, "documents-agree", BY, MERGED_ON, TODAY)
LIVES: Sequence[tuple[dict[UUID, str], Sequence[str], Any]] = (
    ({}, (), None),
    ({OTHER: "household-1"}, ("household-1",), None),
    ({ONE: "household-1"}, (), SurvivorLacksHousehold),
    ({ONE: "household-1", OTHER: "household-1"}, ("household-1",), TwiceInHousehold),
    ({ONE: "household-1", OTHER: "household-2"}, ("household-1",), TwoHouseholds),
    ({ONE: "household-1", OTHER: "household-2"}, ("household-1", "household-2"), TwoOpenDossiers),
)


@pytest.mark.parametrize(("households", "dossiers", "refusal"), LIVES)
def test_households_and_dossiers_are_settled_before_a_merge(households: Any, dossiers: Any, refusal: Any) -> None:
    outcome = given(FOUND).when(merge, both(households=households, dossiers=dossiers), MERGE)
    if refusal is None:
        outcome.then(MERGED)
    else:
        outcome.refused(refusal)


@pytest.mark.parametrize(("numbered", "housed"), [(ONE, OTHER), (OTHER, ONE)])
def test_a_number_here_and_a_household_there_are_told_as_such(numbered: UUID, housed: UUID) -> None:
    apart = both(numbered=[numbered], households={housed: "household-1"})
    given(FOUND).when(merge, apart, MERGE).refused(NumberAndHouseholdApart)
    together = both(numbered=[OTHER], households={OTHER: "household-1"})
    given(FOUND).when(merge, together, MERGE).then(MERGED)


def test_nobody_joins_those_who_are_asked_about_or_are_too_many() -> None:
    given(FOUND).when(merge, both(undoing=[OTHER]), MERGE).refused(UndoUnderWay)
    given(FOUND).when(merge, both(together=HELD_PERSONS_MAX + 1), MERGE).refused(TooManyMerged)
    given(FOUND).when(merge, both(together=HELD_PERSONS_MAX), MERGE).then(MERGED)
