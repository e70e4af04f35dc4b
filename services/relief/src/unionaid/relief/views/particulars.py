"""What rules look at: the attributes of persons, households and dossiers, as registry's topic tells them.

No identity, and no words: years, codes and counts only. One row for each person, member, admission and dossier; what
stands in it is what the last event said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from unionaid.contracts.registry import (
    DossierApproved,
    DossierClosed,
    DossierHolderChanged,
    DossierReclassified,
    DossierReviewed,
    HouseholdFormed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    HouseholdMoved,
    IdentityCorrected,
    PersonRegistered,
    StudentAdmitted,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.eventlog import Connection, Decoder, Event


class PersonTold(msgspec.Struct, frozen=True, gc=False):
    """What an event says of a person; the tables of one set read each type of event once, in one form."""

    person_id: UUID
    union_org_id: UUID | None = None
    birth_year: int | None = None
    sex: str | None = None
    migrant: bool = False


class _Household(msgspec.Struct, frozen=True, gc=False):
    household_id: UUID
    union_org_id: UUID


class _Member(msgspec.Struct, frozen=True, gc=False):
    household_id: UUID
    person_id: UUID
    occurred_on: date
    relation: str | None = None
    health_code: str | None = None
    school_stage: str | None = None


class _Assessed(msgspec.Struct, frozen=True, gc=False):
    household_size: int
    income_ratio_percent: int


class _Dossier(msgspec.Struct, frozen=True, gc=False):
    dossier_id: UUID
    occurred_on: date
    household_id: UUID | None = None
    holder_id: UUID | None = None
    hardship_level: str | None = None
    hardship_cause: str | None = None
    household_size: int | None = None
    income_ratio_percent: int | None = None
    next_review_on: date | None = None
    assessment: _Assessed | None = None


def _decoders(struct: type[msgspec.Struct], *types: str) -> dict[str, Decoder]:
    return dict.fromkeys(types, msgspec.json.Decoder(struct).decode)


class Particulars:
    """Of everybody registered: year of birth and sex, whether a worker, and a migrant one."""

    name = "particulars"
    version = 1
    tables = ("particulars",)
    ddl = """
        CREATE TABLE particulars (person_id uuid PRIMARY KEY, birth_year smallint, sex text,
            worker boolean NOT NULL DEFAULT false, migrant boolean NOT NULL DEFAULT false);
    """
    decoders: ClassVar[dict[str, Decoder]] = _decoders(
        PersonTold,
        PersonRegistered.TYPE,
        IdentityCorrected.TYPE,
        WorkerRegistered.TYPE,
        WorkerTransferred.TYPE,
        WorkerDetailsCorrected.TYPE,
        WorkerLeft.TYPE,
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Fold what each person is, and what each worker; who left is neither worker nor migrant."""
        born = {event.data.person_id: event.data for event in events if event.type in _BORN}
        await conn.execute(
            "INSERT INTO particulars (person_id, birth_year, sex) "
            "SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[]) "
            "ON CONFLICT (person_id) DO UPDATE SET birth_year = excluded.birth_year, sex = excluded.sex",
            list(born),
            [one.birth_year for one in born.values()],
            [one.sex for one in born.values()],
        )
        working = {
            event.data.person_id: (event.type != WorkerLeft.TYPE, event.type != WorkerLeft.TYPE and event.data.migrant)
            for event in events
            if event.type not in _BORN
        }
        await conn.execute(
            "INSERT INTO particulars (person_id, worker, migrant) "
            "SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::boolean[]) "
            "ON CONFLICT (person_id) DO UPDATE SET worker = excluded.worker, migrant = excluded.migrant",
            list(working),
            [worker for worker, _ in working.values()],
            [migrant for _, migrant in working.values()],
        )


_BORN = frozenset((PersonRegistered.TYPE, IdentityCorrected.TYPE))


class Households:
    """Which union looks after a household: whose it is who lives there and is no worker."""

    name = "households"
    version = 1
    tables = ("household",)
    ddl = """
        CREATE TABLE household (household_id uuid PRIMARY KEY, union_org_id uuid NOT NULL);
    """
    decoders: ClassVar[dict[str, Decoder]] = _decoders(_Household, HouseholdFormed.TYPE, HouseholdMoved.TYPE)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Let each household stand under the union it went to last."""
        last = {event.data.household_id: event.data for event in events}
        await conn.execute(
            "INSERT INTO household (household_id, union_org_id) SELECT * FROM unnest($1::uuid[], $2::uuid[]) "
            "ON CONFLICT (household_id) DO UPDATE SET union_org_id = excluded.union_org_id",
            *_columns(last.values(), "household_id", "union_org_id"),
        )


class Members:
    """Who lives in which household, and how each stands; nobody lives in two."""

    name = "members"
    version = 1
    tables = ("household_member",)
    ddl = """
        CREATE TABLE household_member (person_id uuid PRIMARY KEY, household_id uuid NOT NULL, relation text NOT NULL,
            health_code text NOT NULL, school_stage text);
        CREATE INDEX household_member_household ON household_member (household_id);
    """
    decoders: ClassVar[dict[str, Decoder]] = _decoders(
        _Member, HouseholdMemberJoined.TYPE, HouseholdMemberChanged.TYPE, HouseholdMemberLeft.TYPE
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Take away who left, and let each other member stand as told last."""
        last = {event.data.person_id: event for event in events}
        gone = [person_id for person_id, event in last.items() if event.type == HouseholdMemberLeft.TYPE]
        await conn.execute("DELETE FROM household_member WHERE person_id = ANY($1::uuid[])", gone)
        stand = [event.data for event in last.values() if event.type != HouseholdMemberLeft.TYPE]
        await conn.execute(
            "INSERT INTO household_member (person_id, household_id, relation, health_code, school_stage) "
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) "
            "ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id, "
            "relation = excluded.relation, health_code = excluded.health_code, school_stage = excluded.school_stage",
            *_columns(stand, "person_id", "household_id", "relation", "health_code", "school_stage"),
        )


