"""The own file: a worker sees what is known of the worker, and who has looked; and of nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .test_http_erasing import NAME, PHONE, erased, registered

if TYPE_CHECKING:
    from .conftest import Office, Units

FIELDS = ["account_holder", "address", "bank_account", "bank_code", "birth_date", "name", "phone", "resident_id"]


async def test_a_worker_sees_the_own_file_and_who_has_looked(office: Office, units: Units) -> None:
    person, other = await registered(office, units), await registered(office, units, 2)
    officer = office.issuer.person
    openings = (([person, other], "contact", Role.DISTRICT_OFFICER), ([other], "audit", Role.AUDITOR))
    for persons, purpose, role in openings:
        asked = {"person_ids": persons, "fields": ["name"], "purpose": purpose}
        assert (await office.post("/identities/open", asked, role)).status_code == 200
    asked_to_be_erased = await office.post(f"/persons/{person}/restriction", {"occurred_on": "2017-01-04"})
    assert asked_to_be_erased.status_code == 200
    office.issuer.person = f"person-{person}"
    told = (await office.get("/own-file", Role.WORKER)).json()
    assert {name: told[name] for name in ("person_id", "union", "birth_year", "migrant", "restricted")} == {
        "person_id": person,
        "union": "样厂工会委员会",
        "birth_year": 1980,
        "migrant": False,
        "restricted": True,
    }
    (look,) = told["looks"]
    assert (look["by"], look["purpose"], look["fields"]) == (officer, "contact", ["name"])
    assert (look["on"], look["roles"], look["union"]) == ("2017-01-05", ["district_officer"], None)
    opened = await office.post("/own-file/opening", {}, Role.WORKER, key="mine")
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "no-store")
    (own,) = opened.json()["persons"]
    assert own["identity"] == {"name": NAME, "phone": PHONE, "resident_id": resident_id(1)}
    again = await office.post("/own-file/opening", {}, Role.WORKER, key="mine")
    assert again.json() == {"opening_id": opened.json()["opening_id"]}
    latest, first = (await office.get("/own-file", Role.WORKER)).json()["looks"]
    assert (latest["by"], latest["purpose"], latest["fields"]) == (f"person-{person}", "own-file", FIELDS)
    assert first == look


async def test_nobody_sees_anothers_own_file(office: Office, units: Units) -> None:
    person = await registered(office, units)
    for role in set(Role) - {Role.WORKER}:
        assert (await office.get("/own-file", role)).status_code == 403, role
    asked = {"person_ids": [person], "fields": ["name"], "purpose": "own-file"}
    refused = await office.post("/identities/open", asked, Role.WORKER, Role.DISTRICT_OFFICER)
    assert (refused.status_code, refused.json()["code"]) == (422, "purpose-unknown")
    office.issuer.person = f"person-{uuid4()}"
    assert (await office.get("/own-file", Role.WORKER)).status_code == 404
    unknown = (await office.post("/own-file/opening", {}, Role.WORKER)).json()["persons"]
    assert [(one["identity"], one["code"]) for one in unknown] == [(None, "not-found")]


async def test_after_an_erasure_there_is_no_file(office: Office, units: Units) -> None:
    person = await registered(office, units)
    await erased(office, person)
    office.issuer.person = f"person-{person}"
    assert (await office.get("/own-file", Role.WORKER)).status_code == 404
    (told,) = (await office.post("/own-file/opening", {}, Role.WORKER)).json()["persons"]
    assert (told["identity"], told["code"]) == (None, "person-erased")


async def test_the_screen_shows_who_has_looked_and_identity_only_on_asking(office: Office, units: Units) -> None:
    person = await registered(office, units)
    asked = {"person_ids": [person], "fields": ["name"], "purpose": "contact"}
    assert (await office.post("/identities/open", asked)).status_code == 200
    office.issuer.person = f"person-{person}"
    for language, heading in (("en", "Who has looked"), ("zh-Hans", "谁查看过"), ("zh-Hant", "誰查看過")):
        token = office.issuer.token([Role.WORKER])
        headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}
        page = await office.client.get("/pages/own-file", headers=headers)
        assert page.status_code == 200, page.text
        assert heading in page.text
        assert not [identity for identity in (NAME, PHONE, resident_id(1)) if identity in page.text]
        hidden = dict(re.findall(r'type="hidden" name="(csrf|key)" value="([^"]*)"', page.text))
        own = await office.client.post("/pages/own-file", data=hidden, headers=headers)
        assert [identity for identity in (NAME, PHONE, resident_id(1)) if identity in own.text] == [
            NAME,
            PHONE,
            resident_id(1),
        ]
        assert "no-store" in own.headers["cache-control"]
        again = await office.client.post("/pages/own-file", data=hidden, headers=headers)
        assert (again.status_code, NAME in again.text) == (200, False)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("yourself", "grassroots officer", "Contact")),
        ("zh-Hans", ("本人", "基层工会干部", "联系")),
        ("zh-Hant", ("本人", "基層工會幹部", "聯繫")),
    ],
)
async def test_who_looked_is_told_by_role_and_union_and_never_by_an_id(
    office: Office, units: Units, language: str, words: tuple[str, str, str]
) -> None:
    yourself, role, purpose = words
    person, unit = await registered(office, units), units.factory_union
    officer = office.issuer.person
    asked = {"person_ids": [person], "fields": ["name"], "purpose": "contact"}
    for _ in range(2):
        assert (await office.post("/identities/open", asked, Role.GRASSROOTS_OFFICER, unit=unit)).status_code == 200
    office.issuer.person = f"person-{person}"
    assert (await office.post("/own-file/opening", {}, Role.WORKER)).status_code == 200
    headers = {"Cookie": f"unionaid_session={office.issuer.token([Role.WORKER])}; unionaid_language={language}"}
    page = (await office.client.get("/pages/own-file", headers=headers)).text.split("<tbody>")[1]
    rows = [re.sub(r"<[^>]*>", "|", row).split("|") for row in page.split("<tr>")[1:]]
    own, look = ([cell for cell in row if cell.strip()] for row in rows)
    assert own[:2] == ["2017-01-05", yourself]
    assert look[:4] == ["2017-01-05", role, "样厂工会委员会", purpose]
    assert look[-1] == "2", "what is the same of a day is told once, with how often"
    assert officer.removeprefix("person-")[:8] not in page
