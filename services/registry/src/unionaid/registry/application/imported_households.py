"""Households of imported files: a row for each member; who is registered joins, the others become known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import HealthCode, Relation, SchoolStage, Sex
from unionaid.contracts.registry import PersonRegistered, StatementReference
from unionaid.eventlog import Connection, Reservation
from unionaid.registry.application.finding import Finding
from unionaid.registry.application.households import Told
from unionaid.registry.application.importing import About, Asker, Entering, Judged, faults_of_cells, faulty
from unionaid.registry.application.kinship import kin_of
from unionaid.registry.application.placing import Streams, place_of_file
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.household import rules
from unionaid.registry.domain.household.facts import Unformed
from unionaid.registry.domain.household.importing import (
    MEMBER_ALIKE,
    ReadMember,
    TypedMember,
    read_households,
    settle,
)
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.entering import RegisterPerson, register_person
from unionaid.registry.domain.person.facts import Person, Unknown, person_of
from unionaid.registry.domain.person.rules import Workplace
from unionaid.registry.identities import reference_of, reserved, warnings_of
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import History
from unionaid.sheets import Row
from unionaid.vault import SealedPersons, SealedStatements, Vault


@dataclass(frozen=True, slots=True)
class Placed:
    """A row that can be entered, and who it is if that one is registered."""

    member: ReadMember
    person_id: UUID | None


class ImportedHouseholds:
    """See `importing.Matter`."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._vault, self._finding = pool, vault, Finding(pool, vault)

    async def judge(self, about: About, rows: Sequence[Row], asker: Asker, today: date) -> Judged:
        """Say which rows can be entered. Raises UnitUnknown and the refusals of dates."""
        await place_of_file(self._pool, about.union_org_id, None, asker.jurisdiction)
        refuse_impossible(about.on, today)
        groups = read_households([_typed(row) for row in rows], about.on)
        readable = [member for group in groups for member in group.members]
        registered = await self._finding.members(readable, asker.jurisdiction)
        settled = settle(groups, registered, asker.id, await kin_of(self._pool, asker.id))
        ids = {row: found.person_id for row, found in registered.found.items()}
        return Judged(
            sorted(member.number for member in settled.good),
            sorted(settled.known),
            sorted(member.number for member in settled.old),
            [*faults_of_cells(rows), *settled.faults],
            [
                (member.number, warning["field"], warning["code"])
                for member in settled.good
                for warning in (
                    *warnings_of(member.relative.resident_id),
                    *([{"field": "name", "code": MEMBER_ALIKE}] if member.number in registered.alike else []),
                )
            ],
            {one.number: Placed(one, ids.get(one.number)) for one in (*settled.good, *settled.old)},
        )

    async def entering(
        self, import_id: UUID, about: About, rows: Sequence[Placed], asker: Asker, today: date
    ) -> Entering:
        """Return what enters these rows: whole households, identity and income into the vault."""
        del import_id
        union = cast("UUID", about.union_org_id)
        async with self._pool.acquire() as conn:
            above = Streams.of(await lineage(conn, union), None)
        if not rows:
            return Entering(above.unions, lambda _: [], list)
        known = [row.person_id for row in rows if row.person_id is not None]
        persons = await reached(self._pool, known, asker.jurisdiction) if known else {}
        entry, kin = _Entry(self._vault, rows, union), await kin_of(self._pool, asker.id)

        def decide(history: History) -> list[Event]:
            workplace, step = above.workplace(history), Step(asker.id, about.on, today, kin)
            registered = entry.register(workplace, asker.jurisdiction, step)
            formed = entry.form({**persons, **{event.person_id: person_of([event]) for event in registered}}, step)
            return [*registered, *formed]

        return Entering(
            above.unions, decide, entry.told, entry.reserved(), first=entry.put_persons, also=entry.put_statements
        )


