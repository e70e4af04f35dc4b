"""How a person is erased: by somebody else than who entered it, once, and for good."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import PersonErased
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.erasing import ErasePerson, erase
from unionaid.registry.domain.person.facts import Erased, Known, Person, Unknown, evolve, person_of
from unionaid.registry.domain.person.opening import why_nothing, within_reach
from unionaid.registry.domain.person.rules import register_worker
from unionaid.registry.domain.refusals import (
    DateInFuture,
    EnteredBySame,
    NotFound,
    OwnMatter,
    PersonIsErased,
)
from unionaid.registry.examples import ERASED, FACTORY_UNION_ID, ON, PERSON, PERSON_ID, TODAY, WORKER
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

from .test_person_rules import FACTORY_PLACE, REGISTER

new: Person = Unknown()
given = telling(evolve, new)
ENTERED_BY = f"person-{uuid4()}"
ERASE = ErasePerson(PERSON_ID, "entered-in-error", f"person-{uuid4()}", ON, TODAY)
WRITTEN = frozenset({ENTERED_BY})


def test_another_than_who_entered_erases() -> None:
    for facts in ([PERSON], [PERSON, WORKER]):
        given(*facts).when(erase, WRITTEN, ERASE).then(ERASED)


def test_who_entered_and_the_person_do_not_erase() -> None:
    given(PERSON).when(erase, WRITTEN, replace(ERASE, by=ENTERED_BY)).refused(EnteredBySame)
    given(PERSON).when(erase, WRITTEN, replace(ERASE, by=f"person-{PERSON_ID}")).refused(OwnMatter)


def test_once_and_only_who_is_there() -> None:
    given().when(erase, WRITTEN, ERASE).refused(NotFound)
    given(PERSON, WORKER, ERASED).when(erase, WRITTEN, ERASE).refused(PersonIsErased)


def test_not_in_the_future() -> None:
    tomorrow = replace(ERASE, on=TODAY + timedelta(days=1))
    given(PERSON).when(erase, WRITTEN, tomorrow).refused(DateInFuture, field="occurred_on")


def test_an_erased_person_becomes_no_worker_again() -> None:
    given(PERSON, ERASED).when(register_worker, FACTORY_PLACE, WHOLE_DIVISION, REGISTER).refused(PersonIsErased)


@pytest.mark.parametrize("history", [[ERASED], [PERSON, ERASED, WORKER], [PERSON, WORKER, ERASED, ERASED]])
def test_nothing_follows_an_erasure(history: list[PersonErased]) -> None:
    with pytest.raises(BrokenHistory):
        person_of(history)


def test_the_own_subtree_alone_may_know_that_somebody_was_erased() -> None:
    persons: dict[UUID, Person] = {PERSON_ID: person_of([PERSON, WORKER, ERASED])}
    lineages = {FACTORY_UNION_ID: [FACTORY_UNION_ID]}
    inside = within_reach(persons, lineages, Jurisdiction(whole_division=False, unit=FACTORY_UNION_ID))
    outside = within_reach(persons, lineages, Jurisdiction(whole_division=False, unit=uuid4()))
    assert (why_nothing(inside.get(PERSON_ID)), why_nothing(outside.get(PERSON_ID))) == ("person-erased", "not-found")


def test_why_nothing_is_told() -> None:
    states = [None, Unknown(), Erased(PERSON_ID, None), Known(PERSON_ID, 1980, "male", 1)]
    assert [why_nothing(state) for state in states] == ["not-found", "not-found", "person-erased", "identity-missing"]
