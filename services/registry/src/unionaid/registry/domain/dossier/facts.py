"""A dossier: unopened, draft, verified, posted, approved, closed. What was said in words lies in the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import NamedTuple, TypeAlias, get_args
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import (
    CallBackOutcome,
    ClearName,
    ClosingReason,
    HardshipLevel,
    ObjectionGround,
    ObjectionOutcome,
    ReturnReason,
)
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierCalledBack,
    DossierClosed,
    DossierErased,
    DossierHolderChanged,
    DossierMoved,
    DossierOpened,
    DossierPosted,
    DossierReclassified,
    DossierReturned,
    DossierReviewed,
    DossierVerified,
    FiveClears,
    FiveClearsRecorded,
    ObjectionRaised,
    ObjectionSettled,
)
from unionaid.service.refusals import BrokenHistory

CLEARS: tuple[ClearName, ...] = get_args(ClearName)
"""The five clears, in the order of the form."""


class Act(NamedTuple):
    """An event of a dossier, and by whom it came about: `person-<uuid>` or `service:<name>`."""

    event: Event
    by: str


@dataclass(frozen=True, slots=True)
class Objection:
    """What somebody objected to; who, is the vault's to know. `outcome` is None while it is open."""

    ground: ObjectionGround
    raised_on: date
    outcome: ObjectionOutcome | None = None


@dataclass(frozen=True, slots=True)
class File:
    """What every dossier has. `entered_by`: who wrote what it says; `passed_by`: who verified or posted it."""

    dossier_id: UUID
    household_id: UUID
    holder_id: UUID
    union_org_id: UUID
    opened_on: date
    last_on: date
    clears: FiveClears = field(default_factory=FiveClears)
    assessment: Assessment | None = None
    entered_by: frozenset[str] = frozenset()
    passed_by: frozenset[str] = frozenset()
    objections: Mapping[UUID, Objection] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[ClearName, ...]:
        """Which of the five clears are not known."""
        return tuple(name for name in CLEARS if getattr(self.clears, name) is None)


@dataclass(frozen=True, slots=True)
class Unopened:
    """There is no dossier."""


