"""How a person is erased: by somebody else than who entered it, once, and for good."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import PersonErased, RestrictionLifted
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.erasing import ErasePerson, erase
from unionaid.registry.domain.person.facts import (
    Erased,
    Known,
    Person,
    Unknown,
    evolve,
    is_restricted,
    person_of,
    refuse_erased,
)
from unionaid.registry.domain.person.opening import Purpose, why_nothing, within_reach
from unionaid.registry.domain.person.restricting import Restrict, lift, restrict
from unionaid.registry.domain.person.retention import Kept, own_record, policy_on, retention
from unionaid.registry.domain.person.rules import register_worker
from unionaid.registry.domain.refusals import (
    DateInFuture,
    EnteredBySame,
    NotFound,
    NotRestricted,
    OwnMatter,
    PersonIsErased,
    PersonIsRestricted,
    RecordOpen,
    RetentionRuns,
    RetentionUnknown,
)
from unionaid.registry.examples import (
    ERASED,
    FACTORY_UNION_ID,
    LEFT,
    ON,
    PERSON,
    PERSON_ID,
    RESTRICTED,
    RETENTION,
    TODAY,
    WORKER,
)
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

from .test_person_rules import FACTORY_PLACE, REGISTER

new: Person = Unknown()
given = telling(evolve, new)
ENTERED_BY = f"person-{uuid4()}"
ERASE = ErasePerson(PERSON_ID, "entered-in-error", f"person-{uuid4()}", ON, TODAY)
WRITTEN = frozenset({ENTERED_BY})
KEPT = retention(RETENTION, [Kept("worker-record", None)])
"""Of a worker: kept as long as the person is one."""
CONTACT, AUDIT = (Purpose(frozenset(), frozenset(), audit) for audit in (False, True))


def test_another_than_who_entered_erases() -> None:
    for facts in ([PERSON], [PERSON, WORKER]):
        given(*facts).when(erase, WRITTEN, KEPT, ERASE).then(ERASED)


def test_who_entered_and_the_person_do_not_erase() -> None:
    given(PERSON).when(erase, WRITTEN, KEPT, replace(ERASE, by=ENTERED_BY)).refused(EnteredBySame)
    given(PERSON).when(erase, WRITTEN, KEPT, replace(ERASE, by=f"person-{PERSON_ID}")).refused(OwnMatter)


def test_once_and_only_who_is_there() -> None:
    given().when(erase, WRITTEN, KEPT, ERASE).refused(NotFound)
    given(PERSON, WORKER, ERASED).when(erase, WRITTEN, KEPT, ERASE).refused(PersonIsErased)


def test_not_in_the_future() -> None:
    tomorrow = replace(ERASE, on=TODAY + timedelta(days=1))
    given(PERSON).when(erase, WRITTEN, KEPT, tomorrow).refused(DateInFuture, field="occurred_on")


def test_an_erased_person_becomes_no_worker_again() -> None:
    given(PERSON, ERASED).when(register_worker, FACTORY_PLACE, WHOLE_DIVISION, REGISTER).refused(PersonIsErased)


@pytest.mark.parametrize("history", [[ERASED], [PERSON, ERASED, WORKER], [PERSON, WORKER, ERASED, ERASED]])
def test_nothing_follows_an_erasure(history: list[PersonErased]) -> None:
    with pytest.raises(BrokenHistory):
        person_of(history)


def test_the_own_subtree_alone_may_know_that_somebody_was_erased() -> None:
    persons: dict[UUID, Person] = {PERSON_ID: person_of([PERSON, WORKER, ERASED])}
    lineages = {FACTORY_UNION_ID: [FACTORY_UNION_ID]}
    inside = within_reach(persons, lineages, Jurisdiction(whole_division=False, unit=FACTORY_UNION_ID))
    outside = within_reach(persons, lineages, Jurisdiction(whole_division=False, unit=uuid4()))
    told = [why_nothing(seen.get(PERSON_ID), AUDIT) for seen in (inside, outside)]
    assert told == ["person-erased", "not-found"]


def test_why_nothing_is_told() -> None:
    restricted = person_of([PERSON, RESTRICTED])
    states = [None, Unknown(), Erased(PERSON_ID, None), Known(PERSON_ID, 1980, "male", 1), restricted]
    ends = ["not-found", "not-found", "person-erased", "identity-missing"]
    assert [why_nothing(state, CONTACT) for state in states] == [*ends, "person-restricted"]
    assert [why_nothing(state, AUDIT) for state in states] == [*ends, "identity-missing"]


def test_periods_that_have_ended_and_periods_that_run() -> None:
    ended = replace(ERASE, reason="retention-ended", on=date(2027, 1, 4), today=date(2027, 1, 4))
    left = retention(RETENTION, [Kept("worker-record", date(2017, 1, 4))])
    told = ERASED.model_copy(
        update={"reason_code": "retention-ended", "occurred_on": date(2027, 1, 4), "policy_version": "retention-1"}
    )
    known = given(PERSON, WORKER, LEFT)
    known.when(erase, WRITTEN, left, ended).then(told)
    day_before = replace(ended, on=date(2027, 1, 3), today=date(2027, 1, 3))
    known.when(erase, WRITTEN, left, day_before).refused(RetentionRuns, field="reason_code")
    paid = retention(RETENTION, [Kept("worker-record", date(2017, 1, 4)), Kept("relief-payment", date(2013, 1, 1))])
    known.when(erase, WRITTEN, paid, ended).refused(RetentionRuns, field="reason_code")
    given(PERSON, WORKER).when(erase, WRITTEN, KEPT, ended).refused(RecordOpen, field="reason_code")
    given(PERSON, WORKER).when(erase, WRITTEN, KEPT, replace(ended, reason="ordered")).then(
        told.model_copy(update={"reason_code": "ordered", "policy_version": None})
    )


def test_the_last_end_counts_and_an_open_record_has_none() -> None:
    kept = [Kept("worker-record", date(2016, 2, 29)), Kept("relief-payment", date(2015, 5, 1))]
    told = retention(RETENTION, kept)
    assert [(period.kind, period.until) for period in told.periods] == [
        ("relief-payment", date(2045, 5, 1)),
        ("worker-record", date(2026, 3, 1)),
    ]
    assert retention(RETENTION, [*kept, Kept("dossier", None)]).until is None
    newer = replace(RETENTION, version="retention-2", in_force_from=date(2018, 1, 1))
    assert policy_on([newer, RETENTION], date(2017, 12, 31)) == RETENTION
    assert policy_on([newer, RETENTION], date(2018, 1, 1)) == newer
    with pytest.raises(RetentionUnknown):
        policy_on([newer], TODAY)


def test_what_registry_keeps_of_whom() -> None:
    known = [refuse_erased(person_of(facts)) for facts in ([PERSON], [PERSON, WORKER], [PERSON, WORKER, LEFT])]
    assert [own_record(person, ON) for person in known] == [
        Kept("person-record", ON),
        Kept("worker-record", None),
        Kept("worker-record", date(2017, 1, 4)),
    ]


ASK = Restrict(PERSON_ID, ENTERED_BY, ON, TODAY)


def test_who_asks_too_early_is_restricted_once_and_may_take_it_back() -> None:
    kept = retention(RETENTION, [Kept("person-record", ON)])
    given(PERSON).when(restrict, kept, ASK).then(RESTRICTED)
    open_ended = RESTRICTED.model_copy(update={"restricted_until": None})
    given(PERSON, WORKER).when(restrict, KEPT, ASK).then(open_ended)
    given(PERSON, RESTRICTED).when(restrict, kept, ASK).refused(PersonIsRestricted)
    lifted = RestrictionLifted(occurred_on=ON, person_id=PERSON_ID)
    given(PERSON, RESTRICTED).when(lift, ASK).then(lifted)
    given(PERSON, RESTRICTED, lifted).when(restrict, kept, ASK).then(RESTRICTED)
    given(PERSON).when(lift, ASK).refused(NotRestricted)
    for rule, facts in ((lift, [PERSON, ERASED]), (lift, [PERSON, RESTRICTED, ERASED])):
        given(*facts).when(rule, ASK).refused(PersonIsErased)
    given(PERSON).when(restrict, kept, replace(ASK, by=f"person-{PERSON_ID}")).refused(OwnMatter)
    given().when(restrict, kept, ASK).refused(NotFound)


def test_a_restriction_goes_along_with_whatever_the_person_becomes() -> None:
    for facts in ([PERSON, RESTRICTED], [PERSON, WORKER, RESTRICTED], [PERSON, WORKER, RESTRICTED, LEFT]):
        assert is_restricted(person_of(facts))
        assert not is_restricted(person_of([*facts, ERASED]))
    with pytest.raises(BrokenHistory):
        person_of([PERSON, RESTRICTED, RESTRICTED])
