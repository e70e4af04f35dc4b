"""The screens of people's life and of families: each act its form, what is refused told in place, nothing half done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .dossier_story import Story
from .naming import choose_names
from .test_erasing_dossiers import closed_long_ago
from .test_pages_dossiers import Browser, acts, faults

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

ON = "2017-01-04"


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


def officer(story: Story) -> Browser:
    return Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union)


async def test_a_worker_goes_leaves_comes_back_and_asks_to_be_erased(story: Story) -> None:
    worker = await story.worker_entered(1)
    page = f"/pages/persons/{worker}"
    district = Browser(story, "another", Role.DISTRICT_OFFICER)
    assert acts(await district.get(page)) == {
        "Correct name, ID or phone; give the ID", "Take the ID number away", "Correct enterprise or migrant worker",
        "State the bank account", "Transfer", "Leaves", "The person asks to be erased",
    }  # fmt: skip
    here = await district.send(page, f"{page}/transfer", union_org_id=story.units.factory_union, occurred_on=ON)
    assert (here.status_code, set(faults(here))) == (422, {"transfer-union_org_id"})
    there = {"union_org_id": story.units.street, "enterprise_id": story.units.enterprise, "occurred_on": ON}
    moved = await district.send(page, f"{page}/transfer", **there)
    assert (moved.status_code, moved.headers["location"]) == (303, f"/registry{page}?done=transfer")
    changed = await district.send(page, f"{page}/details", migrant="yes", occurred_on=ON)
    assert changed.status_code == 303, changed.text
    told = (await story.office.get(f"/workers/{worker}")).json()
    assert (told["union_org_id"], told["enterprise_id"], told["migrant"]) == (story.units.street, None, True)
    assert (await officer(story).get(page)).status_code == 404, "of another union now"
    assert (await district.send(page, f"{page}/leaving", reason_code="resigned", occurred_on=ON)).status_code == 303
    gone = await district.get(page)
    assert "was a worker" in gone.text
    assert "resigned" in gone.text
    assert "Is a worker (again)" in acts(gone)
    back = {"union_org_id": story.units.factory_union, "occurred_on": ON}
    assert (await district.send(page, f"{page}/coming-back", **back)).status_code == 303
    asked = await district.send(page, f"{page}/restriction", occurred_on=ON)
    assert asked.status_code == 303
    held = await district.get(page)
    assert "This person asked to be erased" in held.text
    assert acts(held) == {"Leaves", "The person takes that back"}
    assert (await district.send(page, f"{page}/lifting", occurred_on=ON)).status_code == 303
    assert "asked to be erased." not in (await district.get(page)).text


async def test_a_provisional_worker_is_given_the_number_on_the_page(story: Story) -> None:
    form = "/pages/provisional-workers"
    told = {"union_org_id": story.units.factory_union, "name": "标记丙", "phone": "12", "occurred_on": ON}
    wrong = await officer(story).send(form, form, **told)
    assert set(faults(wrong)) == {"phone"}
    sent = await officer(story).send(form, form, **told | {"phone": "13911112222"})
    assert sent.status_code == 303, sent.text
    page = sent.headers["location"].removeprefix("/registry")
    assert page in (await officer(story).get(form)).text
    assert "still to be given" in (await officer(story).get(page)).text
    bad = {"resident_id": resident_id(5)[:-1], "reason_code": "completed", "occurred_on": ON}
    assert set(faults(await officer(story).send(page, f"{page}/correction", **bad))) == {"correction-resident_id"}
    given = await officer(story).send(page, f"{page}/correction", **bad | {"resident_id": resident_id(5)})
    assert given.status_code == 303, given.text
    assert page not in (await officer(story).get(form)).text
    browser = officer(story)
    _, browser.headers = await choose_names(story.office.client, browser.headers, page)
    named = await browser.get(page)
    assert "标记丙" in named.text
    assert resident_id(5)[-4:] in named.text


async def test_a_number_that_is_nobodys_is_taken_away_on_the_page_by_a_form_of_its_own(story: Story) -> None:
    worker = await story.worker_entered(1)
    page = f"/pages/persons/{worker}"
    shown = await officer(story).get(page)
    assert "Only where the number is nobody" in shown.text
    assert "number-invalid" not in shown.text
    reason = {"reason_code": "number-invalid", "phone": "13911112222", "occurred_on": ON}
    assert (await officer(story).send(page, f"{page}/correction", **reason)).status_code == 303
    taken = {**worker_body(story.units, "标记乙", 1), "occurred_on": ON}
    assert (await story.office.post("/workers", taken)).json()["code"] == "resident-id-taken", "it was not taken away"
    done = await officer(story).send(page, f"{page}/number", occurred_on=ON)
    assert (done.status_code, done.headers["location"]) == (303, f"/registry{page}?done=number"), done.text
    assert "Take the ID number away" in (await officer(story).get(done.headers["location"])).text
    assert (await story.office.post("/workers", taken)).status_code == 201
    again = await officer(story).send(page, f"{page}/number", occurred_on=ON)
    assert again.status_code == 422
    assert (await Browser(story, "approves", Role.APPROVER).get(page)).text.count("/number") == 0


async def test_who_stands_for_a_merged_person_is_linked_and_little_is_offered(story: Story) -> None:
    first, second = await story.worker_entered(1), await story.worker_entered(2)
    page = f"/pages/persons/{second}"
    assert (await officer(story).send(page, f"{page}/number", occurred_on=ON)).status_code == 303
    merge = {"person_id": second, "survivor_id": first, "reason_code": "documents-agree", "occurred_on": ON}
    story.office.issuer.person = story.people["another"]
    assert (await story.office.post("/merges", merge)).status_code == 201
    shown = await officer(story).get(page)
    assert acts(shown) == {"Leaves"}
    assert f'/registry/pages/persons/{first}">To the one who stands for both' in shown.text
    assert "/households/new" not in shown.text
    elsewhere = {"union_org_id": story.units.other_street, "occurred_on": ON}
    assert (await story.office.post(f"/workers/{first}/transfer", elsewhere)).status_code == 200
    hidden = await officer(story).get(page)
    assert first not in hidden.text
    assert "belongs to another unit" in hidden.text
    assert (
        "This record was merged"
        not in (await Browser(story, "another", Role.DISTRICT_OFFICER).get(f"/pages/persons/{first}")).text
    )


def worker_body(units: Units, name: str, serial: int) -> dict[str, object]:
    return {
        "union_org_id": units.factory_union, "name": name, "resident_id": resident_id(serial), "migrant": False,
    }  # fmt: skip


async def test_a_transfer_is_asked_for_and_taken_up_or_declined(story: Story) -> None:
    first, second = await story.worker_entered(1), await story.worker_entered(2)
    page, there = "/pages/transfer-requests", story.units.other_street
    asking = Browser(story, "verifies", Role.SUB_DISTRICT_OFFICER, there)
    for serial in (1, 2):
        sent = await asking.send(page, page, resident_id=resident_id(serial), union_org_id=there, occurred_on=ON)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/registry{page}?done=asked")
    assert first not in (await asking.get(page)).text
    nobody = await asking.send(page, page, resident_id=resident_id(9), union_org_id=there, occurred_on=ON)
    assert faults(nobody) == {"resident_id": "Nobody with this resident ID is registered."}
    district = Browser(story, "another", Role.DISTRICT_OFFICER)
    shown = await district.get(page)
    wanted = r'persons/([0-9a-f-]{36})">.*?(transfer-requests/[0-9a-f-]{36})/'
    ways: dict[str, str] = dict(re.findall(wanted, shown.text, re.DOTALL))
    assert set(ways) == {first, second}
    taken = await district.send(page, f"/pages/{ways[first]}/taking-up", occurred_on=ON)
    assert taken.headers["location"].endswith("?done=taking-up")
    assert (await story.office.get(f"/workers/{first}")).json()["union_org_id"] == there
    assert "Tick" not in (await district.send(page, f"/pages/{ways[second]}/declining", occurred_on=ON)).text
    declined = await district.send(page, f"/pages/{ways[second]}/declining", reason_code="stays", occurred_on=ON)
    assert declined.headers["location"].endswith("?done=declining")
    assert "No request waits for you" in (await district.get(page)).text


async def test_a_family_changes_on_its_page(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    page = f"/pages/households/{story.household}"
    other = await story.worker_entered(2)
    stands = {"relation": "spouse", "health_code": "healthy", "monthly_income_yuan": "1000", "occurred_on": ON}
    nobody = await officer(story).send(page, f"{page}/joining", who=resident_id(9), **stands)
    assert faults(nobody) == {"joining-who": "Nobody with this resident ID is registered."}
    joined = await officer(story).send(page, f"{page}/joining", who=resident_id(2), **stands)
    assert joined.headers["location"] == f"/registry{page}?done=joining"
    twice = await officer(story).send(page, f"{page}/joining", who=other, **stands)
    assert "joining-who" in faults(twice)
    ill = {**stands, "person_id": other, "health_code": "chronic", "monthly_income_yuan": "0.005"}
    assert set(faults(await officer(story).send(page, f"{page}/member", **ill))) == {"member-monthly_income_yuan"}
    assert (
        await officer(story).send(page, f"{page}/member", **ill | {"monthly_income_yuan": "900"})
    ).status_code == 303
    browser = officer(story)
    _, browser.headers = await choose_names(story.office.client, browser.headers, page)
    for place in (page, f"{page}/split", f"/pages/households/new?who={other}"):
        assert "标记甲乙丙" in (await browser.get(place)).text, place
    gone = {"person_id": story.worker, "reason_code": "died", "occurred_on": ON}
    held = await officer(story).send(page, f"{page}/departure", **gone)
    assert set(faults(held)) == {"departure-new_holder_id"}
    passed = await officer(story).send(page, f"{page}/departure", new_holder_id=other, **gone)
    assert passed.status_code == 303, passed.text
    assert (await story.shown(dossier))["holder_id"] == other
    kin = Browser(story, "kin", Role.DISTRICT_OFFICER) if story.people.setdefault("kin", f"person-{other}") else None
    assert kin is not None
    assert acts(await kin.get(page)) == set(), "nobody acts for the own household"


async def test_a_letter_of_admission_is_kept_as_its_hash(story: Story) -> None:
    await story.family()
    page, where = f"/pages/households/{story.household}", f"/pages/admissions/{story.household}"
    told = {"person_id": story.child, "school_stage": "college", "school": "标记大学", "occurred_on": ON}
    without = await officer(story).send(page, where, **told)
    assert faults(without) == {"admission-letter": "Choose a file."}
    scan = b"%PDF a letter" * 200_000
    sent = await officer(story).send(page, where, scan, **told)
    assert sent.status_code == 303, sent.text
    child = (await story.office.get(f"/households/{story.household}")).json()["members"][1]
    assert child["school_stage"] == "college"
    assert len(child["admission_letter_sha256"]) == 64
    assert "letter of admission recorded" in (await officer(story).get(page)).text


async def test_a_household_splits_on_its_screen(story: Story) -> None:
    await story.family()
    await story.opened()
    page = f"/pages/households/{story.household}/split"
    told = {"reason_code": "divorce", "occurred_on": ON}
    nobody = await officer(story).send(page, page, **told)
    assert nobody.status_code == 422
    goes = {"goes-0": "yes", "relation-0": "householder", "health_code-0": "healthy", "monthly_income_yuan-0": "1,0"}
    assert set(faults(await officer(story).send(page, page, **told, **goes))) == {"monthly_income_yuan-0"}
    goes["monthly_income_yuan-0"] = "600"
    assert set(faults(await officer(story).send(page, page, **told, **goes))) == {"new_holder_id"}
    done = await officer(story).send(page, page, new_holder_id=story.child, **told, **goes)
    assert done.status_code == 303, done.text
    new = done.headers["location"].removeprefix("/registry")
    assert f"/persons/{story.worker}" in (await officer(story).get(new)).text
    assert f"/persons/{story.worker}" not in (await officer(story).get(f"/pages/households/{story.household}")).text


async def test_whose_periods_have_ended_is_erased_from_the_list(story: Story) -> None:
    dossier = await closed_long_ago(story)
    approver = Browser(story, "approves", Role.APPROVER)
    dossiers, persons = "/pages/retention?show=ended-dossiers", "/pages/retention"
    assert f"/dossiers/{dossier}" in (await approver.get(dossiers)).text
    page = f"/pages/dossiers/{dossier}"
    assert acts(await approver.get(page)) == {"Destroy its words for good"}
    assert (await approver.send(page, f"{page}/erasure", occurred_on="2017-01-05")).status_code == 303
    assert "Its words were destroyed on 2017-01-05." in (await approver.get(page)).text
    assert "Nobody here." in (await approver.get(dossiers)).text
    page = f"/pages/persons/{story.child}"
    assert page in (await approver.get(persons)).text
    ended = {"reason_code": "retention-ended", "occurred_on": "2017-01-05"}
    early = f"/pages/persons/{story.worker}"
    refused = await approver.send(early, f"{early}/erasing", **ended)
    assert "A record of the person is open" in faults(refused)["erasing-reason_code"]
    done = await approver.send(page, f"{page}/erasing", **ended)
    assert done.headers["location"] == "/registry/pages/retention?done=erasing"
    assert page not in (await approver.get(persons)).text
    assert story.child in (await approver.get("/pages/retention?show=unconfirmed")).text
    assert (await approver.get(page)).status_code == 410
    assert (await officer(story).get(persons)).status_code == 403
