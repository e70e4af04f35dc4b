"""How the tree changes: moved, dissolved; and enterprises corrected."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from unionaid.contracts.registry import EnterpriseDetailsCorrected, UnionOrgDissolved, UnionOrgMoved
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.enterprise.correcting import CorrectEnterprise, correct
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION
from unionaid.registry.domain.person.rules import Workplace, place
from unionaid.registry.domain.refusals import (
    BeforeRegistered,
    DateInFuture,
    DistrictStays,
    NotFound,
    NothingCorrected,
    ParentUnchanged,
    ParentWrongLevel,
    UnionDissolved,
    UnionNotEmpty,
    UnionUnderItself,
    UnitUnknown,
)
from unionaid.registry.domain.union_org.changing import DissolveUnionOrg, MoveUnionOrg, Remaining, dissolve, move
from unionaid.registry.domain.union_org.facts import UnionOrg, Unknown, evolve, union_org_of
from unionaid.registry.domain.union_org.rules import EstablishUnionOrg, establish
from unionaid.registry.examples import (
    DISTRICT,
    FACTORY,
    FACTORY_ID,
    FACTORY_UNION,
    FACTORY_UNION_ID,
    ON,
    STREET,
    STREET_ID,
    TODAY,
    uscc_code,
)
from unionaid.testkit.rules import telling

new: UnionOrg = Unknown()
given = telling(evolve, new)
OTHER_ID = uuid4()
OTHER = STREET.model_copy(update={"org_id": OTHER_ID, "name": "别街道总工会"})
district, street, other, factory_union = (union_org_of([fact]) for fact in (DISTRICT, STREET, OTHER, FACTORY_UNION))
LATER = date(2017, 1, 4)
MOVE = MoveUnionOrg(FACTORY_UNION_ID, OTHER_ID, LATER, TODAY)
MOVED = UnionOrgMoved(occurred_on=LATER, org_id=FACTORY_UNION_ID, parent_id=OTHER_ID, former_parent_id=STREET_ID)
END = DissolveUnionOrg(FACTORY_UNION_ID, "enterprise-closed", LATER, TODAY)
ENDED = UnionOrgDissolved(occurred_on=LATER, org_id=FACTORY_UNION_ID, reason_code="enterprise-closed")


def test_a_union_goes_under_another_of_the_level_above_and_back() -> None:
    given(FACTORY_UNION).when(move, [other, district], MOVE).then(MOVED)
    back = MOVED.model_copy(update={"parent_id": STREET_ID, "former_parent_id": OTHER_ID})
    given(FACTORY_UNION, MOVED).when(move, [street, district], replace(MOVE, parent_id=STREET_ID)).then(back)


def test_no_union_stands_under_itself_or_one_below_it() -> None:
    under = replace(MOVE, org_id=STREET_ID, parent_id=FACTORY_UNION_ID)
    given(STREET).when(move, [factory_union, street, district], under).refused(UnionUnderItself, field="parent_id")
    itself = replace(under, parent_id=STREET_ID)
    given(STREET).when(move, [street, district], itself).refused(UnionUnderItself, field="parent_id")


@pytest.mark.parametrize("parent", [district, factory_union])
def test_levels_stay(parent: UnionOrg) -> None:
    sister = FACTORY_UNION.model_copy(update={"org_id": uuid4()})
    given(sister).when(move, [parent], replace(MOVE, org_id=sister.org_id)).refused(ParentWrongLevel)


def test_the_district_federation_stays() -> None:
    given(DISTRICT).when(move, [street, district], replace(MOVE, org_id=DISTRICT.org_id)).refused(DistrictStays)
    given(DISTRICT).when(dissolve, Remaining(), replace(END, org_id=DISTRICT.org_id)).refused(DistrictStays)


def test_a_move_goes_somewhere_else_that_is_there() -> None:
    given(FACTORY_UNION).when(move, [street, district], replace(MOVE, parent_id=STREET_ID)).refused(ParentUnchanged)
    given(FACTORY_UNION).when(move, [Unknown()], MOVE).refused(UnitUnknown, field="parent_id")
    ended = union_org_of([OTHER, ENDED.model_copy(update={"org_id": OTHER_ID})])
    given(FACTORY_UNION).when(move, [ended, district], MOVE).refused(UnionDissolved, field="parent_id")
    given().when(move, [other, district], MOVE).refused(NotFound)


def test_not_before_what_it_follows_nor_in_the_future() -> None:
    early, late = replace(MOVE, on=ON - timedelta(days=1)), replace(MOVE, on=TODAY + timedelta(days=1))
    given(FACTORY_UNION).when(move, [other, district], early).refused(
        BeforeRegistered, params={"earlier": "2017-01-03"}
    )
    given(FACTORY_UNION).when(move, [other, district], late).refused(DateInFuture)
    back = replace(MOVE, parent_id=STREET_ID, on=ON)
    given(FACTORY_UNION, MOVED).when(move, [street, district], back).refused(
        BeforeRegistered, params={"earlier": "2017-01-04"}
    )
    young = union_org_of([OTHER.model_copy(update={"occurred_on": TODAY})])
    given(FACTORY_UNION).when(move, [young, district], MOVE).refused(BeforeRegistered, params={"earlier": "2017-01-05"})
    given(FACTORY_UNION, MOVED).when(dissolve, Remaining(), replace(END, on=ON)).refused(BeforeRegistered)


def test_a_union_without_anybody_is_dissolved_once() -> None:
    given(FACTORY_UNION).when(dissolve, Remaining(), END).then(ENDED)
    given(FACTORY_UNION, ENDED).when(dissolve, Remaining(), END).refused(UnionDissolved)
    given(FACTORY_UNION, ENDED).when(move, [other, district], MOVE).refused(UnionDissolved)
    given().when(dissolve, Remaining(), END).refused(NotFound)


@pytest.mark.parametrize("what", ["unions", "workers", "enterprises", "dossiers", "requests"])
def test_a_union_with_something_in_it_is_not_dissolved_and_the_refusal_says_what(what: str) -> None:
    told = dict.fromkeys(("unions", "workers", "enterprises", "dossiers", "requests"), 0) | {what: 2}
    given(FACTORY_UNION).when(dissolve, Remaining(**told), END).refused(UnionNotEmpty, params=told)


def test_nothing_is_entered_in_a_dissolved_union_and_what_was_is_seen_from_above() -> None:
    ended = union_org_of([FACTORY_UNION, ENDED])
    with pytest.raises(UnionDissolved):
        place(Workplace([ended, street, district], None), WHOLE_DIVISION)
    with pytest.raises(UnitUnknown):  # to who may not enter there, it is not there
        place(Workplace([ended, street, district], None), replace(WHOLE_DIVISION, whole_division=False, unit=OTHER_ID))
    under = EstablishUnionOrg(uuid4(), "grassroots", STREET_ID, "新厂工会", LATER, TODAY)
    gone = union_org_of([STREET, ENDED.model_copy(update={"org_id": STREET_ID})])
    given().when(establish, gone, under).refused(UnionDissolved, field="parent_id")


# --- enterprises --------------------------------------------------------------------------------------------------

unregistered: enterprise_facts.Enterprise = enterprise_facts.Unknown()
told = telling(enterprise_facts.evolve, unregistered)
CORRECT = CorrectEnterprise(
    FACTORY_ID, FACTORY.uscc, "样厂集团有限公司", FACTORY.ownership, FACTORY_UNION_ID, "changed", LATER, TODAY
)
CORRECTED = EnterpriseDetailsCorrected(
    occurred_on=LATER,
    enterprise_id=FACTORY_ID,
    uscc=FACTORY.uscc,
    name="样厂集团有限公司",
    ownership=FACTORY.ownership,
    union_org_id=FACTORY_UNION_ID,
    corrected_details=("name",),
    reason_code="changed",
)


def test_an_enterprise_is_corrected_and_says_what_and_why() -> None:
    told(FACTORY).when(correct, factory_union, CORRECT).then(CORRECTED)
    told(FACTORY, CORRECTED).when(correct, factory_union, CORRECT).refused(NothingCorrected)


def test_what_was_entered_wrong_was_never_so() -> None:
    wrong = replace(CORRECT, name=FACTORY.name, uscc=uscc_code(7), ownership="public", reason="entered-wrong")
    details = {"corrected_details": ("uscc", "ownership"), "uscc": uscc_code(7), "name": FACTORY.name}
    since = {"ownership": "public", "reason_code": "entered-wrong", "since": ON}
    told(FACTORY).when(correct, factory_union, wrong).then(CORRECTED.model_copy(update={**details, **since}))


def test_an_enterprise_leaves_its_union_or_goes_to_one_that_stands() -> None:
    without = replace(CORRECT, name=FACTORY.name, union_org_id=None)
    left = {"name": FACTORY.name, "union_org_id": None, "corrected_details": ("union_org_id",)}
    told(FACTORY).when(correct, None, without).then(CORRECTED.model_copy(update=left))
    to = replace(without, union_org_id=OTHER_ID)
    told(FACTORY).when(correct, Unknown(), to).refused(UnitUnknown, field="union_org_id")
    ended = union_org_of([OTHER, ENDED.model_copy(update={"org_id": OTHER_ID})])
    told(FACTORY).when(correct, ended, to).refused(UnionDissolved, field="union_org_id")


def test_nobody_corrects_what_is_not_there_or_before_it_was_so() -> None:
    told().when(correct, None, CORRECT).refused(NotFound)
    told(FACTORY).when(correct, factory_union, replace(CORRECT, on=date(2017, 1, 2))).refused(BeforeRegistered)
    told(FACTORY).when(correct, factory_union, replace(CORRECT, on=date(2017, 1, 6))).refused(DateInFuture)
