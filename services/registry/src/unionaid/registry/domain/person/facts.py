"""A person: unknown, then known, then a worker of a union, who may leave and come back; restricted on the way, erased
at the end. Who it is by name lies in the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import LeavingReason, Sex
from unionaid.contracts.registry import (
    BankAccountEnded,
    BankAccountStated,
    IdentityCorrected,
    IdentityReentered,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.registry.domain.refusals import NotFound, PersonIsErased, PersonIsRestricted
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """The office does not know this person."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """The person asked to be erased; `until` is the last end of a period as known then, None where one was open."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """That an account was stated to which the person is paid: how many were by now, and whether the last one ended."""

    statement: int
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A human being without the role of a worker."""

    person_id: UUID
    birth_year: int | None
    sex: Sex | None
    vault_version: int
    """The newest version of the identity that an event names."""
    entering_org_id: UUID | None = None
    """The union that entered somebody who is no worker."""
    restriction: Restriction | None = None
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A person registered as worker in a union, employed or not."""

    person: Known
    union_org_id: UUID
    enterprise_id: UUID | None
    migrant: bool
    roster_id: UUID | None
    registered_on: date
    transferred_on: date | None = None
    """The day of the last transfer, None before the first."""

    @property
    def since(self) -> date:
        """Since when the worker is where the worker is."""
        return self.transferred_on or self.registered_on


@dataclass(frozen=True, slots=True)
class Left:
    """A person who is a worker no more; `worker` is what the person was last."""

    worker: Worker
    left_on: date
    reason_code: LeavingReason

    @property
    def person(self) -> Known:
        """The human being."""
        return self.worker.person

    @property
    def union_org_id(self) -> UUID:
        """The union the person was in last: its officers see the file."""
        return self.worker.union_org_id


@dataclass(frozen=True, slots=True)
class Erased:
    """A person whose identity was destroyed; the union says who may know that."""

    person_id: UUID
    union_org_id: UUID | None


Living: TypeAlias = Known | Worker | Left
"""A person with whom something can be done."""
Person: TypeAlias = Unknown | Living | Erased


def evolve(person: Person, event: Event) -> Person:
    """Return the person after an event. Raises BrokenHistory."""
    match person, event:
        case Unknown(), PersonRegistered():
            return Known(
                event.person_id, event.birth_year, event.sex, event.identity.vault_version, event.entering_org_id
            )
        case ((Known() | Left()), WorkerRegistered()):
            return _made_worker(known_of(person), event)
        case ((Known() | Worker() | Left()), PersonErased()):
            return Erased(event.person_id, union_of(person))
        case Worker(), (WorkerDetailsCorrected() | WorkerTransferred() | WorkerLeft()):
            return _evolve_worker(person, event)
        case ((Known() | Worker() | Left()), _):
            return _with_known(person, lambda known: _evolve_known(known, event))
        case _:
            raise BrokenHistory(person, event)


def _made_worker(known: Known, event: WorkerRegistered) -> Worker:
    return Worker(known, event.union_org_id, event.enterprise_id, event.migrant, event.roster_id, event.occurred_on)


def _evolve_worker(worker: Worker, event: WorkerDetailsCorrected | WorkerTransferred | WorkerLeft) -> Worker | Left:
    union = event.former_union_org_id if isinstance(event, WorkerTransferred) else event.union_org_id
    if union != worker.union_org_id:
        raise BrokenHistory(worker, event)
    match event:
        case WorkerDetailsCorrected():
            return replace(worker, enterprise_id=event.enterprise_id, migrant=event.migrant)
        case WorkerTransferred():
            return replace(
                worker,
                union_org_id=event.union_org_id,
                enterprise_id=event.enterprise_id,
                transferred_on=event.occurred_on,
            )
        case WorkerLeft():
            return Left(worker, event.occurred_on, event.reason_code)


def _evolve_known(known: Known, event: Event) -> Known:
    match event:
        case IdentityCorrected():
            version = event.identity.vault_version
            return replace(known, birth_year=event.birth_year, sex=event.sex, vault_version=version)
        case IdentityReentered():  # without the account, which is stated again
            version, account = event.identity.vault_version, known.account
            return replace(known, vault_version=version, account=account and replace(account, ended=True))
        case BankAccountStated():
            statement = known.account.statement + 1 if known.account else 1
            return replace(known, vault_version=event.identity.vault_version, account=Account(statement))
        case BankAccountEnded() if known.account is not None and not known.account.ended:
            account = replace(known.account, ended=True)
            return replace(known, vault_version=event.identity.vault_version, account=account)
        case PersonRestricted() if known.restriction is None:
            return replace(known, restriction=Restriction(event.restricted_until))
        case RestrictionLifted() if known.restriction is not None:
            return replace(known, restriction=None)
        case _:
            raise BrokenHistory(known, event)


def _with_known(person: Living, change: Callable[[Known], Known]) -> Living:
    match person:
        case Known():
            return change(person)
        case Worker():
            return replace(person, person=change(person.person))
        case Left():
            return replace(person, worker=replace(person.worker, person=change(person.person)))


def known_of(person: Living) -> Known:
    """Return the human being, whatever the role."""
    return person if isinstance(person, Known) else person.person


def union_of(person: Person) -> UUID | None:
    """Return the union that a person belongs or belonged to, or that entered who is no worker; None for none."""
    if isinstance(person, Known):
        return person.entering_org_id
    return person.union_org_id if isinstance(person, Worker | Left | Erased) else None


def version_of(person: Living) -> int:
    """Return the newest version of the identity that an event names."""
    return known_of(person).vault_version


def is_restricted(person: Person) -> bool:
    """Say whether a person asked to be erased and waits for it."""
    return isinstance(person, Known | Worker | Left) and known_of(person).restriction is not None


def has_account(person: Person) -> bool:
    """Say whether an account is known to which the person is paid."""
    account = known_of(person).account if isinstance(person, Known | Worker | Left) else None
    return account is not None and not account.ended


def refuse_erased(person: Person) -> Living:
    """Return a person with whom something can be done. Raises NotFound, PersonIsErased."""
    match person:
        case Unknown():
            raise NotFound
        case Erased():
            raise PersonIsErased
        case _:
            return person


def refuse_restricted(person: Person) -> Living:
    """Return a person whose file may be gone on with. Raises NotFound, PersonIsErased, PersonIsRestricted."""
    living = refuse_erased(person)
    if is_restricted(living):
        raise PersonIsRestricted
    return living


def person_of(history: Iterable[Event]) -> Person:
    """Return the person that a stream tells of. Raises BrokenHistory."""
    unknown: Person = Unknown()
    return reduce(evolve, history, unknown)
