"""Correcting a person's identity, and entering it again where the vault has lost it. Values are the vault's to know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import CorrectionReason, IdentityField, ReentryReason
from unionaid.contracts.registry import IdentityCorrected, IdentityReentered, IdentityReference
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.person.facts import Known, Person, known_of, refuse_erased, refuse_restricted
from unionaid.registry.domain.person.resident_id import ResidentId
from unionaid.registry.domain.refusals import (
    IdentityDiffers,
    IdentityMissing,
    IdentityNotMissing,
    NothingCorrected,
    OwnMatter,
)


@dataclass(frozen=True, slots=True)
class NextVersion:
    """What the vault will hold, and the fields in which it differs from the version before."""

    identity: IdentityReference | None
    """None where it differs in none."""
    fields: Collection[str]


@dataclass(frozen=True, slots=True)
class CorrectIdentity:
    """Correct what was given. `resident_id` is the number if one was given; `by` is the actor."""

    person_id: UUID
    resident_id: ResidentId | None
    reason: CorrectionReason
    by: str
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class ReenterIdentity:
    """Enter again who a person is."""

    person_id: UUID
    resident_id: ResidentId
    reason: ReentryReason
    by: str
    on: date
    today: date


def correct(person: Person, made: NextVersion | None, command: CorrectIdentity) -> list[Event]:
    """Correct a person's identity; `made` is None where the vault does not have it.

    Raises NotFound, PersonIsErased, PersonIsRestricted, OwnMatter, IdentityMissing, NothingCorrected and the refusals
    of dates.
    """
    known = _known(person, command)
    refuse_restricted(person)
    if made is None:
        raise IdentityMissing
    if made.identity is None:
        raise NothingCorrected
    resident_id = command.resident_id if "resident_id" in made.fields else None
    return [
        IdentityCorrected(
            occurred_on=command.on,
            person_id=command.person_id,
            identity=made.identity,
            corrected_fields=tuple(cast("IdentityField", name) for name in sorted(made.fields)),
            reason_code=command.reason,
            birth_year=resident_id.birth_date.year if resident_id else known.birth_year,
            sex=resident_id.sex if resident_id else known.sex,
        )
    ]


def reenter(
    person: Person, vault_has: int | None, identity: IdentityReference, command: ReenterIdentity
) -> list[Event]:
    """Enter identity again; `vault_has` is the newest version in the vault, None for none.

    A restored vault may also be behind the events: then what it has is replaced.
    Raises NotFound, PersonIsErased, OwnMatter, IdentityNotMissing, IdentityDiffers and the refusals of dates.
    """
    known = _known(person, command)
    if vault_has is not None and vault_has >= known.vault_version:
        raise IdentityNotMissing
    said = (known.birth_year, known.sex)
    if said not in ((None, None), (command.resident_id.birth_date.year, command.resident_id.sex)):
        raise IdentityDiffers(field="resident_id")
    return [
        IdentityReentered(
            occurred_on=command.on, person_id=command.person_id, identity=identity, reason_code=command.reason
        )
    ]


def _known(person: Person, command: CorrectIdentity | ReenterIdentity) -> Known:
    living = refuse_erased(person)
    if command.by == f"person-{command.person_id}":
        raise OwnMatter
    refuse_impossible(command.on, command.today)
    return known_of(living)
