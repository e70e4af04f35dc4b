"""Writes the view of dossiers: each row is what the dossier's stream says, so the same event again changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode
from unionaid.contracts.registry import (
    DossierApproved,
    DossierAssessed,
    DossierClosed,
    DossierErased,
    DossierHolderChanged,
    DossierMoved,
    DossierOpened,
    DossierPosted,
    DossierReclassified,
    DossierReturned,
    DossierReviewed,
    DossierVerified,
    FiveClearsRecorded,
    ObjectionRaised,
    ObjectionSettled,
)
from unionaid.eventlog import Connection, load_many
from unionaid.registry.domain.dossier.facts import (
    Act,
    Approved,
    Closed,
    Existing,
    Posted,
    Unopened,
    dossier_of,
    status_of,
)

SHOWN: tuple[type[Fact], ...] = (
    DossierOpened, FiveClearsRecorded, DossierAssessed, DossierVerified, DossierPosted, ObjectionRaised,
    ObjectionSettled, DossierApproved, DossierReturned, DossierReviewed, DossierReclassified, DossierClosed,
    DossierHolderChanged, DossierMoved, DossierErased,
)  # fmt: skip
"""The events that a row changes with."""
_COLUMNS: Mapping[str, str] = {
    "dossier_id": "uuid", "household_id": "uuid", "holder_id": "uuid", "union_org_id": "uuid", "status": "text",
    "hardship_level": "text", "hardship_cause": "text", "found_level": "text", "missing_clears": "smallint",
    "open_objections": "integer", "opened_on": "date", "posted_until": "date", "looked_on": "date",
    "next_review_on": "date", "closed_on": "date", "erased_on": "date",
}  # fmt: skip
_UPSERT = (
    f"INSERT INTO views.dossier ({', '.join(_COLUMNS)}) SELECT * FROM "
    f"unnest({', '.join(f'${n}::{kind}[]' for n, kind in enumerate(_COLUMNS.values(), start=1))}) "
    "ON CONFLICT (dossier_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "dossier_id")
)


async def write_dossiers(conn: Connection, streams: Collection[str]) -> None:
    """Write the rows of dossiers as their streams stand now; closed ones first, so that one of a household is open."""
    rows = []
    for events in (await load_many(conn, sorted(streams)) if streams else {}).values():
        acts = (Act(event, envelope.actor) for envelope, event in (decode(stored.body) for stored in events))
        dossier = dossier_of(acts)
        if not isinstance(dossier, Unopened):
            rows.append(_row(dossier))
    for closed in (True, False):
        written = [row for row in rows if (row["status"] == "closed") == closed]
        if written:
            await conn.execute(_UPSERT, *([row[name] for row in written] for name in _COLUMNS))


def _row(dossier: Existing) -> dict[str, Any]:
    file = dossier.file
    in_force = dossier if isinstance(dossier, Approved) else None
    assessed = file.assessment.hardship_level if file.assessment else None
    return {
        "dossier_id": file.dossier_id,
        "household_id": file.household_id,
        "holder_id": file.holder_id,
        "union_org_id": file.union_org_id,
        "status": status_of(dossier),
        "hardship_level": dossier.level if isinstance(dossier, Approved | Closed) else assessed,
        "hardship_cause": file.clears.hardship_cause,
        "found_level": in_force.found.hardship_level if in_force and in_force.found else None,
        "missing_clears": len(file.missing),
        "open_objections": sum(objection.outcome is None for objection in file.objections.values()),
        "opened_on": file.opened_on,
        "posted_until": dossier.posted_until if isinstance(dossier, Posted) else None,
        "looked_on": in_force.reviewed_on if in_force else None,
        "next_review_on": in_force.next_review_on if in_force else None,
        "closed_on": dossier.closed_on if isinstance(dossier, Closed) else None,
        "erased_on": dossier.erased_on if isinstance(dossier, Closed) else None,
    }