@dataclass(frozen=True, slots=True)
class Draft:
    """It is being entered; `returned_for` says why it came back, until something about it was changed."""

    file: File
    returned_for: ReturnReason | None = None
    returned_clears: tuple[ClearName, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """The sub-district union has found it to be so."""

    file: File


@dataclass(frozen=True, slots=True)
class Posted:
    """It stands on a notice, or stood: until it is approved or goes back."""

    file: File
    place: str
    posted_on: date
    posted_until: date
    working_days: int
    calendar_version: str


@dataclass(frozen=True, slots=True)
class Approved:
    """It is in force. `found` is what a review found and nobody has taken over yet, `reviewed_by` whose it is."""

    file: File
    level: HardshipLevel
    approved_on: date
    reviewed_on: date
    next_review_on: date
    reviewed_by: str | None = None
    found: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """It is open no more; `erased_on`: its words were destroyed."""

    file: File
    reason: ClosingReason
    closed_on: date
    level: HardshipLevel | None
    called_back: CallBackOutcome | None = None
    erased_on: date | None = None


Running: TypeAlias = Draft | Verified | Posted | Approved
Existing: TypeAlias = Running | Closed
Dossier: TypeAlias = Unopened | Existing

_STATUSES: Mapping[type, str] = {
    Draft: "draft", Verified: "verified", Posted: "posted", Approved: "approved", Closed: "closed",
}  # fmt: skip


def evolve(dossier: Dossier, act: Act) -> Dossier:  # noqa: PLR0911  a case for each event
    """Return the dossier after an act. Raises BrokenHistory."""
    event, by = act
    match dossier, event:
        case Unopened(), DossierOpened():
            on = event.occurred_on
            return Draft(
                File(
                    event.dossier_id,
                    event.household_id,
                    event.holder_id,
                    event.union_org_id,
                    on,
                    on,
                    entered_by=frozenset({by}),
                )
            )
        case Draft() | Verified() | Posted() | Approved(), DossierHolderChanged():
            file = replace(dossier.file, holder_id=event.holder_id, union_org_id=event.union_org_id)
            return replace(dossier, file=replace(file, last_on=event.occurred_on))
        case Draft() | Approved(), FiveClearsRecorded():
            file = _entered(dossier.file, event, by)
            changed = replace(dossier, file=replace(file, clears=event.clears))
            return replace(changed, returned_for=None, returned_clears=()) if isinstance(changed, Draft) else changed
        case Draft(), DossierAssessed():
            return Draft(replace(_entered(dossier.file, event, by), assessment=event.assessment))
        case Draft(), DossierVerified():
            return Verified(_passed(dossier.file, event, by))
        case Draft() | Verified() | Posted(), DossierReturned():
            return Draft(_at(dossier.file, event), event.reason_code, event.missing_clears)
        case Draft() | Verified() | Posted() | Approved(), DossierClosed():
            level = dossier.level if isinstance(dossier, Approved) else None
            return Closed(_at(dossier.file, event), event.reason_code, event.occurred_on, level)
        case Verified(), DossierPosted():
            return Posted(
                replace(_passed(dossier.file, event, by), objections={}),
                event.notice_place,
                event.occurred_on,
                event.posted_until,
                event.notice_working_days,
                event.calendar_version,
            )
        case _:
            return _later(dossier, event, by)


def _later(dossier: Dossier, event: Event, by: str) -> Dossier:  # noqa: PLR0911  as `evolve`
    match dossier, event:
        case Posted(), ObjectionRaised() if event.objection_id not in dossier.file.objections:
            objection = Objection(event.objection_ground, event.occurred_on)
            return replace(dossier, file=_objected(dossier.file, event, objection))
        case Posted(), ObjectionSettled() if event.objection_id in dossier.file.objections:
            settled = replace(dossier.file.objections[event.objection_id], outcome=event.objection_outcome)
            return replace(dossier, file=_objected(dossier.file, event, settled))
        case Posted(), DossierApproved():
            on = event.occurred_on
            return Approved(_at(dossier.file, event), event.hardship_level, on, on, event.next_review_on)
        case Approved(), DossierReviewed():
            found = event.assessment if event.assessment.hardship_level != dossier.level else None
            return Approved(
                replace(_at(dossier.file, event), assessment=event.assessment),
                dossier.level,
                dossier.approved_on,
                event.occurred_on,
                event.next_review_on,
                by,
                found,
            )
        case Approved(), DossierReclassified():
            return replace(dossier, file=_at(dossier.file, event), level=event.hardship_level, found=None)
        case Draft() | Verified() | Posted() | Approved(), DossierMoved() if (
            event.former_union_org_id == dossier.file.union_org_id
        ):
            return replace(dossier, file=replace(dossier.file, union_org_id=event.union_org_id))
        case Closed(erased_on=None), DossierErased():
            return replace(dossier, erased_on=event.occurred_on)
        case Closed(), DossierCalledBack():
            return replace(dossier, file=_at(dossier.file, event), called_back=event.call_back_outcome)
        case _:
            raise BrokenHistory(dossier, event)


def _at(file: File, event: Event) -> File:
    return replace(file, last_on=event.occurred_on)


def _entered(file: File, event: Event, by: str) -> File:
    return replace(_at(file, event), entered_by=file.entered_by | {by})


def _passed(file: File, event: Event, by: str) -> File:
    return replace(_at(file, event), passed_by=file.passed_by | {by})


def _objected(file: File, event: ObjectionRaised | ObjectionSettled, objection: Objection) -> File:
    return replace(_at(file, event), objections={**file.objections, event.objection_id: objection})


def dossier_of(acts: Iterable[Act]) -> Dossier:
    """Return the dossier that its stream tells of. Raises BrokenHistory."""
    unopened: Dossier = Unopened()
    return reduce(evolve, acts, unopened)


def is_returned(dossier: Dossier) -> bool:
    """Say whether it came back, and nothing about it was changed since."""
    return isinstance(dossier, Draft) and dossier.returned_for is not None


def status_of(dossier: Existing) -> str:
    """Return how its state is called in answers, lists and on pages."""
    return "returned" if is_returned(dossier) else _STATUSES[type(dossier)]


def is_open(dossier: Dossier) -> bool:
    """Say whether it stands in the way of another one of the household."""
    return not isinstance(dossier, Unopened | Closed)
