"""Dossiers of imported files: opened as by the officer who sent the file, and assessed where the policy tells a level.

All that comes after, the signatures and the public notice, goes its way as for any other dossier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from unionaid.contracts import Event, stream_name
from unionaid.contracts.registry import Assessment, FiveClears, StatementReference
from unionaid.eventlog import Connection
from unionaid.registry.application.alone import Alone
from unionaid.registry.application.finding import Finding
from unionaid.registry.application.importing import About, Asker, Entering, Judged, faults_of_cells, faulty
from unionaid.registry.application.kinship import kin_of
from unionaid.registry.application.looking import ASSESSMENT, Shock
from unionaid.registry.domain.dossier.assessing import Circumstances, HardshipPolicy, assess, policy_on
from unionaid.registry.domain.dossier.facts import CLEARS, Act, Unopened, dossier_of
from unionaid.registry.domain.dossier.importing import Opening, TypedDossier, read_dossiers, settle
from unionaid.registry.domain.dossier.rules import OpenDossier, open_dossier, record_assessment
from unionaid.registry.domain.household.facts import Formed, household_of
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import ImportChanged, LevelNotComputed, PolicyNotInForce
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import History
from unionaid.sheets import Row
from unionaid.vault import SealedStatements, Vault


class ImportedDossiers:
    """See `importing.Matter`."""

    def __init__(self, pool: Pool, vault: Vault, policies: Sequence[HardshipPolicy]) -> None:
        self._pool, self._vault, self._policies, self._finding = pool, vault, policies, Finding(pool, vault)

    async def judge(self, about: About, rows: Sequence[Row], asker: Asker, today: date) -> Judged:
        """Say which rows can be entered."""
        read, faults = read_dossiers([_typed(row, about) for row in rows], today)
        settled = settle(
            read,
            await self._finding.holders(read, asker.jurisdiction),
            asker.id,
            await kin_of(self._pool, asker.id),
        )
        return Judged(
            sorted(opening.row.number for opening in settled.good),
            sorted(settled.known),
            sorted(opening.row.number for opening in settled.old),
            [*faults_of_cells(rows), *faults, *settled.faults],
            rows={opening.row.number: opening for opening in (*settled.good, *settled.old)},
        )

    async def entering(
        self, import_id: UUID, about: About, rows: Sequence[Opening], asker: Asker, today: date
    ) -> Entering:
        """Return what opens these dossiers, and assesses them as far as the policy tells a level."""
        del import_id, about
        entry = _Entry(self._vault, self._policies, rows, asker.id, today)
        entry.kin = await kin_of(self._pool, asker.id)
        return Entering(entry.streams, entry.decide, entry.told, first=entry.seal, also=entry.put)


class _Entry:
    """The dossiers of one entry."""

    def __init__(
        self, vault: Vault, policies: Sequence[HardshipPolicy], rows: Sequence[Opening], by: str, today: date
    ) -> None:
        self._vault, self._policies, self._by, self._today = vault, policies, by, today
        self._openings = {uuid4(): opening for opening in rows}
        self._assessed: dict[UUID, Assessment] = {}
        self._sealed: list[SealedStatements] = []
        self.kin: frozenset[UUID] = frozenset()
        self._turn = Alone(*(one.household_id for one in self._openings.values()), streams=self.streams)

    @property
    def streams(self) -> list[str]:
        """What the rules look at: households and who holds the dossiers."""
        return [
            name
            for opening in self._openings.values()
            for name in (_household(opening), stream_name("person", opening.holder_id))
        ]

    async def seal(self, conn: Connection) -> None:
        """Wait for the turn; read incomes, compute levels, encrypt what is said in words: `first` of `carry_out`."""
        await self._turn.wait(conn)
        for dossier_id, opening in self._openings.items():
            level = await self._level(conn, opening)
            if level is not None:
                self._assessed[dossier_id] = level
        words = {
            dossier_id: {opening.holder_id: {"hardship_cause": opening.row.typed.cause_words}}
            for dossier_id, opening in self._openings.items()
            if opening.row.typed.cause_words
        }
        shocks = {
            dossier_id: {opening.holder_id: shock.said()}
            for dossier_id, opening in self._openings.items()
            if dossier_id in self._assessed and (shock := _shock(opening)) is not None
        }
        self._sealed = [
            await self._vault.statements.seal_first(conn, topic, said)
            for topic, said in (("five-clears", words), ("assessment", shocks))
        ]

    async def put(self, conn: Connection) -> None:
        """Store what is said in words: `also` of `carry_out`."""
        for sealed in self._sealed:
            if sealed.references:
                await self._vault.statements.put(conn, sealed)

    def decide(self, history: History) -> list[Event]:
        """Return how the dossiers are opened. Raises ImportChanged: a household is another than was looked at."""
        self._turn.refuse_stale(history)
        changed = [one for one in self._openings.values() if _members(history, one) != one.members]
        if changed:
            raise ImportChanged(shown=len(self._openings), now=len(self._openings) - len(changed))
        opened = [self._open(history, dossier_id, opening) for dossier_id, opening in self._openings.items()]
        return [event for events in opened for event in events]

    def told(self) -> list[Mapping[str, Any]]:
        """Return what is told of each row; without a level, a dossier waits to be assessed by an officer."""
        return [
            {
                "row": opening.row.number,
                "dossier_id": dossier_id,
                "household_id": opening.household_id,
                "hardship_level": made.hardship_level if (made := self._assessed.get(dossier_id)) else None,
            }
            for dossier_id, opening in self._openings.items()
        ]

    def _open(self, history: History, dossier_id: UUID, opening: Opening) -> list[Event]:
        household, typed = household_of(history[_household(opening)]), opening.row.typed
        holder = person_of(history[stream_name("person", opening.holder_id)])
        step = Step(self._by, typed.on, self._today, self.kin)
        words, shock = (_reference(sealed, opening.holder_id) for sealed in self._sealed)
        command = OpenDossier(dossier_id, opening.holder_id, typed.clears, words)
        events = open_dossier(Unopened(), household, holder, command, step)
        made = self._assessed.get(dossier_id)
        if made is None:
            return events
        dossier = dossier_of(Act(event, self._by) for event in events)
        return [*events, *record_assessment(dossier, household, made, shock, step)]

    async def _level(self, conn: Connection, opening: Opening) -> Assessment | None:
        """Return how hard it is for a household; None where the policy tells no level, or an income is unknown."""
        said = await self._vault.statements.open(
            conn, opening.household_id, ["member"], ["monthly_income_fen"], actor=self._by, purpose=ASSESSMENT
        )
        incomes = {who: int(words["monthly_income_fen"]) for (who, _), words in said.items()}
        shock = _shock(opening)
        if not opening.members <= incomes.keys():
            return None
        looked_at = Circumstances([incomes[one] for one in opening.members], shock.fen if shock else None)
        try:
            return assess(policy_on(self._policies, opening.row.typed.on), looked_at, None)
        except (LevelNotComputed, PolicyNotInForce):
            return None


def _household(opening: Opening) -> str:
    return stream_name("household", opening.household_id)


def _members(history: History, opening: Opening) -> frozenset[UUID]:
    household = household_of(history[_household(opening)])
    return frozenset(household.members) if isinstance(household, Formed) else frozenset()


def _shock(opening: Opening) -> Shock | None:
    typed = opening.row.typed
    return Shock(typed.shock_fen, typed.shock_note or None) if typed.shock_fen is not None else None


def _reference(sealed: SealedStatements, person_id: UUID) -> StatementReference | None:
    made = sealed.references.get(person_id)
    return StatementReference(**made._asdict()) if made is not None else None


def _typed(row: Row, about: About) -> TypedDossier:
    values = row.values
    return TypedDossier(
        row.number,
        str(values.get("name") or ""),
        str(values.get("resident_id") or ""),
        FiveClears.model_validate({name: values[name] for name in CLEARS if values.get(name) is not None}),
        str(values.get("cause_words") or "").strip(),
        cast("int | None", values.get("shock")),
        str(values.get("shock_note") or "").strip(),
        cast("date | None", values.get("occurred_on")) or about.on,
        faulty(row),
    )
