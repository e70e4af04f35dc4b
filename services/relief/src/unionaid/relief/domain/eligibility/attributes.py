"""The attributes that a rule may look at. Nothing else of a person is known to a rule.

None of them is identity: each comes from an event of registry, which holds codes, years and counts only. Each has a
name and a unit in every language (`attribute-<name>`), a type with its bounds or values, and the events it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, get_args

from unionaid.contracts import Event
from unionaid.contracts.fields import (
    HOUSEHOLD_MEMBERS_MAX,
    PERCENT_MAX,
    CauseCode,
    HardshipLevel,
    HealthCode,
    Relation,
    SchoolStage,
    Sex,
)
from unionaid.contracts.registry import (
    DossierApproved,
    DossierClosed,
    DossierHolderChanged,
    DossierReclassified,
    DossierReviewed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    IdentityCorrected,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    StudentAdmitted,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)

AGE_MAX = 300
"""Years: more than the years that an event may name are apart."""
MONTHS_MAX = 3_600
"""Months between two business dates."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number between two bounds, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Coded:
    """One of some codes."""

    values: frozenset[str]


Type: TypeAlias = Truth | Number | Coded
Source: TypeAlias = type[Event]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; `always` is one whose value is known of everybody."""

    name: str
    type: Type
    sources: tuple[Source, ...]
    unit: str | None = None
    always: bool = False


_MEMBER = (HouseholdMemberJoined, HouseholdMemberChanged, HouseholdMemberLeft)
_DOSSIER = (DossierApproved, DossierClosed, HouseholdMemberJoined, HouseholdMemberLeft)
_TRUTH = Truth()
_LISTED = (
    Attribute("person.worker", _TRUTH, (WorkerRegistered, WorkerLeft), always=True),
    Attribute(
        "person.migrant", _TRUTH, (WorkerRegistered, WorkerTransferred, WorkerDetailsCorrected, WorkerLeft), always=True
    ),
    Attribute("person.restricted", _TRUTH, (PersonRestricted, RestrictionLifted), always=True),
    Attribute("person.sex", Coded(frozenset(get_args(Sex))), (PersonRegistered, IdentityCorrected)),
    Attribute("person.age_in_year", Number(0, AGE_MAX), (PersonRegistered, IdentityCorrected), "years"),
    Attribute("household.known", _TRUTH, _MEMBER, always=True),
    Attribute("household.size", Number(1, HOUSEHOLD_MEMBERS_MAX), _MEMBER, "persons"),
    Attribute("household.relation", Coded(frozenset(get_args(Relation))), _MEMBER),
    Attribute("household.health", Coded(frozenset(get_args(HealthCode))), _MEMBER),
    Attribute("student.stage", Coded(frozenset(get_args(SchoolStage))), _MEMBER),
    Attribute("student.admitted_stage", Coded(frozenset(get_args(SchoolStage))), (StudentAdmitted,)),
    Attribute("student.months_since_admission", Number(0, MONTHS_MAX), (StudentAdmitted,), "months"),
    Attribute("dossier.open", _TRUTH, _DOSSIER, always=True),
    Attribute("dossier.holder", _TRUTH, (*_DOSSIER, DossierHolderChanged), always=True),
    Attribute("dossier.level", Coded(frozenset(get_args(HardshipLevel))), (*_DOSSIER, DossierReclassified)),
    Attribute("dossier.cause", Coded(frozenset(get_args(CauseCode))), _DOSSIER),
    Attribute("dossier.household_size", Number(1, HOUSEHOLD_MEMBERS_MAX), (*_DOSSIER, DossierReviewed), "persons"),
    Attribute("dossier.income_percent", Number(0, PERCENT_MAX), (*_DOSSIER, DossierReviewed), "percent"),
    Attribute("dossier.months_since_approval", Number(0, MONTHS_MAX), _DOSSIER, "months"),
    Attribute("dossier.review_overdue", _TRUTH, (*_DOSSIER, DossierReviewed)),
)
ATTRIBUTES: Mapping[str, Attribute] = {attribute.name: attribute for attribute in _LISTED}
"""By name, in the order in which they are told."""
Facts: TypeAlias = Mapping[str, bool | int | str | None]
"""What is known of one person on one day; what is missing, or None, is not known."""
