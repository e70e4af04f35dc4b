"""An imported file: nothing of it entered yet, then entered, perhaps several times, other rows each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import TableImported
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """No row of it was entered."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows of it were entered; `rows_hashes` says which, each time."""

    import_id: UUID
    rows_hashes: frozenset[str]


TableImport: TypeAlias = Unknown | Imported


def evolve(table: TableImport, event: Event) -> TableImport:
    """Return the import after an event. Raises BrokenHistory."""
    match table, event:
        case Unknown(), TableImported():
            return Imported(event.import_id, frozenset({event.rows_hash}))
        case Imported(), TableImported():
            return Imported(event.import_id, table.rows_hashes | {event.rows_hash})
        case _:
            raise BrokenHistory(table, event)


def table_import_of(history: Iterable[Event]) -> TableImport:
    """Return the import that its stream tells of. Raises BrokenHistory."""
    unknown: TableImport = Unknown()
    return reduce(evolve, history, unknown)
