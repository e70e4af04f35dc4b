"""How a programme is opened: its amounts come from the policy in force on its first day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import ProgrammeKind
from unionaid.contracts.relief import ProgrammeOpened
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.programme.facts import Programme, Unopened
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    PolicyMissing,
    PurposeNotInPolicy,
    WindowReversed,
)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a programme kind's policy, in force from a day on. Amounts in fen, for one person."""

    version: str
    in_force_from: date
    purposes: frozenset[str]
    standard_fen: int
    amount_max_fen: int


def in_force(versions: tuple[PolicyVersion, ...], on: date) -> PolicyVersion | None:
    """Return the version in force on a day, None before the first."""
    begun = [version for version in versions if version.in_force_from <= on]
    return max(begun, key=lambda version: version.in_force_from, default=None)


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """Open a programme; the window's days are both included."""

    programme_id: UUID
    kind: ProgrammeKind
    year: int
    name: str
    window_from: date
    window_to: date
    purpose: str
    on: date
    today: date


def open_programme(programme: Programme, policies: tuple[PolicyVersion, ...], command: OpenProgramme) -> list[Event]:
    """Open a programme on the terms of the policy.

    Raises AlreadyOpened, WindowReversed, PolicyMissing, PurposeNotInPolicy and the refusals of dates.
    """
    if not isinstance(programme, Unopened):
        raise AlreadyOpened(field="programme_id")
    refuse_impossible(command.on, command.today)
    if command.window_from > command.window_to:
        raise WindowReversed(field="window_to")
    policy = in_force(policies, command.window_from)
    if policy is None:
        raise PolicyMissing(field="kind", kind=command.kind, on=command.window_from.isoformat())
    if command.purpose not in policy.purposes:
        raise PurposeNotInPolicy(field="purpose", known=", ".join(sorted(policy.purposes)))
    return [
        ProgrammeOpened(
            occurred_on=command.on,
            programme_id=command.programme_id,
            kind=command.kind,
            year=command.year,
            name=command.name,
            window_from=command.window_from,
            window_to=command.window_to,
            purpose=command.purpose,
            standard_fen=policy.standard_fen,
            amount_max_fen=policy.amount_max_fen,
            policy_version=policy.version,
        )
    ]
