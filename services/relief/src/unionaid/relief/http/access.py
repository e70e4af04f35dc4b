"""Who may ask for what, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, get_args
from uuid import UUID

from unionaid.contracts.fields import ApproverRole
from unionaid.contracts.relief import (
    ReliefListSubmitted,
)
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.relief.domain.relief_list.guards import Step
from unionaid.relief.http.desk import Desk
from unionaid.relief.views.acts import acts_of_list
from unionaid.service.access import require
from unionaid.service.deciding import Issued
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role

NOWHERE = UUID(int=0)
"""Jurisdiction of an officer below the district whose token names no union."""
MONEY_READERS = (Role.ACCOUNTANT, Role.CASHIER, Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR)
LIST_READERS = (*MONEY_READERS, Role.SUB_DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)
ByAccountant = Annotated[Command, commands(Role.ACCOUNTANT)]
ByCashier = Annotated[Command, commands(Role.CASHIER)]
APPROVING = (Role.APPROVER, Role.DISTRICT_OFFICER)
"""Whose approval a list may need."""
MONEY_READER = require(*MONEY_READERS)
LIST_READER = require(*LIST_READERS)
ListReader = Annotated[Actor, LIST_READER]


def jurisdiction_of(actor: Actor, *over_all: Role) -> UUID | None:
    """Return the union whose subtree an actor may touch, None for one who holds a role over the district."""
    return None if actor.roles.intersection(over_all) else actor.unit or NOWHERE


def approving(actor: Actor) -> frozenset[ApproverRole]:
    """Return the roles in which an actor may approve."""
    return frozenset(role for role in get_args(ApproverRole) if Role(role) in actor.roles)


def step_of(issued: Issued, body: StepBody) -> Step:
    """Return who takes a step, on which business date."""
    return Step(issued.actor, body.occurred_on, issued.business_date)


async def acts_seen_by(reader: Actor, desk: Desk, list_id: UUID) -> list[tuple[Act, datetime]]:
    """What happened to a list. Raises NotFound, also where it is another union's."""
    acts = await acts_of_list(desk.pool, list_id)
    if not acts:
        raise NotFound
    jurisdiction = jurisdiction_of(reader, *MONEY_READERS)
    submitted = acts[0][0].event
    if jurisdiction is not None and (
        not isinstance(submitted, ReliefListSubmitted)
        or submitted.union_org_id not in await desk.people.subtree(jurisdiction)
    ):
        raise NotFound
    return acts
