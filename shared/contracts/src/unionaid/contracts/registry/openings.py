"""Who asked to see who persons are."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    OPENED_FIELDS_MAX,
    OPENED_PERSONS_MAX,
    OPENER_ROLES_MAX,
    Code,
    IdentityField,
)
from unionaid.contracts.registry.base import RegistryEvent


class IdentityOpened(RegistryEvent, stream="opening"):
    """Somebody asked to see who persons are; recorded before the answer was sent. Who asked is the envelope's `actor`.

    `opened_person_ids` are the persons of the caller's jurisdiction; of `asked_persons` the others were told as not
    found. None may be left. `opener_roles` and `opener_org_id` say what the opener was then, and of which union: a
    person can be told who has looked without being told an officer's id.
    """

    opening_id: UUID
    opening_purpose: Code
    opened_fields: Annotated[tuple[IdentityField, ...], Field(min_length=1, max_length=OPENED_FIELDS_MAX)]
    opened_person_ids: Annotated[tuple[UUID, ...], Field(max_length=OPENED_PERSONS_MAX)]
    asked_persons: Annotated[int, Field(ge=1, le=OPENED_PERSONS_MAX)]
    opener_roles: Annotated[tuple[Code, ...], Field(min_length=1, max_length=OPENER_ROLES_MAX)]
    opener_org_id: UUID | None = None
