"""A dossier over HTTP through its three levels, by those who may, with what the events tell and what they do not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from unionaid.contracts import decode
from unionaid.contracts.registry import DossierApproved, ObjectionRaised, StatementsOpened
from unionaid.eventlog import load
from unionaid.service.roles import Role

from .dossier_story import APPROVED, OPENED, POSTED, POSTED_UNTIL, VERIFIED, WORDS, Story
from .test_http_correcting import report

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


async def events_of(story: Story, stream: str) -> list[Any]:
    async with story.office.pool.acquire() as conn:
        return [decode(event.body)[1] for event in await load(conn, stream)]


async def test_a_dossier_goes_through_its_three_levels(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    dossier = await story.in_force()
    told = await story.shown(dossier)
    assert (told["status"], told["hardship_level"], told["next_review_on"]) == ("approved", "relative", "2017-12-30")
    assert told["assessment"]["income_ratio_percent"] == 104  # 60,000 fen for two, of 29,000 each
    assert told["assessment"]["policy_version"] == "hardship-2013.1"
    assert [(line["code"], line["applies"]) for line in told["explanation"]] == [
        ("deep-by-income", False), ("relative-by-income", True),
    ]  # fmt: skip
    assert [step["step"] for step in told["steps"]] == [
        "DossierOpened", "FiveClearsRecorded", "DossierAssessed", "DossierVerified", "DossierPosted", "DossierApproved",
    ]  # fmt: skip
    *_, approved = await events_of(story, f"dossier-{dossier}")
    assert isinstance(approved, DossierApproved)
    assert (approved.household_size, approved.hardship_cause) == (2, "illness")
    assert (await report(story.office, capsys))["ok"]


async def test_the_notice_counts_working_days_and_must_have_come_down(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    for step in (story.assessed, story.verified, story.posted):
        await story.good(await step(dossier))
    notice = (await story.shown(dossier))["notice"]
    assert (notice["posted_until"], notice["working_days"], notice["place"]) == (POSTED_UNTIL, 5, "厂务公开栏")
    early = await story.approved(dossier, POSTED_UNTIL)
    assert (early.status_code, early.json()["code"]) == (422, "notice-still-up")
    await story.good(await story.approved(dossier, APPROVED))


async def test_no_level_signs_what_it_entered_or_passed(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    await story.assessed(dossier)
    own = await story.step(
        f"/dossiers/{dossier}/verification", "enters", Role.SUB_DISTRICT_OFFICER, story.units.street,
        occurred_on=VERIFIED,
    )  # fmt: skip
    assert (own.status_code, own.json()["code"]) == (403, "passed-by-same")
    await story.good(await story.verified(dossier))
    await story.good(await story.posted(dossier))
    for who in ("enters", "verifies", "posts"):
        own = await story.step(f"/dossiers/{dossier}/approval", who, Role.APPROVER, occurred_on=APPROVED)
        assert (own.status_code, own.json()["code"]) == (403, "passed-by-same")


async def test_nobody_acts_for_the_own_household(story: Story) -> None:
    await story.family()
    story.people["kin"] = f"person-{story.child}"
    opening = {"household_id": story.household, "holder_id": story.worker, "occurred_on": OPENED}
    own = await story.step("/dossiers", "kin", Role.DISTRICT_OFFICER, **opening)
    assert (own.status_code, own.json()["code"]) == (403, "own-matter")
    dossier = await story.opened()
    await story.assessed(dossier)
    street = story.units.street
    for path, role, unit, body in (
        ("clears", Role.DISTRICT_OFFICER, None, {"state_of_mind": "stable"}),
        ("assessments", Role.DISTRICT_OFFICER, None, {}),
        ("verification", Role.SUB_DISTRICT_OFFICER, street, {}),
        ("return", Role.APPROVER, None, {"reason_code": "facts-doubtful"}),
        ("closing", Role.APPROVER, None, {"reason_code": "lifted"}),
    ):
        own = await story.step(f"/dossiers/{dossier}/{path}", "kin", role, unit, occurred_on=VERIFIED, **body)
        assert (path, own.status_code, own.json()["code"]) == (path, 403, "own-matter")


async def test_what_is_missing_holds_it_up_and_comes_back_named(story: Story) -> None:
    await story.family()
    dossier = await story.opened(state_of_mind=None, technical_skill=None)
    await story.assessed(dossier)
    refused = await story.verified(dossier)
    assert (refused.status_code, refused.json()["code"]) == (422, "clears-missing")
    assert "state of mind, technical skill" in refused.json()["detail"]
    back = await story.step(
        f"/dossiers/{dossier}/return", "verifies", Role.SUB_DISTRICT_OFFICER, story.units.street,
        occurred_on=VERIFIED, reason_code="clears-missing", missing_clears=["technical_skill"],
    )  # fmt: skip
    assert back.status_code == 200, back.text
    told = await story.shown(dossier)
    assert (told["status"], told["returned_for"]) == ("returned", "clears-missing")
    assert told["returned_clears"] == ["technical_skill"]
    again = await story.verified(dossier)
    assert (again.status_code, again.json()["code"]) == (409, "dossier-not-at")
    assert "Returned" in again.json()["detail"]
    more = {"state_of_mind": "stable", "technical_skill": "none", "words": {"technical_skill": "标记不会"}}
    await story.good(await story.entered(f"/dossiers/{dossier}/clears", occurred_on=VERIFIED, **more))
    assert (await story.shown(dossier))["clears"]["hardship_cause"] == "illness", "what was left out stays"
    await story.good(await story.verified(dossier))
    read = await story.entered(f"/dossiers/{dossier}/statements/open")
    assert read.json()["statements"][0]["said"] == {**WORDS, "technical_skill": "标记不会"}


async def test_an_objection_is_settled_first_and_whose_it_is_stands_nowhere(story: Story) -> None:
    await story.family()
    dossier, objector = await story.opened(), await story.worker_entered(5)
    for step in (story.assessed, story.verified, story.posted):
        await story.good(await step(dossier))
    raised = await story.step(
        f"/dossiers/{dossier}/objections", "posts", Role.DISTRICT_OFFICER, occurred_on="2016-12-23",
        objection_ground="income", words="标记他有商铺", objector_id=objector,
    )  # fmt: skip
    assert raised.status_code == 200, raised.text
    objection = raised.json()["objection_id"]
    waits = await story.approved(dossier)
    assert (waits.status_code, waits.json()["code"]) == (422, "objection-open")
    path = f"/dossiers/{dossier}/objections/{objection}"
    read = await story.step(f"{path}/statements/open", "approves", Role.APPROVER)
    assert read.json()["statements"] == [{"topic": "objection", "said": {"objection": "标记他有商铺"}}]
    opened = [e for e in await _all(story) if isinstance(e, StatementsOpened)][-1]
    assert opened.opened_person_ids == ()
    for event in await _all(story):
        if isinstance(event, ObjectionRaised | StatementsOpened):
            assert objector not in event.model_dump_json()
    assert objector not in raised.text + read.text + (await story.office.get(f"/dossiers/{dossier}")).text
    settled = await story.step(
        f"{path}/settlement", "approves", Role.APPROVER, occurred_on="2016-12-28", objection_outcome="upheld"
    )
    assert settled.status_code == 200, settled.text
    upheld = await story.approved(dossier)
    assert upheld.json()["code"] == "objection-upheld"


async def _all(story: Story) -> list[Any]:
    rows = await story.office.pool.fetch("SELECT body FROM eventlog.events ORDER BY position")
    return [decode(row["body"])[1] for row in rows]


async def test_a_shock_and_an_officers_own_level(story: Story) -> None:
    await story.family(income_fen=200_000)
    dossier = await story.opened()
    none = await story.assessed(dossier)
    assert (none.status_code, none.json()["code"]) == (422, "level-not-computed")
    for body, code in (
        ({"hardship_level": "deep"}, "override-reason-missing"),
        ({"hardship_level": "sudden", "override_reason": "debts", "shock_fen": 2_000_000}, "override-needless"),
    ):
        assert (await story.assessed(dossier, **body)).json()["code"] == code
    await story.good(await story.assessed(dossier, shock_fen=2_000_000, shock_note="标记手术"))
    made = (await story.shown(dossier))["assessment"]
    assert (made["computed_level"], made["after_shock_percent"]) == ("sudden", 58)
    await story.good(await story.assessed(dossier, hardship_level="deep", override_reason="debts"))
    made = (await story.shown(dossier))["assessment"]
    assert (made["computed_level"], made["hardship_level"], made["override_reason"]) == (None, "deep", "debts")


async def test_a_household_has_one_open_dossier_even_of_many_at_once(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    await story.family()
    story.office.issuer.person = story.people["enters"]
    body = {"household_id": story.household, "holder_id": story.worker, "occurred_on": OPENED}
    answers = await asyncio.gather(*(story.office.post("/dossiers", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert {answer.json().get("code") for answer in answers} == {None, "dossier-open-already"}
    (made,) = (answer.json()["dossier_id"] for answer in answers if answer.is_success)
    close = {"occurred_on": OPENED, "reason_code": "entered-in-error"}
    await story.good(await story.step(f"/dossiers/{made}/closing", "enters", Role.DISTRICT_OFFICER, **close))
    await story.opened()
    assert (await report(story.office, capsys))["ok"]


async def test_reviews_reclassification_closing_and_calling_back(story: Story) -> None:
    dossier = await story.in_force()
    change = {"relation": "householder", "health_code": "chronic", "monthly_income_fen": 20_000}
    path = f"/households/{story.household}/members/{story.worker}/changes"
    await story.good(await story.entered(path, occurred_on="2017-01-02", **change))
    await story.good(await story.entered(f"/dossiers/{dossier}/reviews", occurred_on="2017-01-03"))
    told = await story.shown(dossier)
    assert (told["hardship_level"], told["found_level"], told["next_review_on"]) == ("relative", "deep", "2018-01-03")
    own = await story.step(f"/dossiers/{dossier}/reclassification", "enters", Role.APPROVER, occurred_on="2017-01-03")
    assert own.json()["code"] == "passed-by-same"
    taken = {"occurred_on": "2017-01-04"}
    await story.good(await story.step(f"/dossiers/{dossier}/reclassification", "approves", Role.APPROVER, **taken))
    assert (await story.shown(dossier))["hardship_level"] == "deep"
    closing = {"occurred_on": "2017-01-04", "reason_code": "lifted"}
    officer = await story.step(f"/dossiers/{dossier}/closing", "another", Role.DISTRICT_OFFICER, **closing)
    assert (officer.status_code, officer.json()["code"]) == (403, "approver-needed")
    await story.good(await story.step(f"/dossiers/{dossier}/closing", "approves", Role.APPROVER, **closing))
    back = {"occurred_on": "2017-01-05", "call_back_outcome": "relapsed"}
    await story.good(await story.entered(f"/dossiers/{dossier}/call-backs", **back))
    told = await story.shown(dossier)
    assert told["closed"] == {
        "reason_code": "lifted", "closed_on": "2017-01-04", "called_back": "relapsed", "erased_on": None,
    }  # fmt: skip
    await story.opened(occurred_on="2017-01-05")


async def test_another_unions_dossier_is_not_there(story: Story) -> None:
    dossier = await story.in_force()
    office, elsewhere = story.office, story.units.other_street
    for role, unit, seen in (
        (Role.GRASSROOTS_OFFICER, story.units.factory_union, 1),
        (Role.SUB_DISTRICT_OFFICER, story.units.street, 1),
        (Role.SUB_DISTRICT_OFFICER, elsewhere, 0),
        (Role.GRASSROOTS_OFFICER, None, 0),
        (Role.APPROVER, None, 1),
        (Role.AUDITOR, None, 1),
    ):
        listed = (await office.get("/dossiers", role, unit=unit)).json()["items"]
        assert [row["dossier_id"] for row in listed] == [dossier] * seen
        assert (await office.get("/dossiers/counts", role, unit=unit)).json()["approved"] == seen
        for path in (f"/dossiers/{dossier}", f"/households/{story.household}", f"/households?person_id={story.child}"):
            assert (await office.get(path, role, unit=unit)).status_code == (200 if seen else 404)
    for path, body in (
        (f"/dossiers/{dossier}/reviews", {"occurred_on": APPROVED}),
        (f"/dossiers/{dossier}/statements/open", {}),
        (f"/households/{story.household}/statements/open", {}),
        (f"/households/{story.household}/members/{story.child}/departure",
         {"occurred_on": APPROVED, "reason_code": "moved"}),
    ):  # fmt: skip
        refused = await story.step(path, "another", Role.SUB_DISTRICT_OFFICER, elsewhere, **body)
        assert refused.status_code == 404, path
        assert dossier not in refused.json().get("detail", "")


async def test_what_is_due_overdue_and_not_looked_at_this_year(story: Story) -> None:
    dossier = await story.in_force()
    for due, expected in (("due", []), ("overdue", []), ("not-looked-at", [dossier])):
        listed = (await story.office.get(f"/dossiers?due={due}")).json()["items"]
        assert [row["dossier_id"] for row in listed] == expected
    await story.good(await story.entered(f"/dossiers/{dossier}/reviews", occurred_on="2017-01-04"))
    assert (await story.office.get("/dossiers?due=not-looked-at")).json()["items"] == []
    assert (await story.office.get("/dossiers/counts")).json()["approved"] == 1


async def test_a_step_of_who_read_an_older_version_is_refused(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    await story.assessed(dossier)
    moved = await story.step(
        f"/dossiers/{dossier}/verification", "verifies", Role.SUB_DISTRICT_OFFICER, story.units.street,
        **{"occurred_on": VERIFIED, "If-Match": '"2"'},
    )  # fmt: skip
    assert moved.status_code == 412
    late = await story.verified(dossier, on="2016-12-18")
    assert late.json()["code"] == "date-before-last-step"


async def test_no_word_and_no_income_stands_in_any_event_or_answer(story: Story) -> None:
    dossier = await story.in_force()
    stored = await story.office.pool.fetch("SELECT body FROM eventlog.events")
    answered = await story.office.pool.fetch("SELECT answer FROM eventlog.idempotency")
    kept = b"".join(row[0] for row in (*stored, *answered) if row[0])
    for planted in ("标记", "60000", "60_000", "2001-05-06"):
        assert planted.encode() not in kept
    assert POSTED.encode() in kept, "the events were read"
    assert "标记" not in (await story.office.get(f"/dossiers/{dossier}")).text
