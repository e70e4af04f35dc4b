"""In-house titles: adopted by an enterprise, evaluated, appointed, ended."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import (
    PersonRestricted,
    SchemeTitle,
    TitleAppointed,
    TitleEnded,
    TitleEvaluated,
    TitleSchemeAdopted,
)
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    DateInFuture,
    NotFound,
    NotOfEnterprise,
    PersonIsRestricted,
    TitleNotEvaluated,
    TitleNotInScheme,
    TitleTooEarly,
    TitleTwice,
    UnitUnknown,
)
from unionaid.registry.domain.title import facts as title_facts
from unionaid.registry.domain.title.rules import AppointTitle, EndTitle, EvaluateTitle, appoint, end, evaluate
from unionaid.registry.domain.title_scheme import facts as scheme_facts
from unionaid.registry.domain.title_scheme.rules import AdoptTitleScheme, adopt
from unionaid.registry.examples import ERASED, FACTORY, FACTORY_ID, ON, PERSON, PERSON_ID, TODAY, WORKER
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

SCHEME_ID, TITLE_ID = UUID("c0000000-0000-4000-8000-000000000001"), UUID("c0000000-0000-4000-8000-000000000002")
NAME = "纺织技师"
no_scheme: scheme_facts.TitleScheme = scheme_facts.Unknown()
no_title: title_facts.Title = title_facts.Unknown()
schemes = telling(scheme_facts.evolve, no_scheme)
given = telling(title_facts.evolve, no_title)
factory = enterprise_facts.enterprise_of([FACTORY])
worker = person_of([PERSON, WORKER])
adopted = TitleSchemeAdopted(
    occurred_on=ON, scheme_id=SCHEME_ID, enterprise_id=FACTORY_ID, titles=(SchemeTitle(title_name=NAME, grades=3),)
)
scheme = scheme_facts.title_scheme_of([adopted])
evaluated = TitleEvaluated(
    occurred_on=ON, title_id=TITLE_ID, scheme_id=SCHEME_ID, enterprise_id=FACTORY_ID, person_id=PERSON_ID,
    title_number=1, grade=2,
)  # fmt: skip
appointed = TitleAppointed(
    occurred_on=TODAY, title_id=TITLE_ID, scheme_id=SCHEME_ID, enterprise_id=FACTORY_ID, person_id=PERSON_ID,
    title_number=1, grade=2, allowance_fen=30_000,
)  # fmt: skip
ended = TitleEnded(occurred_on=TODAY, title_id=TITLE_ID, person_id=PERSON_ID, reason_code="left")
ADOPT = AdoptTitleScheme(SCHEME_ID, FACTORY_ID, [(NAME, 3)], ON, TODAY)
EVALUATE = EvaluateTitle(TITLE_ID, PERSON_ID, NAME, 2, ON, TODAY)
APPOINT = AppointTitle(30_000, TODAY, TODAY)
END = EndTitle("left", TODAY, TODAY)


def test_an_enterprise_adopts_a_scheme() -> None:
    schemes().when(adopt, factory, ADOPT).then(adopted)
    schemes(adopted).when(adopt, factory, ADOPT).refused(AlreadyRegistered)
    schemes().when(adopt, enterprise_facts.Unknown(), ADOPT).refused(UnitUnknown)
    schemes().when(adopt, factory, replace(ADOPT, titles=[(NAME, 3), (NAME, 1)])).refused(TitleTwice)
    schemes().when(adopt, factory, replace(ADOPT, on=TODAY + timedelta(days=1))).refused(DateInFuture)


def test_who_asked_to_be_erased_is_neither_evaluated_nor_appointed() -> None:
    asked = PersonRestricted(occurred_on=ON, person_id=PERSON_ID, policy_version="retention-2013.1")
    restricted = person_of([PERSON, WORKER, asked])
    given().when(evaluate, scheme, restricted, EVALUATE).refused(PersonIsRestricted)
    given(evaluated).when(appoint, restricted, APPOINT).refused(PersonIsRestricted)
    given(evaluated, appointed).when(end, END).then(ended)


def test_a_title_is_evaluated_then_appointed_then_ended() -> None:
    given().when(evaluate, scheme, worker, EVALUATE).then(evaluated)
    given(evaluated).when(appoint, worker, APPOINT).then(appointed)
    given(evaluated, appointed).when(end, END).then(ended)
    given(evaluated).when(evaluate, scheme, worker, EVALUATE).refused(AlreadyRegistered)
    given().when(appoint, worker, APPOINT).refused(NotFound)
    given().when(end, END).refused(NotFound)
    given(evaluated).when(end, END).refused(TitleNotEvaluated)
    for told in ((evaluated, appointed), (evaluated, appointed, ended)):
        given(*told).when(appoint, worker, APPOINT).refused(TitleNotEvaluated)
    given(evaluated, appointed, ended).when(end, END).refused(TitleNotEvaluated)


def test_only_a_worker_of_the_enterprise_is_evaluated() -> None:
    elsewhere = person_of([PERSON, WORKER.model_copy(update={"enterprise_id": uuid4()})])
    for other in (elsewhere, person_of([PERSON]), person_of([]), person_of([PERSON, WORKER, ERASED])):
        given().when(evaluate, scheme, other, EVALUATE).refused(NotOfEnterprise)
        given(evaluated).when(appoint, other, APPOINT).refused(NotOfEnterprise)
    given().when(evaluate, scheme_facts.Unknown(), worker, EVALUATE).refused(NotFound)


@pytest.mark.parametrize(("name", "grade"), [(NAME, 4), ("别的技师", 1)])
def test_the_grade_is_one_of_the_scheme(name: str, grade: int) -> None:
    given().when(evaluate, scheme, worker, replace(EVALUATE, title_name=name, grade=grade)).refused(TitleNotInScheme)


def test_no_step_is_before_the_one_it_follows() -> None:
    early = ON - timedelta(days=1)
    given().when(evaluate, scheme, worker, replace(EVALUATE, on=early)).refused(TitleTooEarly)
    given(evaluated).when(appoint, worker, replace(APPOINT, on=early)).refused(TitleTooEarly)
    given(evaluated, appointed).when(end, replace(END, on=ON)).refused(TitleTooEarly)
    given(evaluated).when(appoint, worker, replace(APPOINT, on=date(2018, 1, 1))).refused(DateInFuture)


def test_what_cannot_follow_breaks_the_history() -> None:
    with pytest.raises(BrokenHistory):
        title_facts.title_of([appointed])
    with pytest.raises(BrokenHistory):
        scheme_facts.title_scheme_of([adopted, adopted])
