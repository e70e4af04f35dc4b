"""Training sessions: known people, once each, one stage after the other, on days that can be; fairs in numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    CompetitionHeld,
    JobFairHeld,
    ProgrammeOpened,
    SkillsSessionHeld,
    TraineeCompleted,
    TraineeEnrolled,
    TraineePlaced,
)
from unionaid.contracts.samples import GRASSROOTS, SESSION
from unionaid.relief.domain.activities import counted, facts, rules
from unionaid.relief.domain.activities.facts import Held, session_of
from unionaid.relief.domain.programme.facts import Closed, Open, programme_of
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    CountsDisagree,
    DateInFuture,
    DaysReversed,
    LineFault,
    LinesRefused,
    NotATrainingProgramme,
    NotFound,
    OutsideWindow,
    ProgrammeIsClosed,
    ReferenceUnknown,
    SessionFull,
)
from unionaid.relief.examples import TODAY, person, programme_opened
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

given = telling(facts.evolve, facts.INITIAL)
ON = date(2017, 1, 9)
TERMS = programme_opened()
SKILLS = Open(ProgrammeOpened.model_validate({**TERMS.model_dump(), "kind": "SPRING_SKILLS"}))
HOLD = rules.HoldSession(SESSION, GRASSROOTS, "家政服务员培训班", date(2017, 1, 20), 60, 3, ON, TODAY)
PEOPLE = [person(n) for n in range(4)]
ALL = rules.Known(frozenset(PEOPLE))


def held(places: int = 3) -> SkillsSessionHeld:
    [event] = rules.hold_session(facts.INITIAL, SKILLS, replace(HOLD, places=places))
    assert isinstance(event, SkillsSessionHeld)
    return event


def step(*persons: UUID, on: date = ON) -> rules.Step:
    return rules.Step(persons, on, TODAY)


def trainee(kind: type[Event], who: UUID, on: date = ON, **more: str) -> Event:
    of = {"session_id", "programme_id", "programme_kind", "programme_year", "union_org_id"}
    terms = held().model_dump(include=of)
    return kind.model_validate({**terms, "occurred_on": on, "person_id": who, **more})


def test_a_session_stands_on_a_training_programme_within_its_window() -> None:
    given().when(rules.hold_session, SKILLS, HOLD).then(held())
    given(held()).when(rules.hold_session, SKILLS, HOLD).refused(AlreadyOpened)
    given().when(rules.hold_session, programme_of([TERMS]), HOLD).refused(NotATrainingProgramme)
    given().when(rules.hold_session, Closed(SKILLS.terms), HOLD).refused(ProgrammeIsClosed)
    given().when(rules.hold_session, programme_of([]), HOLD).refused(ReferenceUnknown)
    given().when(rules.hold_session, SKILLS, replace(HOLD, on=date(2017, 2, 12))).refused(OutsideWindow)
    given().when(rules.hold_session, SKILLS, replace(HOLD, on=date(2017, 3, 2))).refused(DateInFuture)
    given().when(rules.hold_session, SKILLS, replace(HOLD, last_on=date(2017, 1, 8))).refused(DaysReversed)


def test_a_trainee_is_enrolled_completes_and_finds_work() -> None:
    who, later = PEOPLE[0], ON + timedelta(days=3)
    enrolled, completed = trainee(TraineeEnrolled, who), trainee(TraineeCompleted, who, later)
    placed = trainee(TraineePlaced, who, later, employer="样例家政公司")
    given(held()).when(rules.enrol, ALL, step(who)).then(enrolled)
    given(held(), enrolled).when(rules.complete, ALL, step(who, on=later)).then(completed)
    at = given(held(), enrolled, completed)
    at.when(rules.place, ALL, step(who, on=later), "样例家政公司").then(placed)
    given().when(rules.enrol, ALL, step(who)).refused(NotFound)


Rule = Callable[[facts.Session, rules.Known, rules.Step], list[Event]]


def placed_at(session: facts.Session, known: rules.Known, asked: rules.Step) -> list[Event]:
    return rules.place(session, known, asked, "样例家政公司")


def faults(rule: Rule, *history: Event, known: rules.Known = ALL, asked: rules.Step) -> list[str]:
    session = session_of(history)
    with pytest.raises(LinesRefused) as refused:
        rule(session, known, asked)
    return [fault.code for fault in refused.value.faults]


def test_nobody_takes_a_step_out_of_turn() -> None:
    who = PEOPLE[0]
    enrolled, completed = trainee(TraineeEnrolled, who), trainee(TraineeCompleted, who)
    placed = trainee(TraineePlaced, who, employer="样例家政公司")
    assert faults(rules.enrol, held(), enrolled, asked=step(who)) == ["already-enrolled"]
    assert faults(rules.complete, held(), asked=step(who)) == ["not-enrolled"]
    assert faults(rules.complete, held(), enrolled, completed, asked=step(who)) == ["step-taken"]
    assert faults(placed_at, held(), enrolled, asked=step(who)) == ["not-completed"]
    assert faults(placed_at, held(), asked=step(who)) == ["not-enrolled"]
    done = (held(), enrolled, completed, placed)
    assert faults(placed_at, *done, asked=step(who)) == ["step-taken"]
    early = ON - timedelta(days=1)
    assert faults(rules.enrol, held(), asked=step(who, on=early)) == ["step-too-early"]
    assert faults(rules.complete, held(), enrolled, asked=step(who, on=early)) == ["step-too-early"]
    given(held()).when(rules.enrol, ALL, step(who, on=date(2017, 3, 2))).refused(DateInFuture)


def test_everyone_who_cannot_be_enrolled_is_named() -> None:
    first, second, third, fourth = PEOPLE
    known = rules.Known(
        frozenset({first, second, third}), {first: LineFault.PERSON_RESTRICTED}, frozenset({second}), {}
    )
    asked = step(first, second, third, third, fourth)
    assert faults(rules.enrol, held(), known=known, asked=asked) == [
        "person-restricted", "person-merged", "person-twice", "person-unknown",
    ]  # fmt: skip
    erased = replace(known, barred={first: LineFault.PERSON_ERASED})
    enrolled = trainee(TraineeEnrolled, first)
    assert faults(rules.complete, held(), enrolled, known=erased, asked=step(first)) == ["person-erased"]


def test_who_was_enrolled_under_another_id_is_not_enrolled_again() -> None:
    known = replace(ALL, aliases={PEOPLE[1]: PEOPLE[0]})
    enrolled = trainee(TraineeEnrolled, PEOPLE[1])
    assert faults(rules.enrol, held(), enrolled, known=known, asked=step(PEOPLE[0])) == ["already-enrolled"]


def test_a_session_takes_no_more_than_it_has_places() -> None:
    given(held()).when(rules.enrol, ALL, step(*PEOPLE)).refused(SessionFull)


@drawn(st.lists(st.tuples(st.sampled_from(["enrol", "complete", "place"]), st.integers(0, 3)), max_size=20))
def test_in_any_course_nobody_is_further_than_the_events_say(course: list[tuple[str, int]]) -> None:
    told: list[Event] = [held(places=4)]
    reached: dict[UUID, int] = {}
    for what, n in course:
        who, stage = PEOPLE[n], ("enrol", "complete", "place").index(what)
        try:
            match what:
                case "enrol":
                    told += rules.enrol(session_of(told), ALL, step(who))
                case "complete":
                    told += rules.complete(session_of(told), ALL, step(who))
                case _:
                    told += rules.place(session_of(told), ALL, step(who), "样例家政公司")
        except LinesRefused:
            assert reached.get(who, 0) != stage
        else:
            assert reached.get(who, 0) == stage
            reached[who] = stage + 1
    session = session_of(told)
    assert isinstance(session, Held)
    stages = ("enrolled", "completed", "placed")
    assert {who: stages.index(one.stage) + 1 for who, one in session.trainees.items()} == reached


def test_a_history_that_cannot_be_is_said_to_be_broken() -> None:
    who = PEOPLE[0]
    for history in ([trainee(TraineeEnrolled, who)], [held(), held()], [held(), trainee(TraineeCompleted, who)]):
        with pytest.raises(BrokenHistory):
            session_of(history)


def test_fairs_and_competitions_are_told_in_numbers_that_agree() -> None:
    fair = counted.HoldFair(SESSION, GRASSROOTS, "专场招聘会", 30, 800, 1_200, 200, ON, TODAY)
    [told] = counted.hold_fair(fair)
    assert isinstance(told, JobFairHeld)
    assert (told.employers, told.vacancies, told.visitor_count, told.placements) == (30, 800, 1_200, 200)
    for wrong in (replace(fair, placements=801), replace(fair, visitor_count=199)):
        with pytest.raises(CountsDisagree):
            counted.hold_fair(wrong)
    with pytest.raises(DateInFuture):
        counted.hold_fair(replace(fair, on=date(2017, 3, 2)))
    contest = counted.HoldCompetition(SESSION, GRASSROOTS, "职工技能竞赛", "焊工", 48, 9, ON, TODAY)
    [told_too] = counted.hold_competition(contest)
    assert isinstance(told_too, CompetitionHeld)
    assert (told_too.contestants, told_too.awards) == (48, 9)
    with pytest.raises(CountsDisagree):
        counted.hold_competition(replace(contest, awards=49))
