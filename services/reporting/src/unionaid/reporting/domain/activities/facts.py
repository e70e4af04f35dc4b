"""The events of relief that say what was handed out and who was trained. Read as payments are, each into one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from unionaid.reporting.domain.kinds import ActivityStep, AmountFen, HeadCount, Id, ProgrammeKind, Year


class ActivityTold(NamedTuple):
    """What one event counts. `about_id` is the issue of goods or the session; what came back counts below zero."""

    occurred_on: date
    step: ActivityStep
    about_id: Id
    programme_id: Id
    programme_kind: ProgrammeKind
    programme_year: Year
    union_org_id: Id
    site: str | None = None
    person_id: Id | None = None
    head_count: int = 0
    amount_fen: int = 0


class _OfProgramme(msgspec.Struct, frozen=True, gc=False):
    occurred_on: date
    programme_id: Id
    programme_kind: ProgrammeKind
    programme_year: Year
    union_org_id: Id


class _Goods(_OfProgramme, frozen=True, gc=False):
    issue_id: Id
    site: str
    head_count: HeadCount
    amount_fen: AmountFen


class _Session(_OfProgramme, frozen=True, gc=False):
    session_id: Id


class _Trainee(_Session, frozen=True, gc=False):
    person_id: Id


def _told(fact: _OfProgramme, step: ActivityStep, about_id: Id) -> ActivityTold:
    return ActivityTold(
        fact.occurred_on, step, about_id, fact.programme_id, fact.programme_kind, fact.programme_year, fact.union_org_id
    )


def _goods(step: ActivityStep, sign: int) -> Callable[[bytes], ActivityTold]:
    decode = msgspec.json.Decoder(_Goods).decode

    def read(data: bytes) -> ActivityTold:
        fact = decode(data)
        told = _told(fact, step, fact.issue_id)
        return told._replace(site=fact.site, head_count=sign * fact.head_count, amount_fen=sign * fact.amount_fen)

    return read


def _trainee(step: ActivityStep) -> Callable[[bytes], ActivityTold]:
    decode = msgspec.json.Decoder(_Trainee).decode

    def read(data: bytes) -> ActivityTold:
        fact = decode(data)
        return _told(fact, step, fact.session_id)._replace(person_id=fact.person_id)

    return read


def _held(data: bytes) -> ActivityTold:
    fact = _read_session(data)
    return _told(fact, "held", fact.session_id)


_read_session = msgspec.json.Decoder(_Session).decode
READS: Mapping[str, Callable[[bytes], ActivityTold]] = {
    "unionaid.relief.GoodsIssued.v1": _goods("issued", 1),
    "unionaid.relief.GoodsReturned.v1": _goods("returned", -1),
    "unionaid.relief.SkillsSessionHeld.v1": _held,
    "unionaid.relief.TraineeEnrolled.v1": _trainee("enrolled"),
    "unionaid.relief.TraineeCompleted.v1": _trainee("completed"),
    "unionaid.relief.TraineePlaced.v1": _trainee("placed"),
}
"""Type of event -> what reads it."""
