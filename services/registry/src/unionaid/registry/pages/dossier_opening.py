"""Names and words of a dossier, opened for a page: each opening is recorded before it is shown."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from unionaid.registry.application.commands import Commands
from unionaid.registry.domain.dossier.facts import Unopened, dossier_of
from unionaid.registry.domain.person.opening import OpenIdentity
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.access import reach_of
from unionaid.registry.http.dossier_told import acts_seen_by
from unionaid.registry.http.dossiers import SETTLING
from unionaid.registry.pages.naming import purpose_of
from unionaid.registry.purposes import Screen
from unionaid.registry.views.units import Pool
from unionaid.service.forms import Form
from unionaid.service.idempotency import command_of


async def names_of(commands: Commands, form: Form, screen: Screen, person_ids: list[UUID]) -> dict[str, str]:
    """Open the names of persons for what the form says; who is not within reach has none. Raises PurposeUnknown."""
    purpose = purpose_of(form, commands.identities, screen)
    command = await form.command()
    roles = frozenset(role.value for role in form.actor.roles)
    opening_id = uuid4()
    done = await command.run(
        lambda issued: commands.identities.open_identity(
            issued,
            OpenIdentity(
                opening_id, purpose, frozenset({"name"}), person_ids, roles, issued.business_date, form.actor.unit
            ),
        )
    )
    persons = json.loads(bytes(done.body)).get("persons", [])
    return {one["person_id"]: one["identity"]["name"] for one in persons if one["identity"]}


async def opened_by(commands: Commands, pool: Pool, form: Form, dossier_id: UUID) -> dict[str, Any]:
    """Open names and words of a dossier; for who settles objections, their words too, never whose they are."""
    acts = await acts_seen_by(form.actor, pool, dossier_id)
    dossier = dossier_of(acts)
    if isinstance(dossier, Unopened):
        raise NotFound
    kept = commands.dossiers
    household = await kept.household_of(dossier.file.household_id, reach_of(form.actor))
    key = form.fields.get("key", "")
    persons = list(dict.fromkeys([dossier.file.holder_id, *household.members]))
    opened: dict[str, Any] = {
        "names": await names_of(commands, form, "dossiers", persons),
        "words": {},
        "incomes": {},
        "objections": {},
    }
    matters: list[tuple[UUID, list[str]]] = [
        (dossier_id, ["five-clears", "assessment"]),
        (dossier.file.household_id, ["member", "admission"]),
    ]
    if not form.actor.roles.isdisjoint(SETTLING):
        matters += [(id, ["objection"]) for id in dossier.file.objections]
    for matter_id, topics in matters:
        command = await command_of(form.request, form.actor, f"{key}-{matter_id}")
        opening_id, whose = uuid4(), topics != ["objection"]
        done = await command.run(
            lambda issued, id=opening_id, m=matter_id, t=topics, w=whose: commands.statements.open(  # type: ignore[misc]  # bound now
                issued, id, m, t, persons=w
            )
        )
        said = json.loads(bytes(done.body)).get("statements", [])
        for one in sorted(said, key=lambda one: one.get("person_id") == str(dossier.file.holder_id)):  # the holder last
            if one["topic"] == "objection":
                opened["objections"][str(matter_id)] = one["said"]["objection"]
            elif one["topic"] in ("five-clears", "assessment"):
                opened["words"] |= one["said"]
            else:
                opened["incomes"].setdefault(one["person_id"], {}).update(one["said"])
    return opened
