"""Declared relatives: who has declared one takes no step in that person's household, until it is taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import RelativeDeclared, RelativeWithdrawn
from unionaid.registry.domain.kinship.facts import relatives_of
from unionaid.registry.domain.kinship.rules import Kin, declare, withdraw
from unionaid.registry.domain.person.facts import Erased, Known, Unknown
from unionaid.registry.domain.refusals import AlreadyRegistered, DateInFuture, NotFound, OwnMatter, PersonIsErased
from unionaid.registry.examples import resident_id
from unionaid.service.refusals import BrokenHistory
from unionaid.service.roles import Role

from .dossier_story import OPENED, VERIFIED, Story, member
from .importing_story import faults, send
from .sheets import workbook
from .test_http_imported_dossiers import DOSSIERS, dossier, lived
from .test_pages_dossiers import Browser
from .test_pages_dossiers import faults as in_place

if TYPE_CHECKING:
    from .conftest import Office, Units

OFFICER, KIN = UUID(int=1), UUID(int=2)
ON, TODAY = date(2017, 1, 4), date(2017, 1, 5)
PERSON = Known(KIN, 1980, "female", 1)
DECLARED = RelativeDeclared(occurred_on=ON, officer_id=OFFICER, person_id=KIN)
WITHDRAWN = RelativeWithdrawn(occurred_on=ON, officer_id=OFFICER, person_id=KIN)
TOLD = Kin(OFFICER, KIN, ON, TODAY)


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


def test_a_relative_is_declared_once_and_withdrawn_once() -> None:
    assert declare(relatives_of([]), PERSON, TOLD) == [DECLARED]
    with pytest.raises(AlreadyRegistered):
        declare(relatives_of([DECLARED]), PERSON, TOLD)
    assert withdraw(relatives_of([DECLARED]), TOLD) == [WITHDRAWN]
    with pytest.raises(NotFound):
        withdraw(relatives_of([DECLARED, WITHDRAWN]), TOLD)
    assert declare(relatives_of([DECLARED, WITHDRAWN]), PERSON, TOLD) == [DECLARED]
    with pytest.raises(BrokenHistory):
        relatives_of([WITHDRAWN])


def test_nobody_declares_oneself_nor_who_is_not_there() -> None:
    with pytest.raises(OwnMatter):
        declare(frozenset(), PERSON, Kin(KIN, KIN, ON, TODAY))
    with pytest.raises(NotFound):
        declare(frozenset(), Unknown(), TOLD)
    with pytest.raises(PersonIsErased):
        declare(frozenset(), Erased(KIN, None), TOLD)
    with pytest.raises(DateInFuture):
        declare(frozenset(), PERSON, Kin(OFFICER, KIN, TODAY, ON))


async def test_a_relatives_household_is_out_of_the_officers_hands(story: Story) -> None:
    await story.family()
    dossier_id = await story.opened()
    await story.good(await story.assessed(dossier_id))
    unit = story.units.street

    def declaring(number: str) -> dict[str, str]:
        return {"resident_id": number, "occurred_on": "2017-01-04"}

    by = ("verifies", Role.SUB_DISTRICT_OFFICER, unit)
    nobody = await story.step("/own-relatives", *by, **declaring(resident_id(9)))
    assert (nobody.status_code, nobody.json()["code"]) == (422, "nobody-found")
    declared = await story.step("/own-relatives", *by, **declaring(resident_id(1)))
    assert (declared.status_code, declared.json()) == (201, {"person_id": story.worker, "status": "declared"})
    for path, body in (
        (f"/dossiers/{dossier_id}/verification", {"occurred_on": VERIFIED}),
        (f"/dossiers/{dossier_id}/closing", {"occurred_on": VERIFIED, "reason_code": "moved"}),
        (
            f"/households/{story.household}/members/{story.child}/departure",
            {"occurred_on": OPENED, "reason_code": "moved"},
        ),
    ):
        refused = await story.step(path, *by, **body)
        assert (path, refused.status_code, refused.json()["code"]) == (path, 403, "relatives-matter")
    alone = [member(story.worker, "householder", 0)]
    forming = {"union_org_id": story.units.factory_union, "members": alone, "occurred_on": OPENED}
    assert (await story.step("/households", *by, **forming)).json()["code"] == "relatives-matter"
    assert (await story.office.get("/own-relatives")).json() == {"person_ids": [story.worker]}
    story.office.issuer.person = story.people["another"]
    assert (await story.office.get("/own-relatives")).json() == {"person_ids": []}, (
        "whose are whose nobody else is told"
    )
    back = await story.step(f"/own-relatives/{story.worker}/withdrawal", *by, occurred_on="2017-01-04")
    assert back.status_code == 200
    assert (await story.verified(dossier_id)).status_code == 200
    gone = await story.step(f"/own-relatives/{uuid4()}/withdrawal", *by, occurred_on="2017-01-04")
    assert gone.status_code == 404
    assert (await story.office.get("/own-relatives", Role.WORKER)).status_code == 403


async def test_a_relatives_row_of_a_file_is_told_as_such_and_the_others_go_in(office: Office, units: Units) -> None:
    await lived(office, units, 500, 600)
    declaring = {"resident_id": resident_id(1, date(1970, 1, 1)), "occurred_on": "2017-01-04"}
    assert (await office.post("/own-relatives", declaring)).status_code == 201
    sent = await send(office, None, workbook(DOSSIERS, dossier(1), dossier(2)), table="dossiers")
    assert sent.json()["good"] == 1
    assert [code for *_, code in faults(sent)] == ["relatives-matter"]


async def test_on_the_screen_a_relative_is_declared_and_taken_back(story: Story) -> None:
    worker = await story.worker_entered(1)
    page = "/pages/own-relatives"
    approver = Browser(story, "approves", Role.APPROVER)
    told = {"occurred_on": "2017-01-04"}
    nobody = await approver.send(page, page, None, resident_id=resident_id(9), **told)
    assert in_place(nobody) == {"resident_id": "Nobody with this resident ID is registered."}
    declared = await approver.send(page, page, None, resident_id=resident_id(1), **told)
    assert declared.headers["location"] == f"/registry{page}?done=declared"
    assert worker in (await approver.get(page)).text
    back = await approver.send(page, f"{page}/{worker}/withdrawal")
    assert back.headers["location"] == f"/registry{page}?done=withdrawn"
    assert "You have declared nobody." in (await approver.get(page)).text