class _Entry:
    """The households of one entry, with the ids that they and their members get."""

    def __init__(self, vault: Vault, rows: Sequence[Placed], union: UUID) -> None:
        self._vault, self._union = vault, union
        self._households: dict[UUID, dict[UUID, ReadMember]] = {}
        self._new: dict[UUID, ReadMember] = {}
        ids: dict[str, UUID] = {}
        for row in rows:
            person_id = row.person_id or uuid4()
            household_id = ids.setdefault(row.member.household, uuid4())
            self._households.setdefault(household_id, {})[person_id] = row.member
            if row.person_id is None:
                self._new[person_id] = row.member
        fields = {person_id: member.relative.vault_fields() for person_id, member in self._new.items()}
        self._persons = vault.seal(fields, places=dict.fromkeys(fields, union)) if fields else None
        self._statements: SealedStatements | None = None

    async def put_persons(self, conn: Connection) -> None:
        """Store who is new, so that what is said of them can be sealed: it goes with the events or not at all."""
        if self._persons is not None:
            await self._vault.put(conn, self._persons)
        said = {
            household_id: {person_id: _told(person_id, member).said() for person_id, member in members.items()}
            for household_id, members in self._households.items()
        }
        self._statements = await self._vault.statements.seal_first(conn, "member", said)

    async def put_statements(self, conn: Connection) -> None:
        """Store what is said of the members."""
        if self._statements is not None:
            await self._vault.statements.put(conn, self._statements)

    def register(self, workplace: Workplace, jurisdiction: Jurisdiction, step: Step) -> list[PersonRegistered]:
        """Return how those become known who are new."""
        events: list[PersonRegistered] = []
        for person_id, member in self._new.items():
            identity = reference_of(cast("SealedPersons", self._persons).references[person_id])
            command = RegisterPerson(person_id, identity, member.relative, step.on, step.today)
            events += register_person(Unknown(), workplace, jurisdiction, command)
        return events

    def form(self, persons: Mapping[UUID, Person], step: Step) -> list[Event]:
        """Return how the households are formed. Raises what `rules.form` raises."""
        references = self._statements.references if self._statements is not None else {}
        events: list[Event] = []
        for household_id, members in self._households.items():
            entries = [
                rules.Entry(
                    person_id, member.relation, member.health_code, member.school_stage,
                    StatementReference(**references[person_id]._asdict()) if person_id in references else None,
                )
                for person_id, member in members.items()
            ]  # fmt: skip
            events += rules.form(
                Unformed(), persons, step, household_id=household_id, union_org_id=self._union, entries=entries
            )
        return events

    def reserved(self) -> list[Reservation]:
        """Return what the IDs of new persons hold."""
        return [
            reserved(self._vault, stream_name("person", person_id), member.relative.resident_id)
            for person_id, member in self._new.items()
            if member.relative.resident_id is not None
        ]

    def told(self) -> list[Mapping[str, Any]]:
        """Return what is told of each row."""
        told = [
            {"row": member.number, "person_id": person_id, "household_id": household_id}
            for household_id, members in self._households.items()
            for person_id, member in members.items()
        ]
        return sorted(told, key=lambda row: cast("int", row["row"]))


def _told(person_id: UUID, member: ReadMember) -> Told:
    return Told(
        person_id, member.relation, member.health_code, member.school_stage, member.monthly_income_fen,
        member.health_note,
    )  # fmt: skip


def _typed(row: Row) -> TypedMember:
    values = row.values
    return TypedMember(
        row.number,
        str(values.get("household") or ""),
        str(values.get("name") or ""),
        str(values.get("resident_id") or ""),
        cast("date | None", values.get("birth_date")),
        cast("Sex | None", values.get("sex")),
        str(values.get("phone") or ""),
        cast("Relation | None", values.get("relation")),
        cast("HealthCode | None", values.get("health_code")),
        cast("SchoolStage | None", values.get("school_stage")),
        cast("int | None", values.get("monthly_income")),
        str(values.get("health_note") or ""),
        faulty(row),
    )
