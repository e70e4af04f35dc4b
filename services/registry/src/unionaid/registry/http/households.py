"""Routes of persons who are no workers, and of households."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.registry.application.dossiers import Dossiers
from unionaid.registry.application.households import Departure, Households, Letter, Splitting, Told
from unionaid.registry.application.matters import At
from unionaid.registry.application.statements import Statements
from unionaid.registry.bodies.households import (
    Admitted,
    Joining,
    Leaving,
    MemberChange,
    NewHousehold,
    NewMember,
    NewPerson,
    Split,
    ToldMember,
)
from unionaid.registry.domain.person.entering import read_relative
from unionaid.registry.domain.person.identity import read_name, read_phone
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.views import households as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from datetime import date

    from unionaid.registry.figures import Figures
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import ENTERING, READING_DOSSIERS, jurisdiction_of, reach_of
from unionaid.registry.http.answers import json_answer, shown


def person_command(registered: Households, figures: Figures, body: NewPerson, actor: Actor) -> Act:
    """Return what enters somebody who is no worker: for a command's `run`."""
    person_id = uuid4()

    async def act(issued: Issued) -> Done:
        relative = read_relative(
            read_name(body.name), body.resident_id, body.birth_date, body.sex, read_phone(body.phone),
            on=body.occurred_on,
        )  # fmt: skip
        with figures.counting_duplicates():
            return await registered.register_person(
                issued, body.union_org_id, jurisdiction_of(actor),
                person_id=person_id, relative=relative, on=body.occurred_on,
            )  # fmt: skip

    return act


def relatives(registered: Households, figures: Figures) -> Router:
    """Return the routes of persons who are no workers."""
    routes = Router(prefix="/persons", tags=["households"])

    @routes.post("", status_code=201)
    async def register(body: NewPerson, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter somebody who is no worker, with or without the resident ID."""
        return await command.run(person_command(registered, figures, body, command.actor))

    return routes


def households(registered: Households, dossiers: Dossiers, statements: Statements, pool: Pool) -> Router:
    """Return the routes of households."""
    routes = Router(prefix="/households", tags=["households"])

    def at(command: Command, household_id: UUID, on: date) -> At:
        return At(household_id, jurisdiction_of(command.actor), on, command.expect)

    @routes.post("", status_code=201)
    async def form(body: NewHousehold, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Form a household; nobody belongs to two."""
        return await command.run(household_command(registered, body, command.actor))

    @routes.get("")
    async def find(person_id: UUID, reader: Annotated[Actor, require(*READING_DOSSIERS)]) -> Response:
        """Find the household of a person, and its open dossier."""
        async with pool.acquire() as conn:
            household_id = await views.household_of_person(conn, person_id)
            if household_id is None:
                raise NotFound
            dossier_id = await views.open_dossier_of(conn, household_id)
        await dossiers.household_of(household_id, reach_of(reader))
        return json_answer({"household_id": household_id, "open_dossier_id": dossier_id})

    @routes.get("/{household_id}")
    async def show(household_id: UUID, reader: Annotated[Actor, require(*READING_DOSSIERS)]) -> Response:
        """Show a household without identity."""
        await dossiers.household_of(household_id, reach_of(reader))
        async with pool.acquire() as conn:
            household, version = await views.household(conn, household_id)
        told = asdict(household)
        return shown({**told, "members": list(told["members"].values())}, version)

    @routes.post("/{household_id}/members")
    async def join(household_id: UUID, body: Joining, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Take a person in."""
        told, where = told_of(body.person_id, body), at(command, household_id, body.occurred_on)
        return await command.run(lambda issued: registered.join(issued, where, told))

    @routes.post("/{household_id}/members/{person_id}/changes")
    async def change(
        household_id: UUID, person_id: UUID, body: MemberChange, command: Annotated[Command, commands(*ENTERING)]
    ) -> Response:
        """Tell how a member stands now."""
        told, where = told_of(person_id, body), at(command, household_id, body.occurred_on)
        return await command.run(lambda issued: registered.change(issued, where, told))

    @routes.post("/{household_id}/members/{person_id}/admission")
    async def admit(
        household_id: UUID, person_id: UUID, body: Admitted, command: Annotated[Command, commands(*ENTERING)]
    ) -> Response:
        """Record a member's letter of admission."""
        letter = Letter(
            person_id, body.school_stage, body.admission_letter_sha256, body.admission_letter_bytes, body.school
        )
        where = at(command, household_id, body.occurred_on)
        return await command.run(lambda issued: registered.admit(issued, where, letter))

    @routes.post("/{household_id}/members/{person_id}/departure")
    async def leave(
        household_id: UUID, person_id: UUID, body: Leaving, command: Annotated[Command, commands(*ENTERING)]
    ) -> Response:
        """Let a member go; the dossier that member holds passes on."""
        departure = Departure(person_id, body.reason_code, body.new_holder_id)
        where = at(command, household_id, body.occurred_on)
        return await command.run(lambda issued: registered.leave(issued, where, departure))

    @routes.post("/{household_id}/split")
    async def split(household_id: UUID, body: Split, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Make two households of one; the dossier stays with those who stay."""
        splitting = splitting_of(uuid4(), body)
        where = at(command, household_id, body.occurred_on)
        return await command.run(lambda issued: registered.split(issued, where, splitting))

    @routes.post("/{household_id}/statements/open")
    async def read(
        household_id: UUID,
        command: Annotated[Command, commands(*ENTERING, Role.APPROVER, Role.AUDITOR)],
    ) -> Response:
        """Show what is said of the members: incomes in fen, health, school. Recorded before it is told."""
        await dossiers.household_of(household_id, reach_of(command.actor))
        opening_id = uuid4()
        answered = await command.run(
            lambda issued: statements.open(issued, opening_id, household_id, ["member", "admission"])
        )
        answered.headers["Cache-Control"] = "no-store"
        return answered

    return routes


def household_command(registered: Households, body: NewHousehold, actor: Actor) -> Act:
    """Return what forms a household: for a command's `run`."""
    household_id = uuid4()
    members = [told_of(member.person_id, member) for member in body.members]

    async def act(issued: Issued) -> Done:
        return await registered.form(
            issued, body.union_org_id, jurisdiction_of(actor),
            household_id=household_id, members=members, on=body.occurred_on,
        )  # fmt: skip

    return act


def splitting_of(new_household_id: UUID, body: Split) -> Splitting:
    """Return who goes into a new household."""
    going = [told_of(member.person_id, member) for member in body.members]
    return Splitting(new_household_id, going, body.reason_code, body.new_holder_id)


def told_of(person_id: UUID, body: ToldMember | NewMember) -> Told:
    """Return a member as told."""
    return Told(
        person_id, body.relation, body.health_code, body.school_stage, body.monthly_income_fen, body.health_note
    )
