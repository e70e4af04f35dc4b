"""A roster (花名冊) as it was typed, read row by row: every fault is found, not the first alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ParamSpec, TypeVar

from unionaid.registry.domain.person.identity import Identity, read_name, read_phone
from unionaid.registry.domain.person.resident_id import ResidentId, read_resident_id
from unionaid.registry.domain.refusals import (
    Fault,
    Refusal,
    ResidentIdTaken,
    ResidentIdTwice,
    row_fault,
)

ROSTER_ROWS_MAX = 10_000
"""Rows of one roster."""
_Read = TypeVar("_Read")
_Typed = ParamSpec("_Typed")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was typed."""

    name: str = field(repr=False)
    resident_id: str = field(repr=False)
    phone: str | None = field(repr=False)
    migrant: bool


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row without a fault of its own; `number` counts from 1."""

    number: int
    identity: Identity
    migrant: bool


@dataclass(frozen=True, slots=True)
class ReadRoster:
    """The rows without a fault of their own, the faults of all, and whatever IDs could be read, by row."""

    rows: Sequence[ReadRow]
    faults: Sequence[Fault]
    resident_ids: Mapping[int, ResidentId]


def read_roster(rows: Sequence[Row], on: date) -> ReadRoster:
    """Read the rows of people registered on the day `on`; an ID given twice is a fault of the later row."""
    read: list[ReadRow] = []
    faults: list[Fault] = []
    resident_ids: dict[int, ResidentId] = {}
    for number, row in enumerate(rows, start=1):
        parts = _Parts(number)
        name = parts.read(read_name, row.name)
        resident_id = parts.read(read_resident_id, row.resident_id, on)
        phone = parts.read(read_phone, row.phone)
        faults += parts.faults
        if resident_id is not None:
            resident_ids[number] = resident_id
            if name is not None and not parts.faults:
                read.append(ReadRow(number, Identity(name, resident_id, phone), row.migrant))
    return ReadRoster(read, [*faults, *_given_twice(resident_ids)], resident_ids)


def taken(rows: Iterable[int]) -> list[Fault]:
    """Return the faults of rows whose ID is registered; they name neither union nor person."""
    return [row_fault(row, ResidentIdTaken(field="resident_id")) for row in rows]


class _Parts:
    """The parts of one row: reads each, and keeps what is wrong with it."""

    def __init__(self, row: int) -> None:
        self._row = row
        self.faults: list[Fault] = []

    def read(self, reading: Callable[_Typed, _Read], *typed: _Typed.args, **more: _Typed.kwargs) -> _Read | None:
        try:
            return reading(*typed, **more)
        except Refusal as refusal:
            self.faults.append(row_fault(self._row, refusal))
            return None


def _given_twice(resident_ids: Mapping[int, ResidentId]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row, resident_id in resident_ids.items():
        earlier = first.setdefault(resident_id.number, row)
        if earlier != row:
            yield row_fault(row, ResidentIdTwice(field="resident_id", first=earlier))
