"""To which account a person is paid: what is read, what is stated, and what is not."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from unionaid.contracts.registry import BankAccountEnded, BankAccountStated, IdentityReentered, IdentityReference
from unionaid.registry.domain.person.accounts import (
    EndAccount,
    StateAccount,
    end_account,
    read_account,
    state_account,
)
from unionaid.registry.domain.person.correcting import NextVersion
from unionaid.registry.domain.person.facts import Account, Known, Person, Unknown, evolve, has_account, person_of
from unionaid.registry.domain.refusals import (
    AccountMalformed,
    AccountMissing,
    AccountUnchanged,
    BankCodeMalformed,
    DateInFuture,
    IdentityMissing,
    NameImplausible,
    NotFound,
    OwnMatter,
    PersonIsErased,
    Refusal,
)
from unionaid.registry.examples import ERASED, ON, PERSON, PERSON_ID, TODAY
from unionaid.testkit.rules import telling

new: Person = Unknown()
given = telling(evolve, new)
BY = f"person-{uuid4()}"
SECOND, THIRD = (IdentityReference(vault_version=n, commitment="6b" * 32) for n in (2, 3))
STATE = StateAccount(PERSON_ID, "told", BY, ON, TODAY)
END = EndAccount(PERSON_ID, "closed", BY, ON, TODAY)
STATED = BankAccountStated(occurred_on=ON, person_id=PERSON_ID, identity=SECOND, reason_code="told")
ENDED = BankAccountEnded(occurred_on=ON, person_id=PERSON_ID, identity=THIRD, reason_code="closed")


def test_an_account_is_stated_stated_otherwise_and_ended() -> None:
    given(PERSON).when(state_account, NextVersion(SECOND, {"bank_account"}), STATE).then(STATED)
    given(PERSON, STATED).when(end_account, NextVersion(THIRD, {"bank_account"}), END).then(ENDED)
    person = person_of([PERSON, STATED, ENDED, STATED])
    assert isinstance(person, Known)
    assert person.account == Account(2)
    assert not has_account(person_of([PERSON, STATED, ENDED]))


def test_what_is_on_file_already_is_not_stated_and_what_is_not_does_not_end() -> None:
    given(PERSON, STATED).when(state_account, NextVersion(None, ()), STATE).refused(AccountUnchanged)
    given(PERSON).when(end_account, NextVersion(None, ()), END).refused(AccountMissing)
    given(PERSON, STATED, ENDED).when(end_account, NextVersion(None, ()), END).refused(AccountMissing)


def test_identity_that_was_entered_again_has_no_account() -> None:
    again = IdentityReentered(occurred_on=ON, person_id=PERSON_ID, identity=THIRD, reason_code="restored-without")
    assert not has_account(person_of([PERSON, STATED, again]))


def test_of_whom_nothing_is_stated() -> None:
    made = NextVersion(SECOND, {"bank_account"})
    given().when(state_account, made, STATE).refused(NotFound)
    given(PERSON, ERASED).when(state_account, made, STATE).refused(PersonIsErased)
    given(PERSON).when(state_account, None, STATE).refused(IdentityMissing)
    given(PERSON).when(state_account, made, replace(STATE, by=f"person-{PERSON_ID}")).refused(OwnMatter)
    tomorrow = replace(STATE, on=TODAY + timedelta(days=1))
    given(PERSON).when(state_account, made, tomorrow).refused(DateInFuture, field="occurred_on")


def test_an_account_has_one_form() -> None:
    read = read_account("６２２８ 4812-0000 0001", " 313871000007 ", " 马某 ")
    assert read.vault_fields() == {
        "bank_account": "6228481200000001",
        "bank_code": "313871000007",
        "account_holder": "马某",
    }
    assert read_account("62284812", None, " ").changes() == {
        "bank_account": "62284812",
        "bank_code": None,
        "account_holder": None,
    }
    assert "62284812" not in repr(read)


@pytest.mark.parametrize(
    ("number", "bank_code", "holder", "refusal"),
    [
        ("", None, None, AccountMalformed),
        ("1234567", None, None, AccountMalformed),
        ("1" * 33, None, None, AccountMalformed),
        ("6.22848E+15", None, None, AccountMalformed),
        ("62284812", "31387", None, BankCodeMalformed),
        ("62284812", None, "马3", NameImplausible),
    ],
    ids=["empty", "short", "long", "exponent", "bank", "holder"],
)
def test_what_is_no_account(number: str, bank_code: str | None, holder: str | None, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_account(number, bank_code, holder)
