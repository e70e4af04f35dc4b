"""Workers of an imported file: the good rows, old numbers that could be converted, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.jurisdiction import Jurisdiction
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


@dataclass(frozen=True, slots=True)
class ReadWorker:
    """One row without a fault; of `old` ones the number was converted."""

    number: int
    identity: Identity
    migrant: bool
    enterprise_id: UUID | None
    on: date


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


def read_workers(rows: Iterable[TypedWorker], today: date) -> ReadWorkers:
    """Read rows one by one; an ID that stands in two is a fault of the later one, under two names a fault of both."""
    read = ReadWorkers()
    first: dict[str, tuple[int, str | None]] = {}
    disputed: dict[int, int] = {}
    for row in rows:
        parts = Reading(row.number, row.faulty)
        name = parts.read("name", read_name, row.name)
        phone = parts.read("phone", read_phone, row.phone)
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
            worker = ReadWorker(row.number, Identity(name, resident_id, phone), row.migrant, row.enterprise_id, row.on)
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
    """Register the people of good rows in a union, two events each. Raises UnitUnknown."""
    union_org_id, _ = place(Workplace(lineage, None), jurisdiction)
    return [
        event
        for entry in entries
        for event in registered(entry.entrant, union_org_id, entry.enterprise_id, roster_id, entry.on)
    ]
