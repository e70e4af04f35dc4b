"""How the tree changes: a union goes under another of the same kind as before, or is no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import DissolutionReason
from unionaid.contracts.registry import UnionOrgDissolved, UnionOrgMoved
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.refusals import (
    BeforeRegistered,
    DistrictStays,
    NotFound,
    ParentUnchanged,
    UnionDissolved,
    UnionNotEmpty,
    UnionUnderItself,
)
from unionaid.registry.domain.union_org.facts import Dissolved, Established, UnionOrg, Unknown
from unionaid.registry.domain.union_org.rules import refuse_parent


@dataclass(frozen=True, slots=True)
class MoveUnionOrg:
    """Let a union stand under another from a day on."""

    org_id: UUID
    parent_id: UUID
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class DissolveUnionOrg:
    """End a union on a day."""

    org_id: UUID
    reason: DissolutionReason
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Remaining:
    """What still stands in a union or under it: how many of each."""

    unions: int = 0
    workers: int = 0
    enterprises: int = 0
    dossiers: int = 0
    """Those that are open."""
    requests: int = 0
    """Transfers to it that wait for a decision."""


def move(union: UnionOrg, above: Sequence[UnionOrg], command: MoveUnionOrg) -> list[Event]:
    """Move a union, with all that is in it and under it; levels stay.

    `above` is the union it is to stand under and those above that one, nearest first.
    Raises NotFound, UnionDissolved, DistrictStays, UnitUnknown, UnionUnderItself, ParentWrongLevel, ParentUnchanged,
    BeforeRegistered and the refusals of dates.
    """
    known = _standing(union, command.on, command.today)
    parent = above[0] if above else None
    if any(isinstance(one, Established | Dissolved) and one.org_id == known.org_id for one in above):
        raise UnionUnderItself(field="parent_id")
    refuse_parent(parent, known.level)
    if known.parent_id is None or command.parent_id == known.parent_id:
        raise ParentUnchanged(field="parent_id")
    if isinstance(parent, Established) and command.on < parent.established_on:
        raise BeforeRegistered(field="occurred_on", earlier=parent.established_on.isoformat())
    return [
        UnionOrgMoved(
            occurred_on=command.on,
            org_id=known.org_id,
            parent_id=command.parent_id,
            former_parent_id=known.parent_id,
        )
    ]


def dissolve(union: UnionOrg, remaining: Remaining, command: DissolveUnionOrg) -> list[Event]:
    """Dissolve a union in which nobody and nothing remains: what was in it has gone elsewhere before.

    Who has left it, and files that are closed, stay with it and are seen from above.
    Raises NotFound, UnionDissolved, DistrictStays, UnionNotEmpty, BeforeRegistered and the refusals of dates.
    """
    known = _standing(union, command.on, command.today)
    if remaining != Remaining():
        raise UnionNotEmpty(**asdict(remaining))
    return [UnionOrgDissolved(occurred_on=command.on, org_id=known.org_id, reason_code=command.reason)]


def _standing(union: UnionOrg, on: date, today: date) -> Established:
    """Return a union that can be moved or dissolved on a day."""
    if isinstance(union, Unknown):
        raise NotFound
    if isinstance(union, Dissolved):
        raise UnionDissolved
    refuse_impossible(on, today)
    if union.parent_id is None:
        raise DistrictStays
    if on < union.since:
        raise BeforeRegistered(field="occurred_on", earlier=union.since.isoformat())
    return union
