"""Events of registry: who people and units are. A person's identity lies in the vault, never here."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.event import Data, Event
from unionaid.contracts.fields import (
    OPENED_FIELDS_MAX,
    OPENED_PERSONS_MAX,
    Code,
    CorrectionReason,
    ErasureReason,
    IdentityField,
    Ownership,
    PublicName,
    ReentryReason,
    Sex,
    Sha256Hex,
    UnionLevel,
    Uscc,
    VaultVersion,
    Year,
)


class RegistryEvent(Event, service="registry"):
    """An event that registry owns."""


class UnionOrgEstablished(RegistryEvent, stream="union", stream_id="org_id"):
    """A union (工會) took its place in the three-level tree.

    The district federation has no `parent_id`, every other union has one.
    """

    org_id: UUID
    level: UnionLevel
    parent_id: UUID | None = None
    name: PublicName

    @model_validator(mode="after")
    def _parent_by_level(self) -> Self:
        if (self.level == "district") != (self.parent_id is None):
            raise ValueError("a district federation has no parent, every other union has one")
        return self


class EnterpriseRegistered(RegistryEvent, stream="enterprise", version=2):
    """An employing unit (用人單位) was registered; it may have no union yet."""

    enterprise_id: UUID
    uscc: Uscc
    name: PublicName
    ownership: Ownership
    union_org_id: UUID | None = None


class IdentityReference(Data):
    """Where a person's identity lies in the vault, and the salted commitment by which it can be proved."""

    vault_version: VaultVersion
    commitment: Sha256Hex


class PersonRegistered(RegistryEvent, stream="person"):
    """A human being became known to the office.

    `birth_year` and `sex` are derived from the ID and are missing where none was at hand.
    """

    person_id: UUID
    identity: IdentityReference
    birth_year: Year | None = None
    sex: Sex | None = None


class WorkerRegistered(RegistryEvent, stream="person"):
    """A person took the role of worker (職工) in a union, employed or not."""

    person_id: UUID
    union_org_id: UUID
    enterprise_id: UUID | None = None
    migrant: bool
    roster_id: UUID | None = None


class IdentityCorrected(RegistryEvent, stream="person"):
    """A person's identity was corrected: a next version of it lies in the vault.

    `birth_year` and `sex` are what the ID says now, corrected or not.
    """

    person_id: UUID
    identity: IdentityReference
    corrected_fields: Annotated[tuple[IdentityField, ...], Field(min_length=1, max_length=OPENED_FIELDS_MAX)]
    reason_code: CorrectionReason
    birth_year: Year | None = None
    sex: Sex | None = None


class IdentityReentered(RegistryEvent, stream="person"):
    """A person's identity, which the vault had lost, was entered again, under a next version."""

    person_id: UUID
    identity: IdentityReference
    reason_code: ReentryReason


class PersonErased(RegistryEvent, stream="person"):
    """A person's identity was destroyed, with everything that finds it. The id stays, and what was done for it.

    Every service destroys what else it keeps of the person. Nothing follows in this stream.
    """

    person_id: UUID
    reason_code: ErasureReason


class IdentityOpened(RegistryEvent, stream="opening"):
    """Somebody asked to see who persons are; recorded before the answer was sent. Who asked is the envelope's `actor`.

    `opened_person_ids` are the persons of the caller's jurisdiction; of `asked_persons` the others were told as not
    found. None may be left.
    """

    opening_id: UUID
    opening_purpose: Code
    opened_fields: Annotated[tuple[IdentityField, ...], Field(min_length=1, max_length=OPENED_FIELDS_MAX)]
    opened_person_ids: Annotated[tuple[UUID, ...], Field(max_length=OPENED_PERSONS_MAX)]
    asked_persons: Annotated[int, Field(ge=1, le=OPENED_PERSONS_MAX)]


EVENTS: tuple[type[Event], ...] = (
    UnionOrgEstablished,
    EnterpriseRegistered,
    PersonRegistered,
    WorkerRegistered,
    IdentityCorrected,
    IdentityReentered,
    PersonErased,
    IdentityOpened,
)
