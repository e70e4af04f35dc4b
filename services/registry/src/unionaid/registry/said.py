"""Which statements events refer to, held against those the vault has: after a restore some may be lost, or back again.

Objections are left out: whose one is, the vault alone knows, so nobody can say whether it was lost or erased.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.registry import (
    DossierAssessed,
    DossierErased,
    DossierHolderChanged,
    DossierOpened,
    DossierReviewed,
    FiveClearsRecorded,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    StatementReference,
    StudentAdmitted,
)

REFERRING = (
    HouseholdMemberJoined,
    HouseholdMemberChanged,
    StudentAdmitted,
    DossierOpened,
    FiveClearsRecorded,
    DossierAssessed,
    DossierReviewed,
    DossierHolderChanged,
    DossierErased,
)
"""The events to be read for it."""


class Said(NamedTuple):
    """A statement: in which matter, on what, of whom."""

    kind: str
    matter_id: UUID
    topic: str
    person_id: UUID


def said(row: Mapping[str, Any]) -> Said:
    """Return which statement a row of the vault is."""
    kind = "household" if row["topic"] in ("member", "admission") else "dossier"
    return Said(kind, row["matter_id"], row["topic"], row["person_id"])


class Referred:
    """The newest version of each statement that events refer to, as they are read in order."""

    def __init__(self) -> None:
        self._holders: dict[UUID, UUID] = {}
        self._versions: dict[Said, int] = {}
        self._erased: set[UUID] = set()

    def add(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case HouseholdMemberJoined() | HouseholdMemberChanged():
                self._said(Said("household", event.household_id, "member", event.person_id), event.statement)
            case StudentAdmitted():
                self._said(Said("household", event.household_id, "admission", event.person_id), event.statement)
            case DossierOpened() | DossierHolderChanged():
                self._holders[event.dossier_id] = event.holder_id
            case FiveClearsRecorded():
                self._said(self._of_holder(event.dossier_id, "five-clears"), event.statement)
            case DossierAssessed() | DossierReviewed():
                self._said(self._of_holder(event.dossier_id, "assessment"), event.statement)
            case DossierErased():
                self._forget({event.dossier_id, event.household_id})
            case _:
                pass

    def lost(self, stored: Mapping[Said, int], erased: Collection[UUID]) -> list[str]:
        """Return the statements that the vault has not, or not in this version: stream, topic and person."""
        return sorted(
            f"{stream_name(said.kind, said.matter_id)} {said.topic} person-{said.person_id}"
            for said, version in self._versions.items()
            if said.person_id not in erased and stored.get(said, 0) < version
        )

    def to_forget(self, stored: Iterable[UUID]) -> list[str]:
        """Return the erased matters that the vault has words of again."""
        told = {said.matter_id for said in self._versions}
        return sorted(str(matter) for matter in self._erased & set(stored) - told)

    def _of_holder(self, dossier_id: UUID, topic: str) -> Said:
        return Said("dossier", dossier_id, topic, self._holders[dossier_id])

    def _said(self, said: Said, statement: StatementReference | None) -> None:
        if statement is not None:
            self._versions[said] = statement.statement_version

    def _forget(self, matters: set[UUID | None]) -> None:
        gone = {matter for matter in matters if matter is not None}
        self._erased |= gone
        self._versions = {said: version for said, version in self._versions.items() if said.matter_id not in gone}
