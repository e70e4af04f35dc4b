"""Households (家庭): who lives together, and how each stands, coarsely. Income and particulars lie in the vault."""

from uuid import UUID

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    DepartureReason,
    FileBytes,
    HealthCode,
    Relation,
    SchoolStage,
    Sha256Hex,
    SplitReason,
    VaultVersion,
)
from unionaid.contracts.registry.base import RegistryEvent


class StatementReference(Data):
    """Where a statement lies in the vault, and the salted commitment by which it can be proved."""

    statement_version: VaultVersion
    commitment: Sha256Hex


class HouseholdFormed(RegistryEvent, stream="household"):
    """A household became known; its members follow in the same append. `split_from` is the one it came from."""

    household_id: UUID
    union_org_id: UUID
    split_from: UUID | None = None


class HouseholdMemberJoined(RegistryEvent, stream="household"):
    """A person belongs to the household from now on; nobody belongs to two.

    What the person earns, and what is to be said of health and school, is the statement.
    """

    household_id: UUID
    person_id: UUID
    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None = None
    statement: StatementReference


class HouseholdMemberChanged(RegistryEvent, stream="household"):
    """How a member stands is different now: all of it, with a next version of the statement."""

    household_id: UUID
    person_id: UUID
    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None = None
    statement: StatementReference


class StudentAdmitted(RegistryEvent, stream="household"):
    """A member was admitted to a school; the letter's scan is known by its hash, its words are the statement."""

    household_id: UUID
    person_id: UUID
    school_stage: SchoolStage
    admission_letter_sha256: Sha256Hex
    admission_letter_bytes: FileBytes
    statement: StatementReference


class HouseholdMemberLeft(RegistryEvent, stream="household"):
    """A person belongs to the household no more."""

    household_id: UUID
    person_id: UUID
    reason_code: DepartureReason


class HouseholdSplit(RegistryEvent, stream="household"):
    """A household became two, as after a divorce; who went is told by `HouseholdMemberLeft`, in the same append."""

    household_id: UUID
    new_household_id: UUID
    reason_code: SplitReason


class HouseholdMoved(RegistryEvent, stream="household"):
    """Another union looks after the household: it went with who holds its dossier, or with the householder."""

    household_id: UUID
    former_union_org_id: UUID
    union_org_id: UUID
