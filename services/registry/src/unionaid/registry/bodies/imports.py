"""Bodies of imports; the file itself comes as a part of a form."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from unionaid.contracts.fields import IMPORTED_ROWS_MAX
from unionaid.registry.bodies.typed import BusinessDate
from unionaid.service.routes import Body


class ImportedFile(Body):
    """What is said of a file: where and when its rows are entered unless they say so themselves."""

    union_org_id: UUID | None = None
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate


class Entry(Body):
    """That the good rows are entered: as many as were shown, with or without those whose old number is converted."""

    rows: Annotated[int, Field(ge=1, le=IMPORTED_ROWS_MAX)]
    convert_old_ids: StrictBool = False
