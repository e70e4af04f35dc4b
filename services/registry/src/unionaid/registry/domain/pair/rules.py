"""Deciding about two persons who may be one: kept apart, or merged under an alias."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import DuplicateKeptApart, PossibleDuplicateFound, WorkerMerged, pair_id
from unionaid.contracts.registry.duplicates import Certainty, FoundBy, KeptApartReason, MergeReason
from unionaid.contracts.unmerging import HELD_PERSONS_MAX
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.pair.facts import Found, Pair, Unseen
from unionaid.registry.domain.person.facts import Person, refuse_restricted
from unionaid.registry.domain.refusals import (
    NotFound,
    NumberAndHouseholdApart,
    OwnMatter,
    PairDecided,
    SamePerson,
    SurvivorLacksHousehold,
    SurvivorLacksNumber,
    SurvivorMerged,
    TooManyMerged,
    TwiceInHousehold,
    TwoHouseholds,
    TwoOpenDossiers,
    TwoResidentIds,
    UndoUnderWay,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A version of the policy: from how many points of likeness on two persons are surely, or possibly, one."""

    version: str
    in_force_from: date
    surely: int
    possibly: int
    unmerge_wait_days: int
    """Days within which who pays persons answers whether a merge may be undone."""

    def certainty(self, score: int) -> Certainty | None:
        """Say what a score amounts to; None for nothing to ask about."""
        if score >= self.surely:
            return "surely"
        return "possibly" if score >= self.possibly else None


def in_force(versions: Sequence[Thresholds], on: date) -> Thresholds:
    """Return the version that holds on a day; the first one holds before it too."""
    return max((each for each in versions if each.in_force_from <= on), default=versions[0], key=_from)


def _from(version: Thresholds) -> date:
    return version.in_force_from


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two persons and their points."""

    person_id: UUID
    other_person_id: UUID
    score: int


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Decide that two persons are two. `by` is the actor."""

    pair_id: UUID
    reason: KeptApartReason
    by: str
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Merge:
    """Decide that two persons are one, and which of them stands for both."""

    person_id: UUID
    survivor_id: UUID
    reason: MergeReason
    by: str
    on: date
    today: date


def find(
    pair: Pair, likeness: Likeness, thresholds: Thresholds, found_by: FoundBy, on: date
) -> list[PossibleDuplicateFound]:
    """Ask about two persons who are alike; nothing where they were asked about before, or are not alike enough."""
    certainty = thresholds.certainty(likeness.score)
    if not isinstance(pair, Unseen) or certainty is None:
        return []
    return [
        PossibleDuplicateFound(
            occurred_on=on,
            pair_id=pair_id(likeness.person_id, likeness.other_person_id),
            person_id=likeness.person_id,
            other_person_id=likeness.other_person_id,
            certainty=certainty,
            score=likeness.score,
            found_by=found_by,
            policy_version=thresholds.version,
        )
    ]


def keep_apart(pair: Pair, command: KeepApart) -> list[Event]:
    """Keep two persons apart, for good. Raises NotFound, PairDecided, OwnMatter and the refusals of dates."""
    match pair:
        case Unseen():
            raise NotFound
        case Found():
            pass
        case _:
            raise PairDecided
    refuse_own(pair.persons, command.by)
    refuse_impossible(command.on, command.today)
    one, other = sorted(pair.persons)
    return [
        DuplicateKeptApart(
            occurred_on=command.on,
            pair_id=command.pair_id,
            person_id=one,
            other_person_id=other,
            reason_code=command.reason,
        )
    ]


@dataclass(frozen=True, slots=True)
class Both:
    """The two persons of a merge as they stand.

    `numbered` have a valid ID number; for `merged` another stands; `undoing` are those with whom a merge may be undone;
    `households` is where each lives, and `dossiers` those of them with an open dossier; `together` is how many would
    stand for one another.
    """

    person: Person
    survivor: Person
    numbered: Collection[UUID] = ()
    merged: Collection[UUID] = ()
    undoing: Collection[UUID] = ()
    households: Mapping[UUID, str] = field(default_factory=dict)
    dossiers: Collection[str] = ()
    together: int = 2


def merge(pair: Pair, both: Both, command: Merge) -> list[Event]:
    """Merge two persons.

    What must be settled first is refused: two numbers, two households, two open dossiers. The one with a number, and
    with a household, is the survivor: a merged person lives in no household.
    Raises SamePerson, NotFound, PersonIsErased, PersonIsRestricted, PairDecided, SurvivorMerged, UndoUnderWay,
    TwoResidentIds, NumberAndHouseholdApart, SurvivorLacksNumber, TwoOpenDossiers, TwoHouseholds, TwiceInHousehold,
    SurvivorLacksHousehold, TooManyMerged, OwnMatter and the refusals of dates.
    """
    if command.person_id == command.survivor_id:
        raise SamePerson(field="survivor_id")
    refuse_restricted(both.person)
    refuse_restricted(both.survivor)
    if not isinstance(pair, Unseen | Found) or command.person_id in both.merged:
        raise PairDecided
    if command.survivor_id in both.merged:
        raise SurvivorMerged(field="survivor_id")
    if both.undoing:
        raise UndoUnderWay
    refuse_own((command.person_id, command.survivor_id), command.by)
    refuse_impossible(command.on, command.today)
    if {command.person_id, command.survivor_id} <= set(both.numbered):
        raise TwoResidentIds
    if _apart(both, command):
        raise NumberAndHouseholdApart
    if command.person_id in both.numbered:
        raise SurvivorLacksNumber(field="survivor_id")
    _refuse_households(both, command)
    if both.together > HELD_PERSONS_MAX:
        raise TooManyMerged(field="survivor_id", most=HELD_PERSONS_MAX)
    return [
        WorkerMerged(
            occurred_on=command.on,
            pair_id=pair_id(command.person_id, command.survivor_id),
            person_id=command.person_id,
            survivor_id=command.survivor_id,
            reason_code=command.reason,
        )
    ]


def _apart(both: Both, command: Merge) -> bool:
    """Say whether one has the number, and the other alone lives in a household: then neither can stand for both."""
    pair = {command.person_id, command.survivor_id}
    numbered, housed = pair & set(both.numbered), pair & both.households.keys()
    return len(numbered) == 1 and len(housed) == 1 and numbered != housed


def _refuse_households(both: Both, command: Merge) -> None:
    own, other = (both.households.get(one) for one in (command.person_id, command.survivor_id))
    if own is None:
        return
    if other is None:
        raise SurvivorLacksHousehold(field="survivor_id")
    if own == other:
        raise TwiceInHousehold
    if {own, other} <= set(both.dossiers):
        raise TwoOpenDossiers
    raise TwoHouseholds


def refuse_own(persons: Collection[UUID], by: str) -> None:
    """Refuse who is one of the persons. Raises OwnMatter."""
    if by in {f"person-{person_id}" for person_id in persons}:
        raise OwnMatter
