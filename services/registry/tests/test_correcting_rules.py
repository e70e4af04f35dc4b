"""How a person's identity is corrected, and entered again where it was lost."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from unionaid.contracts import Event
from unionaid.contracts.registry import IdentityCorrected, IdentityReentered, IdentityReference
from unionaid.registry.domain.person.correcting import (
    CorrectIdentity,
    NextVersion,
    ReenterIdentity,
    correct,
    reenter,
)
from unionaid.registry.domain.person.facts import Known, Person, Unknown, Worker, evolve, person_of, version_of
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.domain.refusals import (
    DateInFuture,
    IdentityDiffers,
    IdentityMissing,
    IdentityNotMissing,
    NotFound,
    NothingCorrected,
    OwnMatter,
    PersonIsErased,
)
from unionaid.registry.examples import ERASED, ON, PERSON, PERSON_ID, TODAY, WORKER, read, resident_id
from unionaid.testkit.rules import Outcome, telling

new: Person = Unknown()
given = telling(evolve, new)
BY = f"person-{uuid4()}"
SECOND = IdentityReference(vault_version=2, commitment="6b" * 32)
YOUNGER = read_resident_id(resident_id(2, date(1991, 5, 4)), ON)
CORRECT = CorrectIdentity(PERSON_ID, None, "changed", BY, ON, TODAY)
REENTER = ReenterIdentity(PERSON_ID, read(1), "restored-without", BY, ON, TODAY)
CORRECTED = IdentityCorrected(
    occurred_on=ON,
    person_id=PERSON_ID,
    identity=SECOND,
    corrected_fields=("name", "phone"),
    reason_code="changed",
    birth_year=1980,
    sex="male",
)
REENTERED = IdentityReentered(occurred_on=ON, person_id=PERSON_ID, identity=SECOND, reason_code="restored-without")


def test_a_correction_names_the_fields_and_keeps_what_follows_from_the_id() -> None:
    made = NextVersion(SECOND, {"phone", "name"})
    for facts in ([PERSON], [PERSON, WORKER]):
        given(*facts).when(correct, made, CORRECT).then(CORRECTED)


def test_another_id_brings_its_birth_year_and_sex() -> None:
    command = replace(CORRECT, resident_id=YOUNGER)
    corrected = CORRECTED.model_copy(update={"corrected_fields": ("resident_id",), "birth_year": 1991, "sex": "female"})
    given(PERSON, WORKER).when(correct, NextVersion(SECOND, {"resident_id"}), command).then(corrected)
    worker = person_of([PERSON, WORKER, corrected])
    assert isinstance(worker, Worker)
    assert worker.person == Known(PERSON_ID, 1991, "female", 2)
    assert worker.union_org_id == WORKER.union_org_id


def test_what_differs_in_nothing_or_is_not_there_is_not_corrected() -> None:
    given(PERSON).when(correct, NextVersion(None, ()), CORRECT).refused(NothingCorrected)
    given(PERSON).when(correct, None, CORRECT).refused(IdentityMissing)


class Act(Protocol):
    """One of the two kinds of sentences, up to its outcome."""

    def __call__(self, *facts: Event, by: str = BY, on: date = ON) -> Outcome[Event]: ...


def correcting(*facts: Event, by: str = BY, on: date = ON) -> Outcome[Event]:
    return given(*facts).when(correct, None, replace(CORRECT, by=by, on=on))


def reentering(*facts: Event, by: str = BY, on: date = ON) -> Outcome[Event]:
    return given(*facts).when(reenter, None, SECOND, replace(REENTER, by=by, on=on))


@pytest.mark.parametrize("act", [correcting, reentering])
def test_of_whom_nothing_is_changed(act: Act) -> None:
    act().refused(NotFound)
    act(PERSON, ERASED).refused(PersonIsErased)
    act(PERSON, by=f"person-{PERSON_ID}").refused(OwnMatter)
    act(PERSON, on=TODAY + timedelta(days=1)).refused(DateInFuture, field="occurred_on")


def test_identity_is_entered_again_where_the_vault_has_none_or_an_older_one() -> None:
    given(PERSON, WORKER).when(reenter, None, SECOND, REENTER).then(REENTERED)
    third = IdentityReference(vault_version=3, commitment="7c" * 32)
    again = REENTERED.model_copy(update={"identity": third})
    given(PERSON, CORRECTED).when(reenter, 1, third, REENTER).then(again)
    assert version_of(person_of([PERSON, CORRECTED, again])) == 3  # type: ignore[arg-type]  # neither unknown nor erased


@pytest.mark.parametrize("vault_has", [1, 2])
def test_what_is_there_is_not_entered_again(vault_has: int) -> None:
    given(PERSON).when(reenter, vault_has, SECOND, REENTER).refused(IdentityNotMissing)


def test_another_persons_id_is_refused() -> None:
    for other in (YOUNGER, read(2)):  # another year; the same birth date, another sex
        command = replace(REENTER, resident_id=other)
        given(PERSON).when(reenter, None, SECOND, command).refused(IdentityDiffers, field="resident_id")
    unknown = PERSON.model_copy(update={"birth_year": None, "sex": None})
    given(unknown).when(reenter, None, SECOND, replace(REENTER, resident_id=YOUNGER)).then(REENTERED)
