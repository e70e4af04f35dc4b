"""What may be done about a person on the person's page: by which roles, when, what is asked, how it is carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.moving import Details
from unionaid.registry.application.placing import Place
from unionaid.registry.bodies import people as bodies
from unionaid.registry.domain.person.erasing import ErasePerson
from unionaid.registry.domain.person.facts import Known, Left, Living, Worker, has_account, is_restricted, known_of
from unionaid.registry.domain.person.moving import Move
from unionaid.registry.domain.person.restricting import Restrict
from unionaid.registry.figures import Figures
from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.http.accounts import ended, stated
from unionaid.registry.http.persons import NUMBER_INVALID, corrected
from unionaid.registry.identities import Expect
from unionaid.registry.pages.typed import Ask
from unionaid.service.roles import Actor, Role

if TYPE_CHECKING:
    from unionaid.service.deciding import Done, Issued

ON = Ask("occurred_on", "date", required=True)
PLACE = (Ask("union_org_id", "union", required=True), Ask("enterprise_id", "enterprise"))


@dataclass(frozen=True, slots=True)
class Told:
    """A command about a person: who gives it, for whom, and for which version."""

    commands: Commands
    figures: Figures
    issued: Issued
    person_id: UUID
    actor: Actor
    expect: Expect

    def move(self, body: Any) -> Move:
        """Return it as a move."""
        return Move(self.person_id, self.issued.actor, body.occurred_on, self.issued.business_date)

    def place(self, body: Any) -> Place:
        """Return where it leads."""
        return Place(body.union_org_id, body.enterprise_id, jurisdiction_of(self.actor))

    def restrict(self, body: Any) -> Restrict:
        """Return it as what a person asks."""
        return Restrict(self.person_id, self.issued.actor, body.occurred_on, self.issued.business_date)


Run = Callable[[Told, Any], Awaitable["Done"]]


@dataclass(frozen=True, slots=True)
class PersonAct:
    """One act: its form, and when the page offers it."""

    roles: tuple[Role, ...]
    asked: tuple[Ask, ...]
    body: type[BaseModel]
    run: Run
    offered: Callable[[Living], bool]
    path: str = ""
    """Where it is sent if not to the person's page: nowhere else."""
    lead: str = ""
    """The text that says before the form what it does."""
    of_merged: bool = False
    """Whether it is done also to somebody for whom another stands."""


def _free_worker(person: Living) -> bool:
    return isinstance(person, Worker) and not is_restricted(person)


async def _correct(told: Told, body: Any) -> Done:
    with told.figures.counting_duplicates():
        return await corrected(
            told.commands.people, told.issued, told.person_id, body,
            jurisdiction=jurisdiction_of(told.actor), expect=told.expect,
        )  # fmt: skip


async def _take_number(told: Told, body: Any) -> Done:
    given = {"resident_id": None, "reason_code": NUMBER_INVALID, "occurred_on": body.occurred_on.isoformat()}
    return await _correct(told, bodies.Correction.model_validate(given))


async def _erase(told: Told, body: Any) -> Done:
    asked = ErasePerson(
        told.person_id, body.reason_code, told.issued.actor, body.occurred_on, told.issued.business_date
    )
    return await told.commands.keeping.erase_person(told.issued, asked, told.expect)


