"""How people become known, one by one and as a roster."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import PersonRegistered, WorkerRegistered
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.facts import Person, Unknown, evolve, person_of
from unionaid.registry.domain.person.identity import NAME_CHARS_MAX, read_name, read_phone
from unionaid.registry.domain.person.roster import Row, read_roster
from unionaid.registry.domain.person.rules import (
    Entrant,
    RegisterRoster,
    RegisterWorker,
    Workplace,
    register_roster,
    register_worker,
)
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    DateInFuture,
    Fault,
    NameImplausible,
    NameMissing,
    NameTooLong,
    PhoneMalformed,
    Refusal,
    RowsRefused,
    UnitUnknown,
)
from unionaid.registry.domain.union_org import facts as union_facts
from unionaid.registry.examples import (
    DISTRICT,
    DISTRICT_ID,
    FACTORY,
    FACTORY_UNION,
    FACTORY_UNION_ID,
    IDENTITY,
    ON,
    PERSON,
    PERSON_ID,
    ROSTER_ID,
    STREET,
    STREET_ID,
    TODAY,
    WORKER,
    read,
    resident_id,
)
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

new: Person = Unknown()
given = telling(evolve, new)
LINEAGE = [union_facts.union_org_of([fact]) for fact in (FACTORY_UNION, STREET, DISTRICT)]
FACTORY_PLACE = Workplace(LINEAGE, enterprise_facts.enterprise_of([FACTORY]))
ENTRANT = Entrant(PERSON_ID, IDENTITY, read(1), migrant=True)
REGISTER = RegisterWorker(ENTRANT, ON, TODAY)


def of(unit: UUID | None) -> Jurisdiction:
    return Jurisdiction(whole_division=False, unit=unit)


@pytest.mark.parametrize("jurisdiction", [WHOLE_DIVISION, of(FACTORY_UNION_ID), of(STREET_ID), of(DISTRICT_ID)])
def test_an_officer_enters_workers_of_the_own_subtree(jurisdiction: Jurisdiction) -> None:
    given().when(register_worker, FACTORY_PLACE, jurisdiction, REGISTER).then(PERSON, WORKER)


@pytest.mark.parametrize("jurisdiction", [of(None), of(uuid4())])
def test_a_union_outside_is_as_one_that_is_not_there(jurisdiction: Jurisdiction) -> None:
    outside = given().when(register_worker, FACTORY_PLACE, jurisdiction, REGISTER)
    nowhere = given().when(register_worker, Workplace([union_facts.Unknown()], None), WHOLE_DIVISION, REGISTER)
    told = [sentence.refused(UnitUnknown, field="union_org_id").params for sentence in (outside, nowhere)]
    assert told[0] == told[1]


def test_a_union_below_does_not_cover_one_above() -> None:
    place = Workplace(LINEAGE[1:], None)
    given().when(register_worker, place, of(FACTORY_UNION_ID), REGISTER).refused(UnitUnknown)


def test_the_enterprise_must_be_there_if_it_is_named() -> None:
    place = Workplace(LINEAGE, enterprise_facts.Unknown())
    given().when(register_worker, place, WHOLE_DIVISION, REGISTER).refused(UnitUnknown, field="enterprise_id")
    unemployed = WORKER.model_copy(update={"enterprise_id": None})
    given().when(register_worker, Workplace(LINEAGE, None), WHOLE_DIVISION, REGISTER).then(PERSON, unemployed)


def test_once_and_not_in_the_future() -> None:
    given(PERSON).when(register_worker, FACTORY_PLACE, WHOLE_DIVISION, REGISTER).refused(AlreadyRegistered)
    tomorrow = replace(REGISTER, on=TODAY + timedelta(days=1))
    given().when(register_worker, FACTORY_PLACE, WHOLE_DIVISION, tomorrow).refused(DateInFuture, field="occurred_on")


@pytest.mark.parametrize("history", [[WORKER], [PERSON, PERSON], [PERSON, WORKER, WORKER]])
def test_what_cannot_follow_is_not_passed_over(
    history: Sequence[PersonRegistered | WorkerRegistered],
) -> None:
    with pytest.raises(BrokenHistory):
        person_of(history)


def roster(faults: Sequence[Fault] = ()) -> RegisterRoster:
    entrants = [replace(ENTRANT, person_id=UUID(int=n), resident_id=read(n)) for n in (1, 2, 3)]
    return RegisterRoster(ROSTER_ID, entrants, faults, ON, TODAY)


def test_a_roster_is_two_facts_per_row_in_its_order() -> None:
    facts = register_roster(FACTORY_PLACE, of(STREET_ID), roster())
    assert [fact.subject for fact in facts] == [f"person-{UUID(int=n)}" for n in (1, 1, 2, 2, 3, 3)]
    assert [type(fact) for fact in facts] == [PersonRegistered, WorkerRegistered] * 3
    assert [fact.sex for fact in facts if isinstance(fact, PersonRegistered)] == ["male", "female", "male"]
    assert {fact.roster_id for fact in facts if isinstance(fact, WorkerRegistered)} == {ROSTER_ID}


def test_one_bad_row_stops_the_roster_and_every_bad_row_is_told() -> None:
    faults = [Fault("rows.2.name", "name-missing", {"row": 3}), Fault("rows.0.name", "name-missing", {"row": 1})]
    with pytest.raises(RowsRefused) as raised:
        register_roster(FACTORY_PLACE, WHOLE_DIVISION, roster(faults))
    assert [fault.params["row"] for fault in raised.value.faults] == [1, 3]
    assert raised.value.params == {"count": 2}


def test_who_may_not_enter_there_learns_nothing_about_the_rows() -> None:
    faults = [Fault("rows.0.resident_id", "resident-id-taken", {"row": 1})]
    with pytest.raises(UnitUnknown):
        register_roster(FACTORY_PLACE, of(uuid4()), roster(faults))


def row(n: int, **changed: str | None) -> Row:
    typed: dict[str, str | None] = {"name": "张三", "resident_id": resident_id(n), "phone": None, **changed}
    return Row(**typed, migrant=False)  # type: ignore[arg-type]  # names are checked by the class


def test_a_roster_is_read_to_its_end() -> None:
    rows = [
        row(1),
        row(2, name=" ", phone="12"),
        row(3, resident_id="640302800229001"),
        row(4),
        row(1, name="李四"),
        row(2),
    ]
    read_rows = read_roster(rows, ON)
    assert [r.number for r in read_rows.rows] == [1, 4, 5, 6]
    assert sorted((f.params["row"], f.field, f.code) for f in read_rows.faults) == [
        (2, "rows.1.name", "name-missing"),
        (2, "rows.1.phone", "phone-malformed"),
        (3, "rows.2.resident_id", "resident-id-15-digits"),
        (5, "rows.4.resident_id", "resident-id-twice"),
        (6, "rows.5.resident_id", "resident-id-twice"),
    ]
    assert [f.params["first"] for f in read_rows.faults if f.code == "resident-id-twice"] == [1, 2]
    assert sorted(read_rows.resident_ids) == [1, 2, 4, 5, 6]


def test_faults_hold_no_identity() -> None:
    rows = [row(1, name="标记甲乙9"), row(1), row(2, resident_id="640302198002290019"), row(3, phone="1391")]
    told = repr(read_roster(rows, ON).faults)
    assert not any(planted in told for planted in ("标记甲乙", resident_id(1), "64030219800229", "1391"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("张三", "张三"),
        ("　张三 ", "张三"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("Zhang  San", "Zhang San"),
        ("e\u0301", "é"),
    ],
)
def test_a_name_has_one_form(typed: str, meant: str) -> None:
    assert read_name(typed) == meant


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [("", NameMissing), (" 　", NameMissing), ("长" * (NAME_CHARS_MAX + 1), NameTooLong), ("张3", NameImplausible)],
)
def test_what_is_no_name_is_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as raised:
        read_name(typed)
    assert raised.value.field == "name"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (None, None),
        (" ", None),
        ("13800000000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("(0953)2030000", "09532030000"),
    ],
)
def test_a_phone_number_has_one_form(typed: str | None, meant: str | None) -> None:
    assert read_phone(typed) == meant


@pytest.mark.parametrize("typed", ["1380000000", "12800000000", "138000000000", "abc", "1.38E+10", "00862030000"])
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(PhoneMalformed):
        read_phone(typed)
