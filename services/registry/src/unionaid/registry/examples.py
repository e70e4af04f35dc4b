"""Canned facts and commands for tests, documents and trying by hand. All people and units are invented."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from stdnum.cn import ric, uscc

from unionaid.contracts.registry import (
    EnterpriseRegistered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    UnionOrgEstablished,
    WorkerLeft,
    WorkerRegistered,
)
from unionaid.registry.domain.person.resident_id import ResidentId, read_resident_id
from unionaid.registry.domain.person.retention import KINDS, RetentionPolicy

ON = date(2017, 1, 3)
TODAY = date(2017, 1, 5)
DISTRICT_ID = UUID("d0000000-0000-4000-8000-000000000001")
STREET_ID = UUID("d0000000-0000-4000-8000-000000000002")
FACTORY_UNION_ID = UUID("d0000000-0000-4000-8000-000000000003")
FACTORY_ID = UUID("e0000000-0000-4000-8000-000000000001")
PERSON_ID = UUID("a0000000-0000-4000-8000-000000000001")
ROSTER_ID = UUID("b0000000-0000-4000-8000-000000000001")


def resident_id(serial: int = 1, born: date = date(1980, 2, 29), area: str = "640302") -> str:
    """Return a number whose check digit fits. `serial` (0 to 999) is odd for a man."""
    number = f"{area}{born:%Y%m%d}{serial:03d}"
    return number + ric.calc_check_digit(number + "0")


def uscc_code(serial: int = 1) -> str:
    """Return a unified social credit code whose check character fits; `serial` has up to nine digits."""
    code = f"91640302{serial:09d}"
    return code + str(uscc.calc_check_digit(code + "0"))


def read(serial: int = 1) -> ResidentId:
    """Return a number as the rules get it."""
    return read_resident_id(resident_id(serial), ON)


DISTRICT = UnionOrgEstablished(occurred_on=ON, org_id=DISTRICT_ID, level="district", name="样区总工会")
STREET = UnionOrgEstablished(
    occurred_on=ON, org_id=STREET_ID, level="sub_district", parent_id=DISTRICT_ID, name="样街道总工会"
)
FACTORY_UNION = UnionOrgEstablished(
    occurred_on=ON, org_id=FACTORY_UNION_ID, level="grassroots", parent_id=STREET_ID, name="样厂工会委员会"
)
FACTORY = EnterpriseRegistered(
    occurred_on=ON,
    enterprise_id=FACTORY_ID,
    uscc=uscc_code(),
    name="样厂有限公司",
    ownership="non_public",
    union_org_id=FACTORY_UNION_ID,
)
IDENTITY = IdentityReference(vault_version=1, commitment="5a" * 32)
PERSON = PersonRegistered(occurred_on=ON, person_id=PERSON_ID, identity=IDENTITY, birth_year=1980, sex="male")
WORKER = WorkerRegistered(
    occurred_on=ON,
    person_id=PERSON_ID,
    union_org_id=FACTORY_UNION_ID,
    enterprise_id=FACTORY_ID,
    migrant=True,
)
ERASED = PersonErased(occurred_on=ON, person_id=PERSON_ID, reason_code="entered-in-error")

LEFT = WorkerLeft(
    occurred_on=date(2017, 1, 4),
    person_id=PERSON_ID,
    union_org_id=FACTORY_UNION_ID,
    migrant=True,
    reason_code="retired",
)
RETENTION = RetentionPolicy("retention-1", date(2012, 1, 1), 7, dict.fromkeys(KINDS, 10) | {"relief-payment": 30})
RESTRICTED = PersonRestricted(
    occurred_on=ON, person_id=PERSON_ID, restricted_until=date(2027, 1, 3), policy_version="retention-1"
)
