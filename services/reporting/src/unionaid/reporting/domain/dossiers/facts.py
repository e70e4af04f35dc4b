"""The events of registry that say how hardship dossiers stand. Read as those of relief are, each into one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

import msgspec

from unionaid.reporting.domain.kinds import CauseCode, DossierStep, HardshipLevel, Id

_Fact = TypeVar("_Fact", bound="_OfDossier")


class DossierTold(NamedTuple):
    """What one event told of a dossier; None for what it says nothing of.

    `step` is there where the event is one that totals count. Holder, union, level and cause are as from this event on;
    `policy_version` is that of the policy which the level was found by.
    """

    occurred_on: date
    dossier_id: Id
    step: DossierStep | None = None
    holder_id: Id | None = None
    union_org_id: Id | None = None
    hardship_level: HardshipLevel | None = None
    hardship_cause: CauseCode | None = None
    policy_version: str | None = None


class _OfDossier(msgspec.Struct, frozen=True, gc=False):
    occurred_on: date
    dossier_id: Id


class _Opened(_OfDossier, frozen=True, gc=False):
    holder_id: Id
    union_org_id: Id


class _Approved(_Opened, frozen=True, gc=False):
    hardship_level: HardshipLevel
    hardship_cause: CauseCode
    policy_version: str


class _Levelled(_OfDossier, frozen=True, gc=False):
    hardship_level: HardshipLevel
    policy_version: str


class _Assessment(msgspec.Struct, frozen=True, gc=False):
    hardship_level: HardshipLevel
    policy_version: str


class _Assessed(_OfDossier, frozen=True, gc=False):
    assessment: _Assessment


class _Clears(msgspec.Struct, frozen=True, gc=False):
    hardship_cause: CauseCode | None = None


class _Recorded(_OfDossier, frozen=True, gc=False):
    clears: _Clears


class _Moved(_OfDossier, frozen=True, gc=False):
    union_org_id: Id


def _reads(kind: type[_Fact], told: Callable[[_Fact], DossierTold]) -> Callable[[bytes], DossierTold]:
    decode = msgspec.json.Decoder(kind).decode
    return lambda data: told(decode(data))


def _step(step: DossierStep) -> Callable[[bytes], DossierTold]:
    return _reads(_OfDossier, lambda fact: DossierTold(fact.occurred_on, fact.dossier_id, step))


READS: Mapping[str, Callable[[bytes], DossierTold]] = {
    "unionaid.registry.DossierOpened.v1": _reads(
        _Opened,
        lambda fact: DossierTold(fact.occurred_on, fact.dossier_id, "opened", fact.holder_id, fact.union_org_id),
    ),
    "unionaid.registry.FiveClearsRecorded.v1": _reads(
        _Recorded,
        lambda fact: DossierTold(fact.occurred_on, fact.dossier_id, hardship_cause=fact.clears.hardship_cause),
    ),
    "unionaid.registry.DossierAssessed.v1": _reads(
        _Assessed,
        lambda fact: DossierTold(
            fact.occurred_on, fact.dossier_id, hardship_level=fact.assessment.hardship_level,
            policy_version=fact.assessment.policy_version,
        ),
    ),
    "unionaid.registry.DossierVerified.v1": _step("verified"),
    "unionaid.registry.DossierPosted.v1": _step("posted"),
    "unionaid.registry.DossierApproved.v1": _reads(
        _Approved,
        lambda fact: DossierTold(
            fact.occurred_on, fact.dossier_id, "approved", fact.holder_id, fact.union_org_id, fact.hardship_level,
            fact.hardship_cause, fact.policy_version,
        ),
    ),
    "unionaid.registry.DossierReturned.v1": _step("returned"),
    "unionaid.registry.DossierReviewed.v1": _step("reviewed"),
    "unionaid.registry.DossierReclassified.v1": _reads(
        _Levelled,
        lambda fact: DossierTold(
            fact.occurred_on, fact.dossier_id, "reclassified", hardship_level=fact.hardship_level,
            policy_version=fact.policy_version,
        ),
    ),
    "unionaid.registry.DossierClosed.v1": _step("closed"),
    "unionaid.registry.DossierHolderChanged.v1": _reads(
        _Opened, lambda fact: DossierTold(fact.occurred_on, fact.dossier_id, None, fact.holder_id, fact.union_org_id)
    ),
    "unionaid.registry.DossierMoved.v1": _reads(
        _Moved, lambda fact: DossierTold(fact.occurred_on, fact.dossier_id, union_org_id=fact.union_org_id)
    ),
}  # fmt: skip
"""Type of event -> what reads it. What a review found is no level yet: `DossierReclassified` makes it one."""
