"""The events of registry that figures are broken down by. Read as those of relief are."""

from datetime import date

import msgspec

from unionaid.reporting.domain.kinds import Id, Ownership, Sex, UnionLevel, Year


class UnionOrgEstablished(msgspec.Struct, frozen=True, gc=False):
    """A union took its place in the tree."""

    occurred_on: date
    org_id: Id
    level: UnionLevel
    name: str
    parent_id: Id | None = None


class UnionOrgMoved(msgspec.Struct, frozen=True, gc=False):
    """A union stands under another since a day."""

    occurred_on: date
    org_id: Id
    parent_id: Id


class UnionOrgDetailsCorrected(msgspec.Struct, frozen=True, gc=False):
    """What a union is called since a day (`since`, where it was entered wrong)."""

    occurred_on: date
    org_id: Id
    name: str
    since: date | None = None

    @property
    def holds_from(self) -> date:
        """The day from which it holds."""
        return self.since or self.occurred_on


class EnterpriseRegistered(msgspec.Struct, frozen=True, gc=False):
    """What an employing unit is since a day: as registered (version 2), or as corrected (`since`)."""

    occurred_on: date
    enterprise_id: Id
    ownership: Ownership
    union_org_id: Id | None = None
    since: date | None = None

    @property
    def holds_from(self) -> date:
        """The day from which it holds."""
        return self.since or self.occurred_on


class TitleSchemeAdopted(msgspec.Struct, frozen=True, gc=False):
    """An enterprise began to run titles of its own."""

    occurred_on: date
    scheme_id: Id
    enterprise_id: Id


class PersonRegistered(msgspec.Struct, frozen=True, gc=False):
    """A human being; birth year and sex are missing where no ID was at hand."""

    occurred_on: date
    person_id: Id
    birth_year: Year | None = None
    sex: Sex | None = None


class WorkerRegistered(msgspec.Struct, frozen=True, gc=False):
    """Where a worker is since a day: by a registration, a transfer, or a correction of one of them (`since`)."""

    occurred_on: date
    person_id: Id
    union_org_id: Id
    migrant: bool
    enterprise_id: Id | None = None
    since: date | None = None

    @property
    def holds_from(self) -> date:
        """The day from which it holds."""
        return self.since or self.occurred_on


class WorkerMerged(msgspec.Struct, frozen=True, gc=False):
    """One person stands for another."""

    occurred_on: date
    person_id: Id
    survivor_id: Id


class WorkerUnmerged(msgspec.Struct, frozen=True, gc=False):
    """One person stands for the other no more."""

    occurred_on: date
    person_id: Id
    survivor_id: Id
