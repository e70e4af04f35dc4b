"""Tables that were brought in from files."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import IMPORTED_ROWS_MAX, FileBytes, ImportedTable, Sha256Hex
from unionaid.contracts.registry.base import RegistryEvent

Rows = Annotated[int, Field(ge=0, le=IMPORTED_ROWS_MAX)]


class TableImported(RegistryEvent, stream="import"):
    """The good rows of a file were entered, in one go. Whom or what they are stands in the events beside this one.

    `rows_hash` is over the numbers of the rows that were entered; the same rows of the same file enter once.
    """

    import_id: UUID
    imported_table: ImportedTable
    file_sha256: Sha256Hex
    file_bytes: FileBytes
    entered_rows: Annotated[int, Field(ge=1, le=IMPORTED_ROWS_MAX)]
    known_rows: Rows
    left_rows: Rows
    rows_hash: Sha256Hex
