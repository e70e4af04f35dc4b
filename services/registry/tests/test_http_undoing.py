"""A merge is undone over HTTP: asked for, answered, done or refused, and all is as it was before."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from unionaid.contracts.registry import UnmergeAnswered, pair_id
from unionaid.contracts.samples import SAMPLES
from unionaid.eventlog import OwnViews
from unionaid.registry.application.undoing import Undoing
from unionaid.registry.examples import resident_id
from unionaid.registry.main import imply
from unionaid.registry.policies import read_thresholds
from unionaid.registry.views.writing import RegistryViews
from unionaid.service.reservations import compare
from unionaid.service.roles import Role
from unionaid.service.settings import MigrationSettings

from .conftest import TODAY
from .dossier_story import Story, member
from .test_http_duplicates import listed, merged, settled, two, worker
from .undoing import asked_about, facts_of, hear, itself, mutualaid_clears, relief_blocks, relief_clears, undone

if TYPE_CHECKING:
    import httpx

    from .conftest import Office, Units

ON = "2017-01-05"
(PAYMENT,) = SAMPLES[UnmergeAnswered].event.payments  # type: ignore[attr-defined]


async def asked(office: Office, pair: str, *roles: Role, **body: Any) -> httpx.Response:
    told = {"reason_code": "different-people", "occurred_on": ON, **body}
    return await office.post(f"/duplicates/{pair}/undoing", told, *roles)


async def one_of_two(office: Office, units: Units) -> tuple[str, str, str]:
    """Two who were merged: who is merged, who stands for both, and the pair."""
    one, other, pair = await two(office, units)
    await settled(office, other)
    done = await merged(office, other, one)
    assert done.status_code == 201, done.text
    return other, one, pair


async def agreed(office: Office, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether what is reserved is what the events imply."""
    capsys.readouterr()
    settings = MigrationSettings(owner_database_url=office.database.owner_dsn)
    code = await compare(settings, imply, rebuild=False)
    report = json.loads(capsys.readouterr().out)
    assert report["ok"], report
    return code == 0


async def shown(office: Office, pair: str) -> dict[str, Any]:
    told: dict[str, Any] = (await office.get(f"/duplicates/{pair}")).json()
    return told


def code(answered: httpx.Response) -> tuple[int, str]:
    return answered.status_code, answered.json()["code"]


