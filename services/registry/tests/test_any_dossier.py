"""Whatever officers do with households and dossiers, in whatever order: what must hold, holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import reduce
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from unionaid.contracts import Event
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierClosed,
    DossierHolderChanged,
    DossierOpened,
    DossierPosted,
    DossierReclassified,
    DossierReturned,
    DossierReviewed,
    DossierVerified,
    FiveClears,
    FiveClearsRecorded,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    ObjectionRaised,
    ObjectionSettled,
    StatementReference,
)
from unionaid.registry.domain.dossier import managing, rules
from unionaid.registry.domain.dossier.facts import Act, Dossier, Existing, dossier_of
from unionaid.registry.domain.household import rules as household_rules
from unionaid.registry.domain.household.facts import Household, evolve, household_of
from unionaid.registry.domain.household.rules import Entry, Step
from unionaid.registry.domain.person.facts import Known, Person, Worker
from unionaid.registry.domain.refusals import Refusal
from unionaid.registry.reserving import held, moved

UNION = UUID(int=900)
PEOPLE = [UUID(int=n) for n in range(1, 6)]
OFFICERS = [f"person-{UUID(int=n)}" for n in range(50, 54)]
ACTORS = st.sampled_from([*OFFICERS, *OFFICERS, *(f"person-{one}" for one in PEOPLE)])
SAID = StatementReference(statement_version=1, commitment="5a" * 32)
CLEAR = FiveClears(
    family_situation="ordinary", hardship_cause="illness", state_of_mind="stable", employment_wish="none",
    technical_skill="none",
)  # fmt: skip
FIRST = date(2016, 1, 4)
PERSON = st.sampled_from(PEOPLE)
NTH = st.integers(0, 3)
LEVELS = st.sampled_from(["deep", "relative"])


def known(person_id: UUID) -> Person:
    person = Known(person_id, 1980, "male", 1)
    return person if person_id == PEOPLE[-1] else Worker(person, UNION, None, False, None, FIRST)


def assessment(level: str) -> Assessment:
    return Assessment.model_validate(
        {
            "policy_version": "p-1", "household_size": 1, "income_ratio_percent": 1, "computed_level": level,
            "hardship_level": level,
        }
    )  # fmt: skip


class Office(RuleBasedStateMachine):
    """Commands as they come; a refusal, or a reservation that is taken, changes nothing. The checks count events."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[tuple[Event, str]] = []
        self.households: list[UUID] = []
        self.dossiers: list[UUID] = []
        self.day = FIRST
        self.next = 1000

    def new(self) -> UUID:
        self.next += 1
        return UUID(int=self.next)

    def of(self, stream: str) -> list[tuple[Event, str]]:
        return [(event, by) for event, by in self.log if event.subject == stream]

    def household(self, n: int) -> tuple[Household, str]:
        if not self.households:
            return household_of([]), "household-none"
        stream = f"household-{self.households[n % len(self.households)]}"
        return household_of(event for event, _ in self.of(stream)), stream

    def dossier(self, n: int) -> tuple[Dossier, Household]:
        if not self.dossiers:
            return dossier_of([]), household_of([])
        found = dossier_of(Act(*one) for one in self.of(f"dossier-{self.dossiers[n % len(self.dossiers)]}"))
        assert isinstance(found, Existing)
        living = self.of(f"household-{found.file.household_id}")
        return found, household_of(event for event, _ in living)

    def step(self, by: str) -> Step:
        return Step(by, self.day, self.day)

    def tries(self, decide: Callable[[], list[Event]], by: str) -> bool:
        """As the application: what rules decide is appended, unless something is reserved by others."""
        try:
            events = decide()
        except Refusal:
            return False
        taken, given_back = moved(events)
        holding = {(one.scope, one.key): one.stream for one in held(event for event, _ in self.log)}
        for one in given_back:
            holding.pop((one.scope, one.key), None)
        if any(holding.get((one.scope, one.key), one.stream) != one.stream for one in taken):
            return False
        self.log += [(event, by) for event in events]
        return True

    @initialize()
    def begins(self) -> None:
        self.forms([PEOPLE[0], PEOPLE[1]], OFFICERS[0])
        self.opens(0, PEOPLE[0], True, OFFICERS[0])

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule(people=st.lists(PERSON, min_size=1, max_size=3), by=ACTORS)
    def forms(self, people: list[UUID], by: str) -> None:
        household_id = self.new()
        relations = ["householder", "spouse", "child"]
        entries = [Entry(one, relations[n], "healthy", None, SAID) for n, one in enumerate(people)]  # type: ignore[arg-type]  # from a list of strings
        if self.tries(
            lambda: household_rules.form(
                household_of([]), {one: known(one) for one in people}, self.step(by),
                household_id=household_id, union_org_id=UNION, entries=entries,
            ),
            by,
        ):  # fmt: skip
            self.households.append(household_id)

    @rule(n=NTH, person=PERSON, by=ACTORS)
    def joins(self, n: int, person: UUID, by: str) -> None:
        entry = Entry(person, "other", "healthy", None, SAID)
        self.tries(
            lambda: household_rules.join(self.household(n)[0], {person: known(person)}, entry, self.step(by)), by
        )

    @rule(n=NTH, person=PERSON, heir=PERSON, by=ACTORS)
    def leaves(self, n: int, person: UUID, heir: UUID, by: str) -> None:
        self.passing(n, lambda home: household_rules.leave(home, person, "moved", self.step(by)), heir, by)

    @rule(n=NTH, people=st.lists(PERSON, min_size=1, max_size=2), heir=PERSON, by=ACTORS)
    def splits(self, n: int, people: list[UUID], heir: UUID, by: str) -> None:
        new = self.new()
        relations = ["householder", "child"]
        entries = [Entry(one, relations[i], "healthy", None, SAID) for i, one in enumerate(people)]  # type: ignore[arg-type]  # from a list of strings
        if self.passing(
            n,
            lambda home: household_rules.split(
                home, household_of([]), self.step(by), new_household_id=new, entries=entries, reason="divorce"
            ),
            heir,
            by,
        ):
            self.households.append(new)

    def passing(self, n: int, decide: Callable[[Household], list[Event]], heir: UUID, by: str) -> bool:
        """As the application: a dossier whose holder goes passes on in the same append, or nothing happens."""
        home, stream = self.household(n)

        def whole() -> list[Event]:
            events = decide(home)
            left = reduce(evolve, [event for event in events if event.subject == stream], home)
            for number in range(len(self.dossiers)):
                dossier, _ = self.dossier(number)
                assert isinstance(dossier, Existing)
                closed = any(isinstance(e, DossierClosed) for e, _ in self.of(f"dossier-{dossier.file.dossier_id}"))
                if f"household-{dossier.file.household_id}" == stream and not closed:
                    if dossier.file.holder_id in getattr(left, "members", {}):
                        continue
                    events = events + rules.pass_on(
                        dossier, left, self.step(by), holder_id=heir, union_org_id=None, reason="left"
                    )
            return events

        return self.tries(whole, by)

    @rule(n=NTH, holder=PERSON, clear=st.booleans(), by=ACTORS)
    def opens(self, n: int, holder: UUID, clear: bool, by: str) -> None:
        dossier_id = self.new()
        command = rules.OpenDossier(dossier_id, holder, CLEAR if clear else FiveClears(), SAID)
        if self.tries(
            lambda: rules.open_dossier(dossier_of([]), self.household(n)[0], known(holder), command, self.step(by)), by
        ):
            self.dossiers.append(dossier_id)

    @rule(n=NTH, by=ACTORS)
    def records(self, n: int, by: str) -> None:
        self.tries(lambda: rules.record_clears(*self.dossier(n), CLEAR, SAID, self.step(by)), by)

    @rule(n=NTH, level=LEVELS, by=ACTORS)
    def assesses(self, n: int, level: str, by: str) -> None:
        self.tries(lambda: rules.record_assessment(*self.dossier(n), assessment(level), None, self.step(by)), by)

    @rule(n=NTH, by=ACTORS)
    def verifies(self, n: int, by: str) -> None:
        self.tries(lambda: rules.verify(*self.dossier(n), self.step(by)), by)

    @rule(n=NTH, by=ACTORS)
    def posts(self, n: int, by: str) -> None:
        notice = rules.Notice("公开栏", self.day + timedelta(days=5), 5, "weekdays")
        self.tries(lambda: rules.post(*self.dossier(n), notice, self.step(by)), by)

    @rule(n=NTH, by=ACTORS)
    def approves(self, n: int, by: str) -> None:
        review = self.day + timedelta(days=365)
        self.tries(lambda: rules.approve(*self.dossier(n), review, self.step(by)), by)

    @rule(n=NTH, by=st.permutations(OFFICERS), level=LEVELS, far=st.integers(1, 4))
    def goes_on(self, n: int, by: list[str], level: str, far: int) -> None:
        """As it should go, so that the rarer courses begin from far on."""
        self.records(n, by[0])
        self.assesses(n, level, by[0])
        for act, who in list(zip((self.verifies, self.posts), by[1:], strict=False))[:far]:
            act(n, who)
        if far > 2:
            self.time_passes(6)
            self.approves(n, by[3])

    @rule(n=NTH, by=ACTORS)
    def returns(self, n: int, by: str) -> None:
        self.tries(lambda: rules.return_(*self.dossier(n), "facts-doubtful", (), self.step(by)), by)

    @rule(n=NTH, by=ACTORS)
    def objects(self, n: int, by: str) -> None:
        self.tries(
            lambda: managing.raise_objection(
                *self.dossier(n), self.step(by), objection_id=self.new(), ground="income", statement=SAID
            ),
            by,
        )

    @precondition(lambda self: any(isinstance(event, ObjectionRaised) for event, _ in self.log))
    @rule(n=NTH, outcome=st.sampled_from(["upheld", "unfounded"]), by=ACTORS)
    def settles(self, n: int, outcome: str, by: str) -> None:
        raised = [event for event, _ in self.log if isinstance(event, ObjectionRaised)]
        one = raised[n % len(raised)].objection_id
        for number in range(len(self.dossiers)):
            self.tries(
                lambda at=number: managing.settle_objection(*self.dossier(at), one, outcome, self.step(by)),  # type: ignore[misc, arg-type]  # drawn
                by,
            )

    @rule(n=NTH, level=LEVELS, by=ACTORS)
    def reviews(self, n: int, level: str, by: str) -> None:
        review = self.day + timedelta(days=365)
        self.tries(
            lambda: managing.review(
                *self.dossier(n), self.step(by), assessment=assessment(level), statement=None, next_review_on=review
            ),
            by,
        )

    @rule(n=NTH, by=ACTORS)
    def reclassifies(self, n: int, by: str) -> None:
        self.tries(lambda: managing.reclassify(*self.dossier(n), self.step(by)), by)

    @rule(n=NTH, approver=st.booleans(), by=ACTORS)
    def closes(self, n: int, approver: bool, by: str) -> None:
        self.tries(lambda: managing.close(*self.dossier(n), "moved", self.step(by), approver=approver), by)

    @rule(n=NTH, by=ACTORS)
    def calls_back(self, n: int, by: str) -> None:
        self.tries(lambda: managing.call_back(*self.dossier(n), "stable", self.step(by)), by)

    @invariant()
    def nobody_belongs_to_two_households(self) -> None:
        living: dict[UUID, UUID] = {}
        for event, _ in self.log:
            match event:
                case HouseholdMemberLeft():
                    assert living.pop(event.person_id) == event.household_id
                case HouseholdMemberJoined():
                    assert event.person_id not in living
                    living[event.person_id] = event.household_id
                case _:
                    pass

    @invariant()
    def a_household_has_one_open_dossier_and_its_holder_lives_there(self) -> None:
        open_of: dict[UUID, UUID] = {}
        holder: dict[UUID, UUID] = {}
        living: set[tuple[UUID, UUID]] = set()
        for event, _ in self.log:
            match event:
                case DossierOpened():
                    assert event.household_id not in open_of
                    open_of[event.household_id] = event.dossier_id
                    holder[event.dossier_id] = event.holder_id
                case DossierClosed():
                    assert open_of.pop(event.household_id) == event.dossier_id
                case DossierHolderChanged():
                    holder[event.dossier_id] = event.holder_id
                case HouseholdMemberJoined():
                    living.add((event.household_id, event.person_id))
                case HouseholdMemberLeft():
                    living.remove((event.household_id, event.person_id))
                case _:
                    pass
        assert all((household_id, holder[dossier_id]) in living for household_id, dossier_id in open_of.items())

    @invariant()
    def no_step_is_skipped(self) -> None:
        for dossier_id in self.dossiers:
            reached = ""
            for event, _ in self.of(f"dossier-{dossier_id}"):
                allowed, then = _COURSE.get(type(event), (None, None))
                assert allowed is None or reached in allowed, (reached, type(event).__name__)
                reached = then or reached

    @invariant()
    def hands_are_kept_apart(self) -> None:
        for dossier_id in self.dossiers:
            entered: set[str] = set()
            passed: set[str] = set()
            reviewer = ""
            for event, by in self.of(f"dossier-{dossier_id}"):
                match event:
                    case DossierOpened() | FiveClearsRecorded() | DossierAssessed():
                        entered.add(by)
                    case DossierVerified() | DossierPosted():
                        assert by not in entered
                        passed.add(by)
                    case DossierApproved():
                        assert by not in entered | passed
                    case DossierReviewed():
                        reviewer = by
                    case DossierReclassified():
                        assert by != reviewer
                    case _:
                        pass

    @invariant()
    def nobody_acts_for_the_own_household(self) -> None:
        living: dict[UUID, set[str]] = defaultdict(set)
        household: dict[UUID, UUID] = {}
        for event, by in self.log:
            match event:
                case HouseholdMemberJoined():
                    living[event.household_id].add(f"person-{event.person_id}")
                case HouseholdMemberLeft():
                    assert by not in living[event.household_id]
                    living[event.household_id].discard(f"person-{event.person_id}")
                case DossierOpened():
                    household[event.dossier_id] = event.household_id
                case _:
                    pass
            if event.subject.startswith("dossier-"):
                assert by not in living[household[UUID(event.subject.removeprefix("dossier-"))]]

    @invariant()
    def nothing_is_approved_against_an_objection_or_before_the_notice_came_down(self) -> None:
        for dossier_id in self.dossiers:
            outcomes: dict[UUID, str | None] = {}
            until = date.max
            for event, _ in self.of(f"dossier-{dossier_id}"):
                match event:
                    case DossierPosted():
                        outcomes, until = {}, event.posted_until
                    case ObjectionRaised():
                        outcomes[event.objection_id] = None
                    case ObjectionSettled():
                        outcomes[event.objection_id] = event.objection_outcome
                    case DossierApproved():
                        assert set(outcomes.values()) <= {"unfounded", "withdrawn"}
                        assert event.occurred_on > until
                    case _:
                        pass


_COURSE: dict[type[Event], tuple[set[str] | None, str | None]] = {
    DossierOpened: ({""}, "draft"),
    FiveClearsRecorded: ({"draft", "approved"}, None),
    DossierAssessed: ({"draft"}, None),
    DossierVerified: ({"draft"}, "verified"),
    DossierPosted: ({"verified"}, "posted"),
    ObjectionRaised: ({"posted"}, None),
    DossierReturned: ({"draft", "verified", "posted"}, "draft"),
    DossierApproved: ({"posted"}, "approved"),
    DossierReviewed: ({"approved"}, None),
    DossierReclassified: ({"approved"}, None),
    DossierClosed: ({"draft", "verified", "posted", "approved"}, "closed"),
}

TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
