"""Accounts over HTTP: kept in the vault alone, told to who pays, and what is to be looked at twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from unionaid.contracts.registry import BankAccountStated
from unionaid.service.roles import Role

from .importing_story import entered, faults, number, send
from .sheets import WORKERS, workbook
from .test_http_correcting import corrected, facts
from .test_http_erasing import NAME, erased, registered

if TYPE_CHECKING:
    import httpx

    from .conftest import Office, Units

ACCOUNT, OTHER = "6228481200000001", "6228481200000002"
BASE = {"reason_code": "told", "occurred_on": "2017-01-04"}


async def stated(office: Office, person: str, account: str = ACCOUNT, *roles: Role, **given: Any) -> httpx.Response:
    unit = given.pop("unit", None)
    body = {**BASE, "bank_account": account, **given}
    return await office.post(f"/persons/{person}/bank-account", body, *roles, unit=unit)


async def ended(office: Office, person: str) -> httpx.Response:
    body = {"reason_code": "closed", "occurred_on": "2017-01-04"}
    return await office.post(f"/persons/{person}/bank-account/ending", body)


async def standing(office: Office, *persons: str) -> list[dict[str, Any]]:
    told = await office.post("/account-standings", {"person_ids": list(persons)}, Role.CASHIER)
    assert told.status_code == 200, told.text
    found: list[dict[str, Any]] = told.json()["accounts"]
    return found


async def paid_to(office: Office, person: str) -> Any:
    fields = ["name", "bank_account", "bank_code", "account_holder"]
    asked = {"person_ids": [person], "fields": fields, "purpose": "payment"}
    (told,) = (await office.post("/identities/open", asked, Role.CASHIER)).json()["persons"]
    return told["identity"]


async def test_an_account_is_told_to_who_pays_and_stands_in_no_event(office: Office, units: Units) -> None:
    person = await registered(office, units)
    done = await stated(office, person, bank_code="313871000007", account_holder="标记监护人")
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')
    assert done.json() == {"person_id": person, "account": True}
    whole = {"bank_account": ACCOUNT, "bank_code": "313871000007", "account_holder": "标记监护人"}
    assert await paid_to(office, person) == {"name": NAME, **whole}
    *_, last = await facts(office, person)
    assert isinstance(last, BankAccountStated)
    assert last.identity.vault_version == 2
    for row in await office.pool.fetch("SELECT body FROM eventlog.events"):
        assert not any(value.encode() in row["body"] for value in whole.values())
    assert (await stated(office, person, **{k: v for k, v in whole.items() if k != "bank_account"})).json()[
        "code"
    ] == "account-unchanged"
    assert (await ended(office, person)).status_code == 200
    assert await paid_to(office, person) == {"name": NAME}
    assert (await ended(office, person)).json()["code"] == "account-missing"


async def test_the_account_stays_when_the_name_is_corrected_and_goes_with_the_person(
    office: Office, units: Units
) -> None:
    person = await registered(office, units)
    await stated(office, person)
    assert (await corrected(office, person, name="标记新名字")).status_code == 200
    assert await paid_to(office, person) == {"name": "标记新名字", "bank_account": ACCOUNT}
    await erased(office, person)
    assert await standing(office, person) == []
    assert await paid_to(office, person) is None


async def test_what_is_to_be_looked_at_twice(office: Office, units: Units) -> None:
    one, two, three = [await registered(office, units, serial) for serial in (1, 2, 3)]
    assert await standing(office, one) == []
    await stated(office, one)
    fresh: dict[str, Any] = {"statement": 1, "changed_on": None, "shared_with": []}
    assert await standing(office, one, two) == [{"person_id": one, **fresh}]
    await stated(office, two)
    await stated(office, three, OTHER)
    shared = {person["person_id"]: person["shared_with"] for person in await standing(office, one, two, three)}
    assert shared == {one: [two], two: [one], three: []}
    # entered as of long ago, recorded today: no date that is entered makes a change older
    await stated(office, two, "6228481200000003", occurred_on="2017-01-03", reason_code="changed")
    (of_one, of_two) = await standing(office, one, two)
    assert of_one == {"person_id": one, **fresh}
    assert (of_two["statement"], of_two["changed_on"], of_two["shared_with"]) == (2, "2017-01-05", [])
    # ended and stated anew is a change as well
    await ended(office, three)
    await stated(office, three, OTHER)
    assert [found["changed_on"] for found in await standing(office, three)] == ["2017-01-05"]


async def test_who_states_accounts_and_who_asks(office: Office, units: Units) -> None:
    person = await registered(office, units)
    outside = await stated(office, person, ACCOUNT, Role.GRASSROOTS_OFFICER, unit=units.other_street)
    assert (outside.status_code, outside.json()["code"]) == (404, "not-found")
    inside = await stated(office, person, ACCOUNT, Role.GRASSROOTS_OFFICER, unit=units.factory_union)
    assert inside.status_code == 200
    for role in (Role.CASHIER, Role.ACCOUNTANT, Role.APPROVER, Role.AUDITOR):
        assert (await stated(office, person, OTHER, role)).status_code == 403
    body = {"person_ids": [person]}
    asked = {role: await office.post("/account-standings", body, role) for role in (Role.ACCOUNTANT, Role.APPROVER)}
    assert [answered.status_code for answered in asked.values()] == [200, 403]
    assert (await stated(office, person, "12")).json()["code"] == "account-malformed"
    assert (await stated(office, str(UUID(int=3)))).status_code == 404
    office.issuer.person = f"person-{person}"
    assert (await stated(office, person, OTHER)).json()["code"] == "own-matter"


async def test_an_account_comes_with_the_workers_row(office: Office, units: Units) -> None:
    table = workbook(
        (*WORKERS, "银行卡号", "开户行行号", "户名"),
        ("甲一", number(1), "", "", "", "", ACCOUNT, "313871000007", "标记监护人"),
        ("乙二", number(2), "", "", "", "", "", "", ""),
        ("丙三", number(3), "", "", "", "", "622", "", ""),
        ("丁四", number(4), "", "", "", "", "", "", "标记监护人"),
    )
    sent = await send(office, units, table)
    assert sent.status_code == 201, sent.text
    assert faults(sent) == [(4, "G", "account-malformed"), (5, "G", "account-malformed")]
    (first, second) = [row["person_id"] for row in (await entered(office, sent)).json()["rows"]]
    whole = {"name": "甲一", "bank_account": ACCOUNT, "bank_code": "313871000007", "account_holder": "标记监护人"}
    assert (await paid_to(office, first), await paid_to(office, second)) == (whole, {"name": "乙二"})
    assert [fact.TYPE.split(".")[2] for fact in await facts(office, first)] == [
        "PersonRegistered", "WorkerRegistered", "BankAccountStated",
    ]  # fmt: skip
    assert [found["statement"] for found in await standing(office, first, second)] == [1]
