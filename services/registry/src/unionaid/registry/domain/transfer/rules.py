"""How a transfer is asked for, taken up and declined. That an officer sees both unions is asked before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import DecliningReason
from unionaid.contracts.registry import TransferDeclined, TransferRequested, TransferTakenUp
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.facts import Living, Person, Worker, refuse_erased
from unionaid.registry.domain.person.moving import Move, come_back, transfer
from unionaid.registry.domain.person.rules import Workplace, place
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    AlreadyThere,
    BeforeRegistered,
    NotFound,
    OwnMatter,
    TransferEnded,
)
from unionaid.registry.domain.transfer.facts import Requested, Transfer, Unrequested


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for a worker. `by` is the actor."""

    request_id: UUID
    person_id: UUID
    by: str
    on: date
    today: date


def request(
    asked: Transfer, person: Person, workplace: Workplace, jurisdiction: Jurisdiction, command: Ask
) -> list[Event]:
    """Ask that a person come to a union of the officer's.

    Of who is restricted nothing else is told than of anybody: whoever takes it up sees it.
    Raises AlreadyRegistered, NotFound, PersonIsErased, OwnMatter, UnitUnknown, AlreadyThere and the refusals of dates.
    """
    if not isinstance(asked, Unrequested):
        raise AlreadyRegistered
    living = refuse_erased(person)
    if command.by == f"person-{command.person_id}":
        raise OwnMatter
    refuse_impossible(command.on, command.today)
    union_org_id, enterprise_id = place(workplace, jurisdiction)
    if _is_there(living, union_org_id, enterprise_id):
        raise AlreadyThere(field="union_org_id")
    return [
        TransferRequested(
            occurred_on=command.on,
            request_id=command.request_id,
            person_id=command.person_id,
            union_org_id=union_org_id,
            enterprise_id=enterprise_id,
        )
    ]


def take_up(asked: Transfer, person: Person, workplace: Workplace, migrant: bool, move: Move) -> list[Event]:
    """Transfer the worker, or give the role to who has none now; `migrant` counts for the latter.

    Raises NotFound, TransferEnded, BeforeRegistered and what `transfer` and `come_back` raise.
    """
    terms = _open(asked, move).terms
    taken_up = TransferTakenUp(occurred_on=move.on, request_id=terms.request_id, person_id=terms.person_id)
    if isinstance(person, Worker):
        return [*transfer(person, workplace, WHOLE_DIVISION, move, terms.request_id), taken_up]
    return [*come_back(person, workplace, WHOLE_DIVISION, migrant, move), taken_up]


def decline(asked: Transfer, reason: DecliningReason, move: Move) -> list[Event]:
    """Decline. Raises NotFound, TransferEnded, OwnMatter, BeforeRegistered and the refusals of dates."""
    terms = _open(asked, move).terms
    if move.by == f"person-{terms.person_id}":
        raise OwnMatter
    return [
        TransferDeclined(
            occurred_on=move.on, request_id=terms.request_id, person_id=terms.person_id, reason_code=reason
        )
    ]


def _open(asked: Transfer, move: Move) -> Requested:
    if isinstance(asked, Unrequested):
        raise NotFound
    if not isinstance(asked, Requested):
        raise TransferEnded
    refuse_impossible(move.on, move.today)
    if move.on < asked.terms.occurred_on:
        raise BeforeRegistered(field="occurred_on", earlier=asked.terms.occurred_on.isoformat())
    return asked


def _is_there(living: Living, union_org_id: UUID, enterprise_id: UUID | None) -> bool:
    return isinstance(living, Worker) and (living.union_org_id, living.enterprise_id) == (union_org_id, enterprise_id)
