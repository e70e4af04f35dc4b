"""The screen on which a worker is registered: what it offers, what it enters, where it says what is wrong."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml

from unionaid.registry.examples import resident_id
from unionaid.service.languages import Language
from unionaid.service.roles import Role

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

NEW = "/pages/workers/new"
NAME = "标记<甲>乙丙"
ID = resident_id(1)
PACKAGE = Path(str(files("unionaid.registry")))


class Browser:
    """A browser of somebody signed in; follows no redirect."""

    def __init__(self, office: Office, role: Role, unit: str | None = None, language: str = "en") -> None:
        token = office.issuer.token([role], unit)
        self._client = office.client
        self._headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path.removeprefix("/registry"), headers=self._headers)

    async def send(self, **fields: str) -> httpx.Response:
        """Open the form, fill it in, send it."""
        blank = await self.get(NEW)
        assert blank.status_code == 200, blank.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', blank.text))
        assert set(hidden) == {"csrf", "key"}
        return await self._client.post(NEW, data=hidden | fields, headers=self._headers)


def filled(units: Units, **changed: str) -> dict[str, str]:
    given = {
        "union_org_id": units.factory_union, "enterprise_id": units.enterprise, "name": "标记甲乙丙",
        "resident_id": ID, "phone": "13912345678", "migrant": "yes", "occurred_on": "2017-01-03",
    }  # fmt: skip
    return given | changed


def faults(shown: httpx.Response) -> dict[str, str]:
    """What stands beside the fields."""
    return {
        name: html.unescape(text)
        for name, text in re.findall(r'<span class="fault" id="(\w+)-fault">([^<]*)</span>', shown.text)
    }


async def test_a_worker_is_registered_once_and_shown_without_identity(office: Office, units: Units) -> None:
    browser = Browser(office, Role.GRASSROOTS_OFFICER, units.factory_union)
    before = await office.events()
    sent = await browser.send(**filled(units))
    assert sent.status_code == 303, sent.text
    assert await office.events() == before + 2
    assert re.fullmatch(r"/registry/pages/workers/[0-9a-f-]{36}", sent.headers["location"])
    shown = await browser.get(sent.headers["location"])
    assert shown.status_code == 200
    assert "<dd>样厂工会委员会</dd>" in shown.text
    assert "<dd>1980</dd>" in shown.text
    for identity in ("标记", ID, "13912345678"):
        assert identity not in shown.text
    person_id = sent.headers["location"].rpartition("/")[2]
    asked = await office.get(f"/workers/{person_id}")
    assert asked.json()["migrant"] is True


async def test_the_same_form_sent_twice_enters_one(office: Office, units: Units) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    first = await browser.send(**filled(units))
    assert first.status_code == 303
    before = await office.events()
    sent = dict(httpx.QueryParams(first.request.content.decode()))
    again = await office.client.post(NEW, data=sent, headers={"Cookie": first.request.headers["cookie"]})
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert await office.events() == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"resident_id": ID[:-1] + ("0" if ID[-1] != "0" else "1")}, "resident_id", "The last character of the"),
        ({"resident_id": ""}, "resident_id", "Enter the resident ID."),
        ({"name": ""}, "name", "Enter the person's name."),
        ({"phone": "12"}, "phone", "Enter a mobile number"),
        ({"union_org_id": ""}, "union_org_id", "Required."),
        ({"union_org_id": "x"}, "union_org_id", "Must be a UUID."),
        ({"occurred_on": "2017-02-30"}, "occurred_on", "Must be a date"),
        ({"occurred_on": "2017-01-06"}, "occurred_on", "The date is later than today"),
    ],
)
async def test_a_fault_stands_beside_its_field_and_nothing_is_entered(
    refusing: Office, standing: Units, changed: dict[str, str], field: str, reason: str
) -> None:
    before = await refusing.events()
    shown = await Browser(refusing, Role.DISTRICT_OFFICER).send(**filled(standing, **changed))
    assert shown.status_code == 422
    assert set(faults(shown)) == {field}
    assert faults(shown)[field].startswith(reason)
    assert 'value="13912345678"' in shown.text or "phone" in changed, "what was typed stays"
    assert await refusing.events() == before


async def test_what_was_typed_comes_back_as_text(office: Office, units: Units) -> None:
    shown = await Browser(office, Role.DISTRICT_OFFICER).send(**filled(units, name=NAME, resident_id="1"))
    assert "<甲>" not in shown.text
    assert html.escape(NAME) in shown.text


async def test_a_duplicate_is_told_in_the_readers_language(office: Office, units: Units) -> None:
    await Browser(office, Role.DISTRICT_OFFICER).send(**filled(units))
    for language in Language:
        shown = await Browser(office, Role.DISTRICT_OFFICER, language=language).send(**filled(units))
        locale = yaml.safe_load((PACKAGE / "locale" / f"{language}.yaml").read_text("utf-8"))
        assert faults(shown) == {"resident_id": locale["resident-id-taken"]}
        assert "screen-" not in shown.text.replace("screen-only", ""), "every text is there"


async def test_only_unions_of_the_own_jurisdiction_are_offered(office: Office, units: Units) -> None:
    await office.get("/union-orgs")
    street = await Browser(office, Role.SUB_DISTRICT_OFFICER, units.street).get(NEW)
    assert f'value="{units.factory_union}"' in street.text
    assert f'value="{units.other_street}"' not in street.text
    other = Browser(office, Role.SUB_DISTRICT_OFFICER, units.other_street)
    refused = await other.send(**filled(units))
    assert refused.status_code == 422
    assert "outside your jurisdiction" in refused.text
    made = await Browser(office, Role.DISTRICT_OFFICER).send(**filled(units))
    assert (await other.get(made.headers["location"])).status_code == 404


async def test_who_enters_nobody_gets_no_form(office: Office, units: Units) -> None:
    assert (await Browser(office, Role.CASHIER).get(NEW)).status_code == 403


async def test_every_page_is_marked_while_the_clock_is_simulated(office: Office, units: Units) -> None:
    shown = await Browser(office, Role.DISTRICT_OFFICER).get(NEW)
    assert "Simulated clock: today is 2017-01-05." in shown.text


def test_every_text_of_the_screens_is_used() -> None:
    sources = (*PACKAGE.glob("templates/*.html"), *PACKAGE.glob("pages/*.py"))
    written = "\n".join(file.read_text("utf-8") for file in sources)
    known = yaml.safe_load((PACKAGE / "locale" / "en.yaml").read_text("utf-8"))
    by_value = tuple(re.findall(r'"(screen-[a-z-]+-)" ~', written))
    assert {
        c for c in known if c.startswith("screen-") and f'"{c}"' not in written and not c.startswith(by_value)
    } == set()
