"""Lists told with identity, all at once: each is an opening, written down before anything is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from unionaid.contracts import Event
from unionaid.contracts.fields import OPENED_PERSONS_MAX, IdentityField
from unionaid.eventlog import Connection, Log
from unionaid.registry.domain.person.opening import OpenIdentity, Purpose, opened, right_to_open
from unionaid.registry.domain.refusals import ExportEmpty, ExportTooLarge
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import Vault

PURPOSE = "export"
"""What identity is opened for; a word of `purposes.yaml`."""
EXPORT_ROWS_MAX = 20_000
"""Rows of one exported list: it is sent whole, and must be ready long before a front stops waiting (60 s)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A list with what was opened of each person in it; who is read by nobody is left out there."""

    done: Done
    identity: Mapping[UUID, Mapping[str, str]] = field(repr=False)


class Exports:
    """Opens the persons of a list. Raises what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault, purposes: Mapping[str, Purpose]) -> None:
        self._log, self._vault, self._purposes = Log(pool), vault, purposes

    async def open_list(
        self, issued: Issued, rows: Sequence[Mapping[str, Any]], who: str, fields: frozenset[IdentityField], *,
        roles: frozenset[str], unit: UUID | None,
    ) -> Exported:  # fmt: skip
        """Open the persons that the column `who` of a list names, but those who are `restricted`.

        One event for each `OPENED_PERSONS_MAX` persons, under one correlation id, all in the transaction in which the
        vault is read. What is kept of the answer tells nobody.

        Raises:
            PurposeUnknown, FieldsBeyondPurpose: not the caller's to see.
            ExportEmpty, ExportTooLarge: no row, or more than `EXPORT_ROWS_MAX`.
        """
        asked = OpenIdentity(uuid4(), PURPOSE, fields, (), roles, issued.business_date, unit)
        right_to_open(self._purposes, asked)
        refuse_size(rows)
        export_id = uuid4()
        persons = list(dict.fromkeys(row[who] for row in rows if not row.get("restricted")))
        parts = [persons[n : n + OPENED_PERSONS_MAX] for n in range(0, len(persons), OPENED_PERSONS_MAX)]
        identity: dict[UUID, dict[str, str]] = {}

        async def open_vault(conn: Connection) -> None:
            for part in parts:
                found = await self._vault.open(conn, part, fields, actor=issued.actor, purpose=PURPOSE)
                identity.update(found)

        events = [_opened(asked, part, part) for part in parts]
        if not parts:  # all of them are restricted: asked for, and nobody opened
            events = [_opened(asked, [row[who] for row in rows[:OPENED_PERSONS_MAX]], ())]
        told = {"export_id": export_id, "rows": len(rows)}
        decision = Decision(events, status=200, answer=answer(told))
        correlated = replace(issued, correlation_id=export_id)
        done = await carry_out(self._log, correlated, [], lambda _: decision, also=open_vault)
        return Exported(done, identity)


def refuse_size(rows: Sequence[object]) -> None:
    """Refuse a list of nothing, or of too much. Raises ExportEmpty, ExportTooLarge."""
    if not rows:
        raise ExportEmpty
    if len(rows) > EXPORT_ROWS_MAX:
        raise ExportTooLarge(limit=EXPORT_ROWS_MAX)


def _opened(asked: OpenIdentity, persons: Sequence[UUID], found: Sequence[UUID]) -> Event:
    """Return the record of a part of a list."""
    return opened(changed(asked, opening_id=uuid4(), person_ids=persons), found)
