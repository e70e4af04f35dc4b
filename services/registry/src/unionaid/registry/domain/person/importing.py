"""Workers of an imported file: the good rows, old numbers that could be converted, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import BankAccountStated
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.accounts import BankAccount, read_bank_code, read_holder, read_number
from unionaid.registry.domain.person.identity import Identity, read_name, read_phone
from unionaid.registry.domain.person.resident_id import ResidentId, converted, read_resident_id
from unionaid.registry.domain.person.rules import Entrant, Workplace, place, registered
from unionaid.registry.domain.refusals import (
    Fault,
    Refusal,
    ResidentId15Digits,
    ResidentIdOfTwo,
    ResidentIdOtherName,
    ResidentIdTaken,
    ResidentIdTwice,
)
from unionaid.registry.domain.rows import Reading, row_fault_of
from unionaid.registry.domain.union_org.facts import UnionOrg


@dataclass(frozen=True, slots=True)
class TypedWorker:
    """One row as it was typed; `faulty` are the columns whose cells are at fault, they are not read."""

    number: int
    name: str = field(repr=False)
    resident_id: str = field(repr=False)
    phone: str = field(repr=False)
    migrant: bool
    enterprise_id: UUID | None
    on: date
    faulty: frozenset[str] = frozenset()
    bank_account: str = field(default="", repr=False)
    bank_code: str = field(default="", repr=False)
    account_holder: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ReadWorker:
    """One row without a fault; of `old` ones the number was converted."""

    number: int
    identity: Identity
    migrant: bool
    enterprise_id: UUID | None
    on: date
    account: BankAccount | None = None

    def vault_fields(self) -> dict[str, str]:
        """Return the fields of the vault."""
        return self.identity.vault_fields() | (self.account.vault_fields() if self.account else {})


@dataclass(slots=True)
class ReadWorkers:
    """Rows without a fault, those whose only fault is an old number that can be converted, the faults of all."""

    good: list[ReadWorker] = field(default_factory=list)
    old: list[ReadWorker] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A person to become known by a row, with the place and the day of that row."""

    entrant: Entrant
    enterprise_id: UUID | None
    on: date
    account: bool = False
    """Whether the row states an account."""


def read_workers(rows: Iterable[TypedWorker], today: date) -> ReadWorkers:
    """Read rows one by one; an ID that stands in two is a fault of the later one, under two names a fault of both."""
    read = ReadWorkers()
    first: dict[str, tuple[int, str | None]] = {}
    disputed: dict[int, int] = {}
    for row in rows:
        parts = Reading(row.number, row.faulty)
        name = parts.read("name", read_name, row.name)
        phone = parts.read("phone", read_phone, row.phone)
        account = _account(parts, row)
        parts.read("occurred_on", refuse_impossible, row.on, today)
        resident_id, is_old = _number(parts, row)
        if resident_id is not None:
            earlier, called = first.setdefault(resident_id.number, (row.number, name))
            if earlier != row.number and called not in (name, None) and name is not None:
                parts.fault(ResidentIdOfTwo(field="resident_id", other=earlier))
                disputed.setdefault(earlier, row.number)
            elif earlier != row.number:
                parts.fault(ResidentIdTwice(field="resident_id", first=earlier))
        if parts.good and name is not None and resident_id is not None:
            worker = ReadWorker(
                row.number, Identity(name, resident_id, phone), row.migrant, row.enterprise_id, row.on, account
            )
            (read.old if is_old else read.good).append(worker)
        if is_old:
            parts.fault(ResidentId15Digits(field="resident_id"))
        read.faults += parts.faults
    read.good = [worker for worker in read.good if worker.number not in disputed]
    read.old = [worker for worker in read.old if worker.number not in disputed]
    told = {fault.params["row"] for fault in read.faults if fault.code == ResidentIdOfTwo.code}
    read.faults += [
        row_fault_of(one, ResidentIdOfTwo(field="resident_id", other=other))
        for one, other in disputed.items()
        if one not in told
    ]
    return read


def _account(parts: Reading, row: TypedWorker) -> BankAccount | None:
    """Return the account of a row that has one; a bank or a holder without a number is a fault."""
    if not (row.bank_account or row.bank_code or row.account_holder):
        return None
    number = parts.read("bank_account", read_number, row.bank_account)
    bank_code = parts.read("bank_code", read_bank_code, row.bank_code)
    holder = parts.read("account_holder", read_holder, row.account_holder)
    return BankAccount(number, bank_code, holder) if number else None


def _number(parts: Reading, row: TypedWorker) -> tuple[ResidentId | None, bool]:
    """Return the number, and whether it was an old one; of an old one that cannot be converted there is none."""
    whole = converted(row.resident_id)
    if whole is None:
        return parts.read("resident_id", read_resident_id, row.resident_id, row.on), False
    try:
        return read_resident_id(whole, row.on), True
    except Refusal:
        return None, True


def registered_before(row: int) -> Fault:
    """Return the fault of a row whose ID is registered out of reach; it names neither union nor person."""
    return row_fault_of(row, ResidentIdTaken(field="resident_id"))


def other_name(row: int) -> Fault:
    """Return the fault of a row whose ID is registered within reach, but not under this name."""
    return row_fault_of(row, ResidentIdOtherName(field="name"))


def enter_workers(
    lineage: Sequence[UnionOrg], jurisdiction: Jurisdiction, roster_id: UUID, entries: Iterable[Entry]
) -> list[Event]:
    """Register the people of good rows in a union, two events each and one for an account. Raises UnitUnknown."""
    union_org_id, _ = place(Workplace(lineage, None), jurisdiction)
    return [event for entry in entries for event in _entered(entry, union_org_id, roster_id)]


def _entered(entry: Entry, union_org_id: UUID, roster_id: UUID) -> list[Event]:
    events = registered(entry.entrant, union_org_id, entry.enterprise_id, roster_id, entry.on)
    if entry.account:
        person_id, identity = entry.entrant.person_id, entry.entrant.identity
        events.append(
            BankAccountStated(occurred_on=entry.on, person_id=person_id, identity=identity, reason_code="told")
        )
    return events
