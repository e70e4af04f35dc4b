"""A worker's life: corrected, transferred, gone, back again; and transfers that are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import (
    TransferDeclined,
    TransferRequested,
    TransferTakenUp,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.registry.domain.enterprise.facts import enterprise_of
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.facts import Person, Unknown, evolve, person_of, union_of
from unionaid.registry.domain.person.moving import Move, come_back, correct_details, leave, transfer
from unionaid.registry.domain.person.rules import Workplace
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    AlreadyThere,
    BeforeRegistered,
    DateInFuture,
    NotAWorker,
    NotFound,
    NothingCorrected,
    OwnMatter,
    PersonIsErased,
    PersonIsRestricted,
    TransferEnded,
    UnitUnknown,
)
from unionaid.registry.domain.transfer import rules
from unionaid.registry.domain.transfer.facts import Transfer, Unrequested
from unionaid.registry.domain.transfer.facts import evolve as evolve_transfer
from unionaid.registry.domain.union_org.facts import union_org_of
from unionaid.registry.examples import (
    DISTRICT,
    ERASED,
    FACTORY,
    FACTORY_ID,
    FACTORY_UNION,
    FACTORY_UNION_ID,
    LEFT,
    PERSON,
    PERSON_ID,
    RESTRICTED,
    STREET,
    STREET_ID,
    TODAY,
    WORKER,
)
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

new: Person = Unknown()
given = telling(evolve, new)
unrequested: Transfer = Unrequested()
asked = telling(evolve_transfer, unrequested)
ON = date(2017, 1, 4)
MOVE = Move(PERSON_ID, f"person-{uuid4()}", ON, TODAY)
HERE = Workplace([union_org_of([one]) for one in (FACTORY_UNION, STREET, DISTRICT)], enterprise_of([FACTORY]))
WITHOUT_ENTERPRISE = replace(HERE, enterprise=None)
STREET_PLACE = Workplace([union_org_of([one]) for one in (STREET, DISTRICT)], None)
REQUEST = UUID(int=9)
TRANSFERRED = WorkerTransferred(
    occurred_on=ON, person_id=PERSON_ID, union_org_id=STREET_ID, former_union_org_id=FACTORY_UNION_ID, migrant=True
)
ASKED = TransferRequested(occurred_on=ON, request_id=REQUEST, person_id=PERSON_ID, union_org_id=STREET_ID)
TAKEN_UP = TransferTakenUp(occurred_on=ON, request_id=REQUEST, person_id=PERSON_ID)


def test_what_was_entered_wrong_is_corrected_since_the_registration() -> None:
    told = WorkerDetailsCorrected(
        occurred_on=ON,
        person_id=PERSON_ID,
        union_org_id=FACTORY_UNION_ID,
        enterprise_id=None,
        migrant=False,
        former_migrant=True,
        since=WORKER.occurred_on,
    )
    known = given(PERSON, WORKER)
    known.when(correct_details, WITHOUT_ENTERPRISE, False, MOVE).then(told)
    known.when(correct_details, WITHOUT_ENTERPRISE, None, MOVE).then(told.model_copy(update={"migrant": True}))
    known.when(correct_details, HERE, True, MOVE).refused(NothingCorrected)
    known.when(correct_details, HERE, None, MOVE).refused(NothingCorrected)
    corrected = person_of([PERSON, WORKER, told])
    assert (getattr(corrected, "migrant", None), getattr(corrected, "enterprise_id", "")) == (False, None)


def test_a_worker_goes_where_the_officer_may_enter() -> None:
    given(PERSON, WORKER).when(transfer, STREET_PLACE, WHOLE_DIVISION, MOVE).then(TRANSFERRED)
    street = Jurisdiction(whole_division=False, unit=STREET_ID)
    given(PERSON, WORKER).when(transfer, STREET_PLACE, street, MOVE).then(TRANSFERRED)
    factory = Jurisdiction(whole_division=False, unit=FACTORY_UNION_ID)
    given(PERSON, WORKER).when(transfer, STREET_PLACE, factory, MOVE).refused(UnitUnknown, field="union_org_id")
    given(PERSON, WORKER).when(transfer, HERE, WHOLE_DIVISION, MOVE).refused(AlreadyThere, field="union_org_id")
    assert union_of(person_of([PERSON, WORKER, TRANSFERRED])) == STREET_ID


def test_who_left_is_a_worker_no_more_until_the_return() -> None:
    given(PERSON, WORKER).when(leave, "retired", MOVE).then(LEFT)
    back = WorkerRegistered(occurred_on=ON, person_id=PERSON_ID, union_org_id=STREET_ID, migrant=False)
    gone = given(PERSON, WORKER, LEFT)
    gone.when(come_back, STREET_PLACE, WHOLE_DIVISION, False, MOVE).then(back)
    gone.when(leave, "retired", MOVE).refused(NotAWorker)
    gone.when(transfer, STREET_PLACE, WHOLE_DIVISION, MOVE).refused(NotAWorker)
    gone.when(correct_details, HERE, True, MOVE).refused(NotAWorker)
    given(PERSON, WORKER).when(come_back, STREET_PLACE, WHOLE_DIVISION, False, MOVE).refused(AlreadyRegistered)
    given(PERSON, WORKER, LEFT, back).when(leave, "moved", MOVE).then(
        WorkerLeft(occurred_on=ON, person_id=PERSON_ID, union_org_id=STREET_ID, migrant=False, reason_code="moved")
    )
    assert union_of(person_of([PERSON, WORKER, LEFT])) == FACTORY_UNION_ID, "its officers see the file"


def test_a_restricted_person_may_leave_and_nothing_else() -> None:
    kept = given(PERSON, WORKER, RESTRICTED)
    kept.when(leave, "retired", MOVE).then(LEFT)
    kept.when(transfer, STREET_PLACE, WHOLE_DIVISION, MOVE).refused(PersonIsRestricted)
    kept.when(correct_details, WITHOUT_ENTERPRISE, False, MOVE).refused(PersonIsRestricted)
    given(PERSON, WORKER, RESTRICTED, LEFT).when(come_back, HERE, WHOLE_DIVISION, False, MOVE).refused(
        PersonIsRestricted
    )


def test_nobody_moves_themselves_nor_before_what_it_follows_nor_who_is_gone() -> None:
    own, early = replace(MOVE, by=f"person-{PERSON_ID}"), replace(MOVE, on=date(2017, 1, 2))
    late = replace(MOVE, on=date(2017, 1, 6))
    for move, refusal in ((own, OwnMatter), (early, BeforeRegistered), (late, DateInFuture)):
        given(PERSON, WORKER).when(leave, "retired", move).refused(refusal)
        given(PERSON, WORKER).when(transfer, STREET_PLACE, WHOLE_DIVISION, move).refused(refusal)
    given(PERSON, WORKER, LEFT).when(come_back, HERE, WHOLE_DIVISION, True, early).refused(BeforeRegistered)
    given().when(leave, "retired", MOVE).refused(NotFound)
    given(PERSON, WORKER, ERASED).when(leave, "retired", MOVE).refused(PersonIsErased)


def test_a_history_that_cannot_be_is_broken() -> None:
    elsewhere = TRANSFERRED.model_copy(update={"former_union_org_id": STREET_ID})
    for facts in ([PERSON, TRANSFERRED], [PERSON, WORKER, elsewhere], [PERSON, WORKER, WORKER], [PERSON, LEFT]):
        with pytest.raises(BrokenHistory):
            person_of(facts)


ASK = rules.Ask(REQUEST, PERSON_ID, MOVE.by, ON, TODAY)


def test_a_transfer_is_asked_for_once_and_taken_up_or_declined() -> None:
    here = person_of([PERSON, WORKER])
    asked().when(rules.request, here, STREET_PLACE, WHOLE_DIVISION, ASK).then(ASKED)
    asked(ASKED).when(rules.request, here, STREET_PLACE, WHOLE_DIVISION, ASK).refused(AlreadyRegistered)
    asked().when(rules.request, here, HERE, WHOLE_DIVISION, ASK).refused(AlreadyThere)
    asked().when(rules.request, Unknown(), STREET_PLACE, WHOLE_DIVISION, ASK).refused(NotFound)
    factory = Jurisdiction(whole_division=False, unit=FACTORY_UNION_ID)
    asked().when(rules.request, here, STREET_PLACE, factory, ASK).refused(UnitUnknown)
    moved = TRANSFERRED.model_copy(update={"request_id": REQUEST})
    asked(ASKED).when(rules.take_up, here, STREET_PLACE, False, MOVE).then(moved, TAKEN_UP)
    left = person_of([PERSON, WORKER, LEFT])
    back = WorkerRegistered(occurred_on=ON, person_id=PERSON_ID, union_org_id=STREET_ID, migrant=True)
    asked(ASKED).when(rules.take_up, left, STREET_PLACE, True, MOVE).then(back, TAKEN_UP)
    declined = TransferDeclined(occurred_on=ON, request_id=REQUEST, person_id=PERSON_ID, reason_code="stays")
    asked(ASKED).when(rules.decline, "stays", MOVE).then(declined)
    for ended in (TAKEN_UP, declined):
        asked(ASKED, ended).when(rules.take_up, here, STREET_PLACE, False, MOVE).refused(TransferEnded)
        asked(ASKED, ended).when(rules.decline, "stays", MOVE).refused(TransferEnded)
    asked().when(rules.decline, "stays", MOVE).refused(NotFound)
    restricted = person_of([PERSON, WORKER, RESTRICTED])
    asked().when(rules.request, restricted, STREET_PLACE, WHOLE_DIVISION, ASK).then(ASKED)
    asked(ASKED).when(rules.take_up, restricted, STREET_PLACE, False, MOVE).refused(PersonIsRestricted)


def test_the_worker_in_question_neither_asks_nor_decides() -> None:
    own = f"person-{PERSON_ID}"
    here = person_of([PERSON, WORKER])
    asked().when(rules.request, here, STREET_PLACE, WHOLE_DIVISION, replace(ASK, by=own)).refused(OwnMatter)
    asked(ASKED).when(rules.take_up, here, STREET_PLACE, False, replace(MOVE, by=own)).refused(OwnMatter)
    asked(ASKED).when(rules.decline, "stays", replace(MOVE, by=own)).refused(OwnMatter)


def test_the_enterprise_must_be_there() -> None:
    nowhere = replace(HERE, enterprise=enterprise_of([]))
    given(PERSON, WORKER).when(transfer, nowhere, WHOLE_DIVISION, MOVE).refused(UnitUnknown, field="enterprise_id")
    assert WORKER.enterprise_id == FACTORY_ID
