"""What somebody searches for."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.registry.bodies.typed import BusinessDate, Typed
from unionaid.service.routes import Body

SEARCH_PAGE_MAX = 100
"""Persons of one page of a search."""


class After(Body):
    """Where a page ended: the next one goes on from there."""

    union_org_id: UUID
    person_id: UUID


class Search(Body):
    """Whom somebody searches for; all that is given must fit."""

    name: Typed | None = Field(default=None, repr=False)
    resident_id: Typed | None = Field(default=None, repr=False)
    born_on: BusinessDate | None = Field(default=None, repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    cursor: After | None = None
    limit: Annotated[int, Field(ge=1, le=SEARCH_PAGE_MAX)] = 20
