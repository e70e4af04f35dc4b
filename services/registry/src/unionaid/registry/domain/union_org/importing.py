"""Unions and enterprises of imported files: which rows can be entered, and where each union of a file will stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.contracts.fields import Ownership, UnionLevel
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.enterprise.uscc import read_uscc
from unionaid.registry.domain.refusals import (
    Fault,
    OwnershipMissing,
    ParentMissing,
    ParentWrongLevel,
    UnionAmbiguous,
    UnionTwice,
    UnitNameMalformed,
    UnitNameMissing,
    UnitUnknown,
    UsccTwice,
)
from unionaid.registry.domain.rows import Reading
from unionaid.registry.domain.text import tidy_name
from unionaid.registry.domain.union_org.rules import LEVEL_ABOVE
from unionaid.registry.domain.unit_name import is_public_name

LEVEL_BELOW: Mapping[UnionLevel, UnionLevel] = {above: level for level, above in LEVEL_ABOVE.items()}


@dataclass(frozen=True, slots=True)
class TypedUnit:
    """One row as it was typed; `union` is the name of the union it belongs to or stands under."""

    number: int
    name: str
    union: str
    on: date
    uscc: str = ""
    ownership: Ownership | None = None
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """A union that can be named in a file: in the tree, or to be entered by an earlier row."""

    org_id: UUID
    level: UnionLevel
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """A row without a fault. `org_id` is the union's own, of an enterprise that of the union it belongs to."""

    number: int
    name: str
    on: date
    parent_id: UUID | None
    org_id: UUID | None = None
    level: UnionLevel | None = None
    uscc: str = ""
    ownership: Ownership | None = None


@dataclass(slots=True)
class ReadUnits:
    """Rows that can be entered, in order; the numbers of those entered before; the faults of the rest."""

    good: list[ReadUnit] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_enterprises(
    rows: Iterable[TypedUnit], unions: Mapping[str, Sequence[Standing]], registered: frozenset[str], today: date
) -> ReadUnits:
    """Read rows of enterprises; `registered` are the codes that are registered."""
    read = ReadUnits()
    first: dict[str, int] = {}
    for row in rows:
        parts = Reading(row.number, row.faulty)
        name = parts.read("name", _unit_name, row.name)
        uscc = parts.read("uscc", read_uscc, row.uscc)
        union = parts.read("union", _named, unions, row.union) if row.union else None
        parts.read("occurred_on", refuse_impossible, row.on, today)
        if row.ownership is None and "ownership" not in row.faulty:
            parts.fault(OwnershipMissing(field="ownership"))
        if uscc is not None and (earlier := first.setdefault(uscc, row.number)) != row.number:
            parts.fault(UsccTwice(field="uscc", first=earlier))
        read.faults += parts.faults
        if not parts.good or name is None or uscc is None:
            continue
        if uscc in registered:
            read.known.append(row.number)
        else:
            parent_id = union.org_id if union else None
            read.good.append(ReadUnit(row.number, name, row.on, parent_id, uscc=uscc, ownership=row.ownership))
    return read


def read_unions(
    rows: Sequence[TypedUnit], unions: Mapping[str, Sequence[Standing]], ids: Mapping[int, UUID], today: date
) -> ReadUnits:
    """Read rows of unions; one may stand under another of the same file, wherever that one's row is.

    `ids` are the ids that rows would get, by number.
    """
    read = ReadUnits()
    known = {name: list(standing) for name, standing in unions.items()}
    named = {row.number: tidy_name(row.name) for row in rows}
    own = frozenset(ids.values())
    waiting = list(rows)
    while waiting:
        names = {named[row.number] for row in waiting}
        above = {row.number: tidy_name(row.union) for row in waiting}
        now = [row for row in waiting if above[row.number] not in names or above[row.number] == named[row.number]]
        for row in now or waiting:  # who waits for each other waits in vain
            _read_union(row, ids[row.number], read, _Tree(known, own), today)
        done = {row.number for row in now or waiting}
        waiting = [row for row in waiting if row.number not in done]
    read.good.sort(key=lambda unit: (_DEPTH[unit.level or "grassroots"], unit.number))
    return read


_DEPTH: Mapping[UnionLevel, int] = {"district": 0, "sub_district": 1, "grassroots": 2}


@dataclass(frozen=True, slots=True)
class _Tree:
    """The unions that can be named so far; `own` are the ids of the file's."""

    known: dict[str, list[Standing]]
    own: frozenset[UUID]


def _read_union(row: TypedUnit, org_id: UUID, read: ReadUnits, tree: _Tree, today: date) -> None:
    parts = Reading(row.number, row.faulty)
    name = parts.read("name", _unit_name, row.name)
    parent = parts.read("union", _parent, tree.known, row.union)
    parts.read("occurred_on", refuse_impossible, row.on, today)
    if name is not None and parent is not None:
        there = [one for one in tree.known.get(name, ()) if one.parent_id == parent.org_id]
        if there and there[0].org_id in tree.own:
            parts.fault(UnionTwice(field="name"))
        elif there and parts.good:
            read.known.append(row.number)
            return
    read.faults += parts.faults
    if not parts.good or name is None or parent is None:
        return
    standing = Standing(org_id, LEVEL_BELOW[parent.level], parent.org_id)
    tree.known.setdefault(name, []).append(standing)
    read.good.append(ReadUnit(row.number, name, row.on, parent.org_id, org_id=standing.org_id, level=standing.level))


def _unit_name(written: str) -> str:
    name = tidy_name(written)
    if not name:
        raise UnitNameMissing(field="name")
    if not is_public_name(name):
        raise UnitNameMalformed(field="name")
    return name


def _named(unions: Mapping[str, Sequence[Standing]], written: str) -> Standing:
    found = unions.get(tidy_name(written), ())
    if not found:
        raise UnitUnknown(field="union")
    if len(found) > 1:
        raise UnionAmbiguous(field="union")
    return found[0]


def _parent(unions: Mapping[str, Sequence[Standing]], written: str) -> Standing:
    if not tidy_name(written):
        raise ParentMissing(field="union")
    parent = _named(unions, written)
    if parent.level not in LEVEL_BELOW:
        raise ParentWrongLevel(field="union")
    return parent