class Admissions:
    """To which stage of school a person was admitted last, and when."""

    name = "admissions"
    version = 1
    tables = ("admission",)
    ddl = """
        CREATE TABLE admission (person_id uuid PRIMARY KEY, school_stage text NOT NULL, admitted_on date NOT NULL);
    """
    decoders: ClassVar[dict[str, Decoder]] = _decoders(_Member, StudentAdmitted.TYPE)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Keep the last admission of each."""
        last = {event.data.person_id: event.data for event in events}
        await conn.execute(
            "INSERT INTO admission (person_id, school_stage, admitted_on) "
            "SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[]) "
            "ON CONFLICT (person_id) DO UPDATE SET school_stage = excluded.school_stage, "
            "admitted_on = excluded.admitted_on",
            *_columns(last.values(), "person_id", "school_stage", "occurred_on"),
        )


_DOSSIER = {
    "household_id": "uuid",
    "holder_id": "uuid",
    "hardship_level": "text",
    "hardship_cause": "text",
    "household_size": "smallint",
    "income_ratio_percent": "smallint",
    "approved_on": "date",
    "next_review_on": "date",
}


class Dossiers:
    """The dossiers that are approved and open, as approval, review and reclassification left them."""

    name = "dossiers"
    version = 1
    tables = ("dossier",)
    ddl = f"""
        CREATE TABLE dossier (dossier_id uuid PRIMARY KEY,
            {", ".join(f"{name} {kind} NOT NULL" for name, kind in _DOSSIER.items())});
        CREATE INDEX dossier_household ON dossier (household_id);
    """
    decoders: ClassVar[dict[str, Decoder]] = _decoders(
        _Dossier,
        DossierApproved.TYPE,
        DossierReviewed.TYPE,
        DossierReclassified.TYPE,
        DossierHolderChanged.TYPE,
        DossierClosed.TYPE,
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Fold what becomes of each dossier; what is told of one that is not approved yet counts for nothing."""
        whole: dict[UUID, dict[str, Any]] = {}
        changed: dict[UUID, dict[str, Any]] = {}
        closed: list[UUID] = []
        for event in events:
            dossier_id = event.data.dossier_id
            if event.type == DossierClosed.TYPE:
                whole.pop(dossier_id, None)
                closed.append(dossier_id)
            elif event.type == DossierApproved.TYPE:
                whole[dossier_id] = {**_told(event.data), "approved_on": event.data.occurred_on}
            else:
                whole.get(dossier_id, changed.setdefault(dossier_id, {})).update(_told(event.data))
        await conn.execute(_CHANGE_DOSSIERS, *_rows(changed))
        await conn.execute("DELETE FROM dossier WHERE dossier_id = ANY($1::uuid[])", closed)
        await conn.execute(_ADD_DOSSIERS, *_rows(whole))


_ARRAYS = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(("uuid", *_DOSSIER.values()), start=1))
_ADD_DOSSIERS = (
    f"INSERT INTO dossier (dossier_id, {', '.join(_DOSSIER)}) SELECT * FROM unnest({_ARRAYS}) "
    f"ON CONFLICT (dossier_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _DOSSIER)}"
)
_CHANGE_DOSSIERS = (
    f"UPDATE dossier d SET {', '.join(f'{name} = coalesce(c.{name}, d.{name})' for name in _DOSSIER)} "
    f"FROM unnest({_ARRAYS}) AS c(dossier_id, {', '.join(_DOSSIER)}) WHERE c.dossier_id = d.dossier_id"
)


def _told(dossier: _Dossier) -> dict[str, Any]:
    """Return what an event says of a dossier; what it does not say is left as it was."""
    assessed = dossier.assessment
    said = {
        "household_id": dossier.household_id,
        "holder_id": dossier.holder_id,
        "hardship_level": dossier.hardship_level,
        "hardship_cause": dossier.hardship_cause,
        "household_size": dossier.household_size if assessed is None else assessed.household_size,
        "income_ratio_percent": dossier.income_ratio_percent if assessed is None else assessed.income_ratio_percent,
        "next_review_on": dossier.next_review_on,
    }
    return {name: value for name, value in said.items() if value is not None}


def _rows(dossiers: dict[UUID, dict[str, Any]]) -> list[list[Any]]:
    return [list(dossiers), *([one.get(name) for one in dossiers.values()] for name in _DOSSIER)]


def _columns(rows: Iterable[msgspec.Struct], *names: str) -> list[list[Any]]:
    listed = list(rows)
    return [[getattr(row, name) for row in listed] for name in names]
