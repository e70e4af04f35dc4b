"""Bodies about lists to be exported: the same filters as the lists have."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from unionaid.registry.views.dossiers import Due
from unionaid.service.routes import Body


class WorkersExport(Body):
    """Workers of a union and all under it, of an enterprise; of the whole jurisdiction where nothing is named."""

    union_org_id: UUID | None = None
    enterprise_id: UUID | None = None


class DossiersExport(Body):
    """Dossiers of a union and all under it; that stand somewhere, or are to be looked at."""

    union_org_id: UUID | None = None
    status: Literal["draft", "returned", "verified", "posted", "approved", "closed"] | None = None
    due: Due | None = None
