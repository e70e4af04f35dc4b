"""Any life of workers: whatever is done in whatever order, rules, facts, periods and counts agree with a naive book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from unionaid.contracts import Event
from unionaid.contracts.registry import IdentityReference, PersonRegistered, WorkerRegistered
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION
from unionaid.registry.domain.person.erasing import ErasePerson, erase
from unionaid.registry.domain.person.facts import Erased, Left, Person, Worker, is_restricted, person_of, refuse_erased
from unionaid.registry.domain.person.moving import Move, come_back, correct_details, leave, transfer
from unionaid.registry.domain.person.restricting import Restrict, lift, restrict
from unionaid.registry.domain.person.retention import Retention, own_record, retention
from unionaid.registry.domain.person.rules import Workplace
from unionaid.registry.domain.refusals import Refusal
from unionaid.registry.domain.union_org.facts import union_org_of
from unionaid.registry.examples import DISTRICT, ON, RETENTION, TODAY
from unionaid.registry.views.people_writing import moves

UNIONS = [UUID(int=n) for n in range(1, 4)]
PEOPLE = [UUID(int=n) for n in range(11, 14)]


def place_of(union: UUID) -> Workplace:
    under = {"org_id": union, "level": "sub_district", "parent_id": DISTRICT.org_id}
    return Workplace([union_org_of([DISTRICT.model_copy(update=under)]), union_org_of([DISTRICT])], None)


PLACES = {union: place_of(union) for union in UNIONS}
BY = f"person-{uuid4()}"
LATER = date(2040, 1, 1)


@dataclass
class Told:
    """What a naive reader knows of one person."""

    union: UUID | None
    migrant: bool
    restricted: bool = False
    gone: bool = False


class AnyLife(RuleBasedStateMachine):
    """Officers do what they like to three people in three unions; refusals change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[UUID, list[Event]] = {}
        self.told: dict[UUID, Told] = {}
        for person in PEOPLE:
            identity = IdentityReference(vault_version=1, commitment="5a" * 32)
            self.events[person] = [
                PersonRegistered(occurred_on=ON, person_id=person, identity=identity),
                WorkerRegistered(occurred_on=ON, person_id=person, union_org_id=UNIONS[0], migrant=False),
            ]
            self.told[person] = Told(UNIONS[0], migrant=False)

    def state(self, person: UUID) -> Person:
        return person_of(self.events[person])

    def periods(self, person: UUID) -> Retention:
        return retention(RETENTION, [own_record(refuse_erased(self.state(person)), ON)])

    def took(self, person: UUID, made: list[Event] | None) -> bool:
        self.events[person] += made or []
        return made is not None

    @rule(person=st.sampled_from(PEOPLE), union=st.sampled_from(UNIONS))
    def transfer(self, person: UUID, union: UUID) -> None:
        move, told = Move(person, BY, TODAY, TODAY), self.told[person]
        made = self.tried(lambda: transfer(self.state(person), PLACES[union], WHOLE_DIVISION, move))
        may = told.union is not None and not told.restricted and not told.gone and union != told.union
        assert self.took(person, made) == may
        told.union = union if may else told.union

    @rule(person=st.sampled_from(PEOPLE))
    def leave(self, person: UUID) -> None:
        told = self.told[person]
        made = self.tried(lambda: leave(self.state(person), "moved", Move(person, BY, TODAY, TODAY)))
        may = told.union is not None and not told.gone
        assert self.took(person, made) == may
        told.union = None if may else told.union

    @rule(person=st.sampled_from(PEOPLE), union=st.sampled_from(UNIONS), migrant=st.booleans())
    def come_back(self, person: UUID, union: UUID, migrant: bool) -> None:
        told, move = self.told[person], Move(person, BY, TODAY, TODAY)
        made = self.tried(lambda: come_back(self.state(person), PLACES[union], WHOLE_DIVISION, migrant, move))
        may = told.union is None and not told.restricted and not told.gone
        assert self.took(person, made) == may
        if may:
            told.union, told.migrant = union, migrant

    @rule(person=st.sampled_from(PEOPLE), migrant=st.booleans())
    def correct(self, person: UUID, migrant: bool) -> None:
        told, move = self.told[person], Move(person, BY, TODAY, TODAY)
        place = PLACES[told.union or UNIONS[0]]
        made = self.tried(lambda: correct_details(self.state(person), place, migrant, move))
        may = told.union is not None and not told.restricted and not told.gone and migrant != told.migrant
        assert self.took(person, made) == may
        told.migrant = migrant if may else told.migrant

    @rule(person=st.sampled_from(PEOPLE), on=st.booleans())
    def restrict_or_lift(self, person: UUID, on: bool) -> None:
        told, asked = self.told[person], Restrict(person, BY, TODAY, TODAY)
        made = self.tried(
            lambda: restrict(self.state(person), self.periods(person), asked) if on else lift(self.state(person), asked)
        )
        may = not told.gone and told.restricted != on
        assert self.took(person, made) == may
        told.restricted = on if may else told.restricted

    @rule(person=st.sampled_from(PEOPLE), ordered=st.booleans(), later=st.booleans())
    def erase(self, person: UUID, ordered: bool, later: bool) -> None:
        told, today = self.told[person], LATER if later else TODAY
        asked = ErasePerson(person, "ordered" if ordered else "retention-ended", f"{BY}-2", TODAY, today)
        made = self.tried(lambda: erase(self.state(person), {BY}, self.periods(person), asked))
        may = not told.gone and (ordered or (later and told.union is None))
        assert self.took(person, made) == may
        told.gone = told.gone or may

    def tried(self, act: Callable[[], list[Event]]) -> list[Event] | None:
        try:
            return act()
        except Refusal:
            return None

    @invariant()
    def facts_tell_what_the_book_tells(self) -> None:
        for person, told in self.told.items():
            now = self.state(person)
            if told.gone:
                assert isinstance(now, Erased)
                continue
            assert is_restricted(now) == told.restricted
            assert isinstance(now, Left if told.union is None else Worker)
            if isinstance(now, Worker):
                assert (now.union_org_id, now.migrant) == (told.union, told.migrant)

    @invariant()
    def counts_are_where_the_lives_lead(self) -> None:
        counted: Counter[tuple[UUID, str]] = Counter()
        for event in (event for events in self.events.values() for event in events):
            for union, workers, migrants in moves(event):
                counted.update({(union, "workers"): workers, (union, "migrants"): migrants})
        expected: Counter[tuple[UUID, str]] = Counter()
        for told in self.told.values():
            if told.union is not None:
                expected.update({(told.union, "workers"): 1, (told.union, "migrants"): int(told.migrant)})
        assert {key: n for key, n in counted.items() if n} == {key: n for key, n in expected.items() if n}


def test_any_life_of_workers_is_counted_where_it_leads() -> None:
    run_state_machine_as_test(AnyLife)
