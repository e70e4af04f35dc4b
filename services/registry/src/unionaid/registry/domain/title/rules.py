"""How a worker comes to an in-house title: evaluated by the own enterprise, then appointed, until it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import TitleEndReason
from unionaid.contracts.registry import TitleAppointed, TitleEnded, TitleEvaluated
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.person.facts import Person, Worker, refuse_restricted
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    NotFound,
    NotOfEnterprise,
    TitleNotEvaluated,
    TitleNotInScheme,
    TitleTooEarly,
)
from unionaid.registry.domain.title.facts import Appointed, Evaluated, Title, Unknown
from unionaid.registry.domain.title_scheme.facts import Adopted, TitleScheme


@dataclass(frozen=True, slots=True)
class EvaluateTitle:
    """Enter that a worker was found fit for a grade of a title."""

    title_id: UUID
    person_id: UUID
    title_name: str
    grade: int
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class AppointTitle:
    """Appoint to what was evaluated; `allowance_fen` a month, 0 for none."""

    allowance_fen: int
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class EndTitle:
    """End an appointment."""

    reason: TitleEndReason
    on: date
    today: date


def evaluate(title: Title, scheme: TitleScheme, worker: Person, command: EvaluateTitle) -> list[Event]:
    """Evaluate a worker of the enterprise whose scheme it is.

    Raises AlreadyRegistered, NotFound, NotOfEnterprise, PersonIsRestricted, TitleNotInScheme, TitleTooEarly and the
    refusals of dates.
    """
    if not isinstance(title, Unknown):
        raise AlreadyRegistered
    if not isinstance(scheme, Adopted):
        raise NotFound
    if not isinstance(worker, Worker) or worker.enterprise_id != scheme.enterprise_id:
        raise NotOfEnterprise(field="person_id")
    refuse_restricted(worker)
    if command.grade > scheme.grades.get(command.title_name, 0):
        raise TitleNotInScheme(field="title_name")
    _refuse_early(command.on, scheme.adopted_on, command.today)
    return [
        TitleEvaluated(
            occurred_on=command.on,
            title_id=command.title_id,
            scheme_id=scheme.scheme_id,
            enterprise_id=scheme.enterprise_id,
            person_id=command.person_id,
            title_number=list(scheme.grades).index(command.title_name) + 1,
            grade=command.grade,
        )
    ]


def appoint(title: Title, worker: Person, command: AppointTitle) -> list[Event]:
    """Appoint a worker who was evaluated and still works there.

    That a worker holds one title at a time is held by a reservation (`application`).
    Raises NotFound, TitleNotEvaluated, NotOfEnterprise, PersonIsRestricted, TitleTooEarly and the refusals of
    dates.
    """
    if isinstance(title, Unknown):
        raise NotFound
    if not isinstance(title, Evaluated):
        raise TitleNotEvaluated
    if not isinstance(worker, Worker) or worker.enterprise_id != title.enterprise_id:
        raise NotOfEnterprise
    refuse_restricted(worker)
    _refuse_early(command.on, title.evaluated_on, command.today)
    return [
        TitleAppointed(
            occurred_on=command.on,
            title_id=title.title_id,
            scheme_id=title.scheme_id,
            enterprise_id=title.enterprise_id,
            person_id=title.person_id,
            title_number=title.title_number,
            grade=title.grade,
            allowance_fen=command.allowance_fen,
        )
    ]


def end(title: Title, command: EndTitle) -> list[Event]:
    """End an appointment, also of somebody who was erased meanwhile.

    Raises NotFound, TitleNotEvaluated, TitleTooEarly and the refusals of dates.
    """
    if isinstance(title, Unknown):
        raise NotFound
    if not isinstance(title, Appointed):
        raise TitleNotEvaluated
    _refuse_early(command.on, title.appointed_on, command.today)
    of = title.evaluated
    return [
        TitleEnded(occurred_on=command.on, title_id=of.title_id, person_id=of.person_id, reason_code=command.reason)
    ]


def _refuse_early(on: date, first: date, today: date) -> None:
    refuse_impossible(on, today)
    if on < first:
        raise TitleTooEarly(field="occurred_on", first=first.isoformat())
