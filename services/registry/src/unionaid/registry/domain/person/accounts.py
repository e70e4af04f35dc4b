"""The bank account to which a person is paid: stated, stated otherwise, ended. Its values are the vault's to know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import AccountEndReason, AccountReason
from unionaid.contracts.registry import BankAccountEnded, BankAccountStated, IdentityReference
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.person.correcting import NextVersion
from unionaid.registry.domain.person.facts import Person, has_account, refuse_erased, refuse_restricted
from unionaid.registry.domain.person.identity import read_name
from unionaid.registry.domain.refusals import (
    AccountMalformed,
    AccountMissing,
    AccountUnchanged,
    BankCodeMalformed,
    IdentityMissing,
    OwnMatter,
)
from unionaid.registry.domain.text import without_blanks

_NUMBER = re.compile(r"[0-9]{8,32}")
"""Account numbers of banks in China are digits: cards have 16 to 19, passbooks from 8 on."""
_BANK_CODE = re.compile(r"[0-9]{12}")
"""A bank's number in the clearing system (CNAPS 行号)."""
ACCOUNT_FIELDS = ("bank_account", "bank_code", "account_holder")
"""What the vault keeps of an account."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account as typed and read. Identity: for the vault, never for an event.

    `holder` is who is written at the bank where it is not the person; `bank_code` is left out for the payer's own bank.
    """

    number: str = field(repr=False)
    bank_code: str | None = field(default=None, repr=False)
    holder: str | None = field(default=None, repr=False)

    def vault_fields(self) -> dict[str, str]:
        """Return the fields of the vault, each in its one form."""
        return {name: value for name, value in self.changes().items() if value is not None}

    def changes(self) -> Mapping[str, str | None]:
        """Return the fields of the vault, None for one that is to go."""
        return dict(zip(ACCOUNT_FIELDS, (self.number, self.bank_code, self.holder), strict=True))


NO_ACCOUNT: Mapping[str, str | None] = dict.fromkeys(ACCOUNT_FIELDS)


@dataclass(frozen=True, slots=True)
class StateAccount:
    """Say to which account a person is paid; `by` is the actor."""

    person_id: UUID
    reason: AccountReason
    by: str
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class EndAccount:
    """Say that nothing more is paid to the account that was stated."""

    person_id: UUID
    reason: AccountEndReason
    by: str
    on: date
    today: date


def read_account(number: str, bank_code: str | None, holder: str | None) -> BankAccount:
    """Return an account in its one form.

    Raises AccountMalformed, BankCodeMalformed, NameTooLong, NameImplausible, NameCharacterLost.
    """
    return BankAccount(read_number(number), read_bank_code(bank_code), read_holder(holder))


def read_number(text: str) -> str:
    """Return an account's number, digits alone. Raises AccountMalformed."""
    digits = re.sub(r"[-－]", "", without_blanks(text))
    if not _NUMBER.fullmatch(digits):
        raise AccountMalformed(field="bank_account")
    return digits


def read_bank_code(text: str | None) -> str | None:
    """Return a bank's number, None for none. Raises BankCodeMalformed."""
    digits = without_blanks(text or "")
    if digits and not _BANK_CODE.fullmatch(digits):
        raise BankCodeMalformed(field="bank_code")
    return digits or None


def read_holder(text: str | None) -> str | None:
    """Return who is written at the bank, None for the person. Raises as `read_name`, but for `account_holder`."""
    return read_name(text, "account_holder") if text and text.strip() else None


def state_account(person: Person, made: NextVersion | None, command: StateAccount) -> list[Event]:
    """State a person's account; `made` is None where the vault does not have the person.

    Raises NotFound, PersonIsErased, PersonIsRestricted, OwnMatter, IdentityMissing, AccountUnchanged and the refusals
    of dates.
    """
    refuse_restricted(person)
    identity = _next(person, made, command)
    if identity is None:
        raise AccountUnchanged
    return [
        BankAccountStated(
            occurred_on=command.on, person_id=command.person_id, identity=identity, reason_code=command.reason
        )
    ]


def end_account(person: Person, made: NextVersion | None, command: EndAccount) -> list[Event]:
    """End a person's account, also of who asked to be erased.

    Raises NotFound, PersonIsErased, OwnMatter, IdentityMissing, AccountMissing and the refusals of dates.
    """
    identity = _next(person, made, command)
    if identity is None or not has_account(person):
        raise AccountMissing
    return [
        BankAccountEnded(
            occurred_on=command.on, person_id=command.person_id, identity=identity, reason_code=command.reason
        )
    ]


def _next(person: Person, made: NextVersion | None, command: StateAccount | EndAccount) -> IdentityReference | None:
    refuse_erased(person)
    if command.by == f"person-{command.person_id}":
        raise OwnMatter
    refuse_impossible(command.on, command.today)
    if made is None:
        raise IdentityMissing
    return made.identity
