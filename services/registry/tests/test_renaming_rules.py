"""What a union is called: corrected with its reason, from a day or ever since."""

from dataclasses import replace
from datetime import date, timedelta

from unionaid.contracts.registry import UnionOrgDetailsCorrected, UnionOrgDissolved
from unionaid.registry.domain.refusals import (
    BeforeRegistered,
    DateInFuture,
    NotFound,
    NothingCorrected,
    UnionDissolved,
)
from unionaid.registry.domain.union_org.correcting import CorrectUnionOrg, correct
from unionaid.registry.domain.union_org.facts import Established, UnionOrg, Unknown, evolve, union_org_of
from unionaid.registry.examples import DISTRICT, FACTORY_UNION, FACTORY_UNION_ID, ON, TODAY
from unionaid.testkit.rules import telling

new: UnionOrg = Unknown()
given = telling(evolve, new)
LATER = date(2017, 1, 4)
CHANGED = CorrectUnionOrg(FACTORY_UNION_ID, "新厂工会委员会", "changed", LATER, TODAY)
WRONG = replace(CHANGED, reason="entered-wrong")
CALLED = UnionOrgDetailsCorrected(
    occurred_on=LATER, org_id=FACTORY_UNION_ID, name="新厂工会委员会", reason_code="changed"
)
NEVER_SO = CALLED.model_copy(update={"reason_code": "entered-wrong", "since": ON})
ENDED = UnionOrgDissolved(occurred_on=LATER, org_id=FACTORY_UNION_ID, reason_code="enterprise-closed")


def test_a_name_that_has_changed_holds_from_its_day_and_a_wrong_one_never_did() -> None:
    given(FACTORY_UNION).when(correct, CHANGED).then(CALLED)
    given(FACTORY_UNION).when(correct, WRONG).then(NEVER_SO)
    again = replace(WRONG, name="样厂工会", on=TODAY)
    corrected = CALLED.model_copy(
        update={"name": "样厂工会", "reason_code": "entered-wrong", "occurred_on": TODAY, "since": LATER}
    )
    given(FACTORY_UNION, CALLED).when(correct, again).then(corrected)


def test_the_district_federation_is_called_otherwise_too() -> None:
    asked = replace(CHANGED, org_id=DISTRICT.org_id)
    given(DISTRICT).when(correct, asked).then(CALLED.model_copy(update={"org_id": DISTRICT.org_id}))


def test_a_new_name_changes_nothing_else() -> None:
    before, after = union_org_of([FACTORY_UNION]), union_org_of([FACTORY_UNION, NEVER_SO])
    assert isinstance(before, Established)
    assert after == replace(before, name="新厂工会委员会", renamed_on=ON)
    assert isinstance(after, Established)
    assert after.since == before.since


def test_what_cannot_be_is_refused() -> None:
    given().when(correct, CHANGED).refused(NotFound)
    given(FACTORY_UNION, ENDED).when(correct, CHANGED).refused(UnionDissolved)
    given(FACTORY_UNION).when(correct, replace(CHANGED, name=FACTORY_UNION.name)).refused(NothingCorrected)
    early = replace(CHANGED, on=ON - timedelta(days=1))
    given(FACTORY_UNION).when(correct, early).refused(BeforeRegistered, params={"earlier": ON.isoformat()})
    given(FACTORY_UNION, CALLED).when(correct, replace(CHANGED, name="别名", on=ON)).refused(
        BeforeRegistered, params={"earlier": "2017-01-04"}
    )
    given(FACTORY_UNION).when(correct, replace(CHANGED, on=TODAY + timedelta(days=1))).refused(DateInFuture)
