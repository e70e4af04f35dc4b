"""People and the role of worker. Who somebody is lies in the vault, never here."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    OPENED_FIELDS_MAX,
    CorrectionReason,
    ErasureReason,
    IdentityField,
    ReentryReason,
    Sex,
    Sha256Hex,
    VaultVersion,
    Year,
)
from unionaid.contracts.registry.base import RegistryEvent


class IdentityReference(Data):
    """Where a person's identity lies in the vault, and the salted commitment by which it can be proved."""

    vault_version: VaultVersion
    commitment: Sha256Hex


class PersonRegistered(RegistryEvent, stream="person"):
    """A human being became known to the office.

    `birth_year` and `sex` are derived from the ID; where none was at hand they are what was told, or missing.
    `entering_org_id` is the union that entered somebody who is no worker, and for which that person can be seen.
    """

    person_id: UUID
    identity: IdentityReference
    birth_year: Year | None = None
    sex: Sex | None = None
    entering_org_id: UUID | None = None


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
