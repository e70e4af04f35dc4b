"""People and the role of worker. Who somebody is lies in the vault, never here."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    OPENED_FIELDS_MAX,
    AccountEndReason,
    AccountReason,
    CorrectionReason,
    ErasureReason,
    IdentityField,
    LeavingReason,
    PolicyVersion,
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


class WorkerDetailsCorrected(RegistryEvent, stream="person"):
    """What was entered wrong about a worker was corrected, `since` the registration or transfer it was part of.

    What is left as it was is told again. Who is under which union changes by a transfer alone.
    """

    person_id: UUID
    union_org_id: UUID
    enterprise_id: UUID | None = None
    migrant: bool
    former_migrant: bool
    since: date


class WorkerTransferred(RegistryEvent, stream="person"):
    """A worker went to another union, another enterprise, or both; `request_id` where the transfer was asked for."""

    person_id: UUID
    union_org_id: UUID
    enterprise_id: UUID | None = None
    former_union_org_id: UUID
    migrant: bool
    request_id: UUID | None = None


class WorkerLeft(RegistryEvent, stream="person"):
    """A person is a worker of the union no more, and may come back: then the role is registered again."""

    person_id: UUID
    union_org_id: UUID
    migrant: bool
    reason_code: LeavingReason


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


class BankAccountStated(RegistryEvent, stream="person"):
    """The bank account to which a person is paid was stated, or another instead of it.

    Number, bank and holder lie in the vault, in the version named; who else has the same account, registry alone says.
    """

    person_id: UUID
    identity: IdentityReference
    reason_code: AccountReason


class BankAccountEnded(RegistryEvent, stream="person"):
    """Nothing more is paid to the bank account that was stated: the version named holds none."""

    person_id: UUID
    identity: IdentityReference
    reason_code: AccountEndReason


class PersonRestricted(RegistryEvent, stream="person"):
    """A person asked to be erased before the periods of retention end: kept, and read by audit alone.

    `restricted_until` is the last end as known then, absent while something is still open, such as the role of a
    worker.
    """

    person_id: UUID
    restricted_until: date | None = None
    policy_version: PolicyVersion


class RestrictionLifted(RegistryEvent, stream="person"):
    """A restricted person took the wish back."""

    person_id: UUID


class PersonErased(RegistryEvent, stream="person"):
    """A person's identity was destroyed, with everything that finds it. The id stays, and what was done for it.

    Every service destroys what else it keeps of the person, and confirms it. Nothing follows in this stream.
    `policy_version` is that of the periods of retention, where they have ended.
    """

    person_id: UUID
    reason_code: ErasureReason
    policy_version: PolicyVersion | None = None
