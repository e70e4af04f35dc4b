"""The screen on which two persons who may be one are compared side by side, and decided about; a merge is undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.registry.duplicates import KeptApartReason, MergeReason, UnmergeReason
from unionaid.registry.bodies.duplicates import KeepingApart, Merging
from unionaid.registry.bodies.duplicates import Undoing as UndoingBody
from unionaid.registry.domain.person.facts import Left, Worker
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.duplicates import asking_to_undo, keeping_apart, merging
from unionaid.registry.pages.opening import opened
from unionaid.registry.pages.pair_list import TOGETHER
from unionaid.registry.views import duplicates as pairs
from unionaid.registry.views import people, units
from unionaid.registry.views.households import household_of_person
from unionaid.registry.views.meanwhile import entered_since
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.contracts.registry import WorkerUnmerged
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.duplicates import Duplicates
    from unionaid.registry.application.identities import Identities
    from unionaid.registry.application.undoing import Undoing
    from unionaid.registry.views.units import Pool
    from unionaid.service.app import Shell

REFUSED = 422
LIST = "/registry/pages/duplicates"


def duplicate_pages(
    duplicates: Duplicates, undoing: Undoing, identities: Identities, pool: Pool, own_views: OwnViews
) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def compare(
        request: Request, actor: Actor, pair_id: UUID, faults: dict[str, str], merge: Merging | None = None
    ) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        undone = await pairs.undone(pool, pair_id)
        pair = await pairs.pair(pool, pair_id) or _unseen(undone)
        if pair is None:
            raise NotFound
        both = [pair["person_id"], pair["other_person_id"]]
        async with pool.acquire() as conn:
            known = await people.people(conn, both)
            homes = [await household_of_person(conn, one) for one in both]
        unions = {one: person.union_org_id for one, person in known.items() if isinstance(person, Worker | Left)}
        names = await units.names_of(pool, set(unions.values()))
        shown = {each.person_id: each for each in await opened(request, actor, identities, both)}
        return shell.screens.page(
            request,
            "duplicate_merge.html" if merge else "duplicate.html",
            status=REFUSED if faults else 200,
            pair=pair,
            homes=homes,
            apart=_apart([one for one in both if (who := shown.get(one)) and who.number], both, homes),
            sides=[
                (one, shown.get(one), known[one], names.get(unions[one], "") if one in unions else "") for one in both
            ],
            apart_reasons=get_args(KeptApartReason),
            merge_reasons=get_args(MergeReason),
            undo_reasons=get_args(UnmergeReason),
            decides=Role.DISTRICT_OFFICER in actor.roles,
            undone=undone,
            answers=await pairs.answers(pool, pair_id),
            entered=await entered_since(pool, pair_id, both[1]) if undone or pair["status"] in TOGETHER else [],
            faults=faults,
            merge=merge,
            key=new_key(),
        )

    @pages.get("/pages/duplicates/{pair_id}")
    async def show(
        request: Request, pair_id: UUID, actor: Annotated[Actor, require(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Two persons side by side; who they are is opened for this page."""
        return await compare(request, actor, pair_id, {})

    @pages.post("/pages/duplicates/{pair_id}")
    async def decide(pair_id: UUID, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Keep the two apart; or say what a merge changes, and merge when that is confirmed."""
        today = form.request.app.state.shell.clock.business_date()
        command = await form.command()
        reason, survivor = form.text("reason_code"), form.text("survivor_id")
        if not survivor:
            body = KeepingApart.model_validate({"reason_code": reason, "occurred_on": today.isoformat()})
            done = await command.run(keeping_apart(duplicates, pair_id, body))
        else:
            pair = await pairs.pair(pool, pair_id)
            if pair is None:
                raise NotFound
            other = next((one for one in (pair["person_id"], pair["other_person_id"]) if str(one) != survivor), None)
            given = {
                "person_id": other, "survivor_id": survivor, "reason_code": reason, "occurred_on": today.isoformat(),
            }  # fmt: skip
            merge = Merging.model_validate(given)
            confirmed = bool(form.text("confirmed"))
            done = await command.run(merging(duplicates, merge, judge=not confirmed))
            if not confirmed and not faults_of(done):
                return await compare(form.request, form.actor, pair_id, {}, merge)
        if faults := faults_of(done):
            return await compare(form.request, form.actor, pair_id, faults)
        return RedirectResponse(LIST, 303, HEADERS)

    @pages.post("/pages/duplicates/{pair_id}/undoing")
    async def undo(pair_id: UUID, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Ask to undo a merge; payments that were shown are looked at when that is ticked."""
        today = form.request.app.state.shell.clock.business_date()
        command = await form.command()
        shown = form.text("payments").split() if form.text("looked") else []
        given = {"reason_code": form.text("reason_code"), "seen_payments": shown, "occurred_on": today.isoformat()}
        done = await command.run(asking_to_undo(undoing, pair_id, UndoingBody.model_validate(given)))
        if faults := faults_of(done):
            return await compare(form.request, form.actor, pair_id, faults)
        return RedirectResponse(f"{LIST}/{pair_id}", 303, HEADERS)

    return pages


def _apart(numbered: Sequence[UUID], both: Sequence[UUID], homes: Sequence[UUID | None]) -> tuple[UUID, UUID] | None:
    """Return who has the number and who lives in a household, where the two are not one; None for others."""
    housed = [one for one, home in zip(both, homes, strict=True) if home is not None]
    if len(numbered) == len(housed) == 1 and numbered != housed:
        return numbered[0], housed[0]
    return None


def _unseen(undone: WorkerUnmerged | None) -> dict[str, Any] | None:
    """Return a pair as it is shown that was merged without having been found, and then undone."""
    if undone is None:
        return None
    told = undone.model_dump(include={"pair_id", "person_id"})
    return {**told, "other_person_id": undone.survivor_id, "status": "undone", "certainty": None, "undo_refused": None}
