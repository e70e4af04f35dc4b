"""Where a union may stand."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    DateInFuture,
    DateTooEarly,
    DistrictHasNoParent,
    ParentMissing,
    ParentWrongLevel,
    UnitUnknown,
)
from unionaid.registry.domain.union_org.facts import UnionOrg, Unknown, evolve, union_org_of
from unionaid.registry.domain.union_org.rules import EstablishUnionOrg, establish
from unionaid.registry.examples import (
    DISTRICT,
    DISTRICT_ID,
    FACTORY_UNION,
    FACTORY_UNION_ID,
    ON,
    STREET,
    STREET_ID,
    TODAY,
    WORKER,
)
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

new: UnionOrg = Unknown()
given = telling(evolve, new)
district, street, factory_union = (union_org_of([fact]) for fact in (DISTRICT, STREET, FACTORY_UNION))
ESTABLISH_DISTRICT = EstablishUnionOrg(DISTRICT_ID, "district", None, "样区总工会", ON, TODAY)
ESTABLISH_STREET = EstablishUnionOrg(STREET_ID, "sub_district", DISTRICT_ID, "样街道总工会", ON, TODAY)
ESTABLISH_FACTORY = EstablishUnionOrg(FACTORY_UNION_ID, "grassroots", STREET_ID, "样厂工会委员会", ON, TODAY)


def test_three_levels_grow_from_the_district() -> None:
    given().when(establish, None, ESTABLISH_DISTRICT).then(DISTRICT)
    given().when(establish, district, ESTABLISH_STREET).then(STREET)
    given().when(establish, street, ESTABLISH_FACTORY).then(FACTORY_UNION)


def test_a_district_has_no_parent() -> None:
    command = replace(ESTABLISH_DISTRICT, parent_id=uuid4())
    given().when(establish, district, command).refused(DistrictHasNoParent, field="parent_id")


@pytest.mark.parametrize("command", [ESTABLISH_STREET, ESTABLISH_FACTORY])
def test_every_other_union_has_one(command: EstablishUnionOrg) -> None:
    given().when(establish, None, command).refused(ParentMissing, field="parent_id")


@pytest.mark.parametrize("command", [ESTABLISH_STREET, ESTABLISH_FACTORY])
def test_the_parent_must_be_there(command: EstablishUnionOrg) -> None:
    given().when(establish, Unknown(), command).refused(UnitUnknown, field="parent_id")


@pytest.mark.parametrize(
    ("command", "parent"),
    [
        (ESTABLISH_STREET, street),
        (ESTABLISH_STREET, factory_union),
        (ESTABLISH_FACTORY, district),
        (ESTABLISH_FACTORY, factory_union),
    ],
)
def test_the_parent_is_of_the_level_just_above(command: EstablishUnionOrg, parent: UnionOrg) -> None:
    given().when(establish, parent, command).refused(ParentWrongLevel, field="parent_id")


def test_a_union_is_established_once() -> None:
    given(STREET).when(establish, district, ESTABLISH_STREET).refused(AlreadyRegistered)


def test_not_before_it_happened_nor_before_there_were_unions() -> None:
    tomorrow = replace(ESTABLISH_DISTRICT, on=TODAY + timedelta(days=1))
    given().when(establish, None, tomorrow).refused(DateInFuture, field="occurred_on")
    given().when(establish, None, replace(ESTABLISH_DISTRICT, on=date(1925, 4, 30))).refused(DateTooEarly)


def test_what_cannot_follow_is_not_passed_over() -> None:
    for history in ([STREET, STREET], [WORKER]):
        with pytest.raises(BrokenHistory):
            union_org_of(history)