PERSON_ACTS: Mapping[str, PersonAct] = {
    "correction": PersonAct(
        ENTERING,
        (
            Ask("name", "text"),
            Ask("resident_id", "text"),
            Ask("phone", "text"),
            Ask("reason_code", "choice", required=True, options="correction_reason"),
            ON,
        ),
        bodies.Correction,
        _correct,
        lambda person: not is_restricted(person),
    ),
    "number": PersonAct(
        ENTERING,
        (ON,),
        bodies.NumberTaken,
        _take_number,
        lambda person: known_of(person).birth_year is not None and not is_restricted(person),
        lead="screen-number-lead",
    ),
    "details": PersonAct(
        ENTERING,
        (Ask("enterprise_id", "enterprise"), Ask("migrant", "tick"), ON),
        bodies.DetailsCorrection,
        lambda told, body: told.commands.moving.correct_details(
            told.issued,
            told.move(body),
            Details(body.migrant, enterprise_given=True, enterprise_id=body.enterprise_id),
            jurisdiction_of(told.actor),
            told.expect,
        ),
        _free_worker,
    ),
    "account": PersonAct(
        ENTERING,
        (
            Ask("bank_account", "text", required=True),
            Ask("bank_code", "text"),
            Ask("account_holder", "text"),
            Ask("reason_code", "choice", required=True, options="account_reason"),
            ON,
        ),
        bodies.AccountBody,
        lambda told, body: stated(
            told.commands.accounts,
            told.issued,
            told.person_id,
            body,
            jurisdiction=jurisdiction_of(told.actor),
            expect=told.expect,
        ),
        lambda person: not is_restricted(person),
        lead="screen-account-lead",
    ),
    "account-ending": PersonAct(
        ENTERING,
        (Ask("reason_code", "choice", required=True, options="account_end_reason"), ON),
        bodies.AccountEnding,
        lambda told, body: ended(
            told.commands.accounts,
            told.issued,
            told.person_id,
            body,
            jurisdiction=jurisdiction_of(told.actor),
            expect=told.expect,
        ),
        has_account,
    ),
    "transfer": PersonAct(
        ENTERING,
        (*PLACE, ON),
        bodies.TransferBody,
        lambda told, body: told.commands.moving.transfer(told.issued, told.move(body), told.place(body), told.expect),
        _free_worker,
    ),
    "leaving": PersonAct(
        ENTERING,
        (Ask("reason_code", "choice", required=True, options="leaving_reason"), ON),
        bodies.Leaving,
        lambda told, body: told.commands.moving.leave(
            told.issued, told.move(body), body.reason_code, jurisdiction_of(told.actor), told.expect
        ),
        lambda person: isinstance(person, Worker),
        of_merged=True,
    ),
    "coming-back": PersonAct(
        ENTERING,
        (*PLACE, Ask("migrant", "tick"), ON),
        bodies.Return,
        lambda told, body: told.commands.moving.come_back(
            told.issued, told.move(body), told.place(body), body.migrant, told.expect
        ),
        lambda person: isinstance(person, Known | Left) and not is_restricted(person),
    ),
    "restriction": PersonAct(
        ENTERING,
        (ON,),
        bodies.Restriction,
        lambda told, body: told.commands.keeping.restrict(
            told.issued, told.restrict(body), jurisdiction_of(told.actor), told.expect
        ),
        lambda person: not is_restricted(person),
    ),
    "lifting": PersonAct(
        ENTERING,
        (ON,),
        bodies.Restriction,
        lambda told, body: told.commands.keeping.lift(
            told.issued, told.restrict(body), jurisdiction_of(told.actor), told.expect
        ),
        is_restricted,
    ),
    "erasing": PersonAct(
        (Role.APPROVER,),
        (Ask("reason_code", "choice", required=True, options="erasure_reason"), ON),
        bodies.Erasure,
        _erase,
        lambda _: True,
        of_merged=True,
    ),
}
"""The acts, in the order in which a page offers them."""


def offered(person: Living, actor: Actor, *, merged: bool) -> list[str]:
    """Return what somebody may do about another person now; `merged`: another stands for that one. The rules decide
    again.
    """
    if str(actor.person_id) == str(_id(person)):
        return []
    return [
        name
        for name, act in PERSON_ACTS.items()
        if not actor.roles.isdisjoint(act.roles) and act.offered(person) and (act.of_merged or not merged)
    ]


def _id(person: Living) -> UUID:
    return person.person_id if isinstance(person, Known) else person.person.person_id
