"""When the good rows of a file are entered: as many as its reader was shown, and each selection of rows once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import ImportedTable
from unionaid.contracts.registry import TableImported
from unionaid.registry.domain.refusals import FileEntered, ImportChanged, NothingToEnter
from unionaid.registry.domain.table_import.facts import Imported, TableImport


@dataclass(frozen=True, slots=True)
class EnterTable:
    """Enter rows of a file; `declared` is how many its reader was shown, `rows` are their numbers."""

    import_id: UUID
    table: ImportedTable
    file_sha256: str
    file_bytes: int
    rows: Sequence[int]
    known: int
    left: int
    declared: int
    today: date


def enter(table: TableImport, command: EnterTable) -> list[Event]:
    """Record that rows of a file are entered.

    Raises NothingToEnter, ImportChanged, FileEntered.
    """
    if not command.rows:
        raise NothingToEnter
    if len(command.rows) != command.declared:
        raise ImportChanged(shown=command.declared, now=len(command.rows))
    rows_hash = hash_of(command.rows)
    if isinstance(table, Imported) and rows_hash in table.rows_hashes:
        raise FileEntered
    return [
        TableImported(
            occurred_on=command.today,
            import_id=command.import_id,
            imported_table=command.table,
            file_sha256=command.file_sha256,
            file_bytes=command.file_bytes,
            entered_rows=len(command.rows),
            known_rows=command.known,
            left_rows=command.left,
            rows_hash=rows_hash,
        )
    ]


def hash_of(rows: Sequence[int]) -> str:
    """Return SHA-256 over the numbers of rows, a line each, as 64 hex digits."""
    return sha256("".join(f"{row}\n" for row in rows).encode()).hexdigest()