async def test_it_is_undone_when_both_have_cleared_it_and_all_is_as_before(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, pair = await two(office, units)
    await settled(office, other)
    before, found = await shown(office, pair), await office.post("/searches", {"name": "欧阳国华"})
    assert (await merged(office, other, one)).status_code == 201
    assert await agreed(office, capsys)
    answered = await asked(office, pair)
    assert answered.status_code == 202, answered.text
    waiting = await shown(office, pair)
    assert (waiting["status"], waiting["answer_until"], waiting["answers"]) == ("undo-asked", "2017-01-08", [])
    assert await agreed(office, capsys)
    request = await asked_about(office, pair)
    assert set(request.held_person_ids) == {UUID(one), UUID(other)}
    await hear(office, mutualaid_clears(request))
    assert [told["service"] for told in (await shown(office, pair))["answers"]] == ["mutualaid"]
    await hear(office, relief_clears(request))
    after = await shown(office, pair)
    assert {**after, "answers": [], "person_id": 0, "other_person_id": 0} == {
        **before, "person_id": 0, "other_person_id": 0,
    }  # fmt: skip
    assert (await office.post("/searches", {"name": "欧阳国华"})).json() == found.json()
    assert await agreed(office, capsys)
    (waiting,) = await listed(office)
    assert waiting["pair_id"] == pair
    apart = await office.post(f"/duplicates/{pair}/kept-apart", {"reason_code": "relatives", "occurred_on": ON})
    assert apart.status_code == 200, apart.text


async def test_they_can_be_merged_again_and_undone_again(office: Office, units: Units) -> None:
    person, survivor, pair = await one_of_two(office, units)
    for _ in range(2):
        assert (await asked(office, pair)).status_code == 202
        await undone(office, pair)
        done = await office.post(
            "/merges",
            {"person_id": person, "survivor_id": survivor, "reason_code": "documents-agree", "occurred_on": ON},
        )
        assert done.status_code == 201, done.text
    assert (await shown(office, pair))["status"] == "merged"


async def test_a_pair_that_nobody_was_asked_about_is_unseen_again(office: Office, units: Units) -> None:
    one = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    other = await office.made("/workers", worker(units.factory_union, "孙七", resident_id(9)), "person_id")
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    pair = str(pair_id(UUID(one), UUID(other)))
    assert (await asked(office, pair)).status_code == 202
    await undone(office, pair)
    assert (await office.get(f"/duplicates/{pair}")).status_code == 404
    assert (await merged(office, other, one)).status_code == 201


async def test_payments_that_stand_against_it_are_shown_and_looked_at(office: Office, units: Units) -> None:
    _, _, pair = await one_of_two(office, units)
    assert (await asked(office, pair)).status_code == 202
    request = await asked_about(office, pair)
    await hear(office, relief_blocks(request, PAYMENT), mutualaid_clears(request))
    told = await shown(office, pair)
    assert (told["status"], told["undo_refused"]) == ("merged", "payments-stand")
    ((paid,),) = [answer["payments"] for answer in told["answers"] if not answer["cleared"]]
    assert paid["application_id"] == str(PAYMENT.application_id)
    assert (await asked(office, pair, seen_payments=[paid["application_id"]])).status_code == 202
    assert (await asked_about(office, pair)).seen_payments == (PAYMENT.application_id,)
    await hear(office, relief_clears(request))  # to the request before: nothing
    assert (await shown(office, pair))["status"] == "undo-asked"
    await undone(office, pair)
    assert (await shown(office, pair))["status"] == "found"


async def test_without_an_answer_in_time_the_merge_stays(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, pair = await one_of_two(office, units)
    assert (await asked(office, pair)).status_code == 202
    request = await asked_about(office, pair)
    await hear(office, relief_clears(request))
    undoing = Undoing(office.pool, read_thresholds(), OwnViews(office.pool, RegistryViews()).settled)
    assert await undoing.refuse_late(itself(office, TODAY + timedelta(days=3))) == 0
    late = itself(office, TODAY + timedelta(days=4))
    assert (await shown(office, pair))["status"] == "undo-asked"
    assert await undoing.refuse_late(late) == 1
    told = await shown(office, pair)
    assert (told["status"], told["undo_refused"]) == ("merged", "no-answer")
    assert await undoing.refuse_late(late) == 0
    await hear(office, mutualaid_clears(request))
    assert (await shown(office, pair))["status"] == "merged"
    assert await agreed(office, capsys)
    assert (await asked(office, pair, occurred_on="2017-01-05")).status_code == 422  # before the refusal's day


async def test_what_waits_too_long_is_told(office: Office, units: Units) -> None:
    _, _, pair = await one_of_two(office, units)
    assert (await asked(office, pair)).status_code == 202
    checks = (await office.client.get("/readyz")).json()["checks"]
    assert checks["undoings"]["health"] == "ok"
    await shown(office, pair)
    await office.pool.execute("UPDATE views.pair SET answer_until = '2017-01-04'")
    checks = (await office.client.get("/readyz")).json()["checks"]
    assert checks["undoings"] == {"health": "degraded", "reason": "1 undoings undecided"}


async def test_of_a_chain_the_last_is_undone_first_and_all_are_held(office: Office, units: Units) -> None:
    person, survivor, pair = await one_of_two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    await settled(office, survivor)
    assert (await merged(office, survivor, third)).status_code == 201
    assert code(await asked(office, pair)) == (409, "later-merge-first")
    later = str(pair_id(UUID(survivor), UUID(third)))
    assert (await asked(office, later)).status_code == 202
    assert set((await asked_about(office, later)).held_person_ids) == {UUID(one) for one in (person, survivor, third)}
    assert code(await asked(office, pair)) == (409, "later-merge-first")
    await undone(office, later)
    assert (await asked(office, pair)).status_code == 202


async def test_while_it_is_asked_nobody_joins_them_and_it_is_not_asked_twice(office: Office, units: Units) -> None:
    person, survivor, pair = await one_of_two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    await settled(office, third)
    assert (await asked(office, pair)).status_code == 202
    assert code(await merged(office, third, survivor)) == (409, "undo-under-way")
    assert code(await asked(office, pair)) == (409, "undo-under-way")
    await undone(office, pair)
    assert (await merged(office, third, survivor)).status_code == 201
    assert person != survivor


async def test_two_who_were_merged_into_one_are_not_asked_about_at_once(office: Office, units: Units) -> None:
    _, survivor, pair = await one_of_two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    await settled(office, third)
    assert (await merged(office, third, survivor)).status_code == 201
    other = str(pair_id(UUID(third), UUID(survivor)))
    answers = await asyncio.gather(asked(office, pair), asked(office, other), asked(office, pair))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"undo-under-way"}


async def test_a_merge_and_a_request_at_once_hold_everybody_or_one_is_refused(office: Office, units: Units) -> None:
    person, survivor, pair = await one_of_two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    await settled(office, third)
    joined, undoing = await asyncio.gather(merged(office, third, survivor), asked(office, pair))
    assert undoing.status_code == 202, undoing.text
    held = set((await asked_about(office, pair)).held_person_ids)
    if joined.status_code == 201:
        assert held == {UUID(person), UUID(survivor), UUID(third)}
    else:
        assert code(joined) == (409, "undo-under-way")
        assert held == {UUID(person), UUID(survivor)}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", [Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR])
async def test_district_officers_alone_ask(refusing: Office, standing: Units, role: Role) -> None:
    assert (await asked(refusing, str(uuid4()), role)).status_code == 403


async def test_what_cannot_be_undone_is_refused_by_name(office: Office, units: Units) -> None:
    assert (await asked(office, str(uuid4()))).status_code == 404
    one, other, pair = await two(office, units)
    assert code(await asked(office, pair)) == (409, "pair-not-merged")
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    for body in ({"reason_code": "because"}, {"seen_payments": ["x"]}, {"seen_payments": [str(uuid4())] * 501}):
        assert (await asked(office, pair, **body)).status_code == 422
    assert code(await asked(office, pair, occurred_on="2017-01-06")) == (422, "date-in-future")
    office.issuer.person = f"person-{one}"
    assert code(await asked(office, pair)) == (403, "own-matter")
    assert [type(fact).__name__ for fact in await facts_of(office, pair)] == ["PossibleDuplicateFound", "WorkerMerged"]


async def test_two_households_and_two_dossiers_are_settled_before_a_merge(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story(office, units)
    await story.family()
    dossier = await story.opened()
    other = await story.worker_entered(3)
    await settled(office, other)
    formed = await story.entered(
        "/households", union_org_id=units.factory_union, occurred_on="2016-12-10",
        members=[member(other, "householder", 1)],
    )  # fmt: skip
    household = formed.json()["household_id"]
    assert code(await merged(office, other, story.worker)) == (409, "two-households")
    second = await story.entered(
        "/dossiers", household_id=household, holder_id=other, occurred_on="2016-12-19",
        family_situation="ordinary",
    )  # fmt: skip
    assert second.status_code == 201, second.text
    assert code(await merged(office, other, story.worker)) == (409, "two-open-dossiers")
    assert code(await merged(office, story.child, story.worker)) == (409, "twice-in-household")
    alone = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    assert code(await merged(office, other, alone)) == (409, "number-and-household-apart")
    await settled(office, alone)
    assert code(await merged(office, other, alone)) == (409, "survivor-lacks-household")
    provisional = await story.child_entered("标记另一")
    assert (await merged(office, provisional, story.worker)).status_code == 201
    assert await agreed(office, capsys)
    joining = await story.entered(
        f"/households/{household}/members", **member(provisional, "child", 0), occurred_on="2017-01-04"
    )
    assert code(joining) == (409, "person-merged")
    pair = str(pair_id(UUID(provisional), UUID(story.worker)))
    office.issuer.person = story.people["posts"]
    assert (await asked(office, pair)).status_code == 202
    await undone(office, pair)
    joining = await story.entered(
        f"/households/{household}/members", **member(provisional, "child", 0), occurred_on="2017-01-04"
    )
    assert joining.is_success, joining.text
    assert await agreed(office, capsys)
    assert (await story.shown(dossier))["holder_id"] == story.worker
