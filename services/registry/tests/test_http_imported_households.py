"""Households brought in over HTTP: entered whole or not at all, members found by their IDs, everything told."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.registry.domain.person.resident_id import converted
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role
from unionaid.testkit.stack import Postgres

from .conftest import ON, Office, established, opened
from .importing_story import entered, faults, number, send
from .sheets import WORKERS, rows_of, workbook

if TYPE_CHECKING:
    from .conftest import Units

HOUSEHOLDS = (
    "家庭编号", "姓名", "身份证号", "出生日期", "性别",
    "与户主关系", "健康状况", "就学阶段", "月收入（元）", "健康说明",
)  # fmt: skip
CHILD_ID = resident_id(1, date(2006, 5, 6))
OLD = "640302800229001"
Row = tuple[object, ...]


def head(key: str, n: int, name: str = "甲", **more: object) -> Row:
    """A householder whose ID is the n-th."""
    return (
        key,
        name,
        more.get("id", number(n)),
        "",
        "",
        more.get("relation", "户主"),
        "健康",
        "",
        more.get("income", 800),
    )


def child(key: str, name: str = "乙", born: object = "2009-05-17") -> Row:
    """A child without an ID."""
    return (key, name, "", born, "女", "子女", "健康", "小学", 0)


async def households_of(office: Office, done: Any) -> list[dict[str, Any]]:
    """The households that an entry made, each as it is shown."""
    ids = dict.fromkeys(row["household_id"] for row in done.json()["rows"])
    return [(await office.get(f"/households/{one}")).json() for one in ids]


async def test_households_are_entered_whole_and_bad_ones_come_back_whole(office: Office, units: Units) -> None:
    worker = (await entered(office, await send(office, units, workbook(WORKERS, ("甲", number(1)))))).json()["rows"][0]
    before = await office.events()
    table = workbook(
        HOUSEHOLDS,
        head("1", 1, "甲", income=1234.5),
        ("1", "阿依古丽•买买提", CHILD_ID, date(2006, 5, 6), "男", "儿子", "大病", "初中", "", "尿毒症"),
        ("1", "𠮷𡚸", number(2).replace("6", "６", 1), "", "", "配偶", "残疾", "", "12.345"),
        head("２", 3),
        child("2"),
        ("二", "丙", 640302198002290016, "", "", "户主", "健康", "", "100"),
        child("二", "丁"),
        ("", "戊", number(4), "", "", "户主", "健康", "", "0"),
    )
    sent = await send(office, units, table, table="households")
    assert sent.status_code == 201, sent.text
    assert faults(sent) == [
        (2, "A", "household-waits"),
        (3, "I", "cell-missing"),
        (4, "I", "amount-form"),
        (7, "C", "cell-number"),
        (8, "A", "household-waits"),
        (9, "A", "cell-missing"),
    ]
    assert [sent.json()[key] for key in ("rows", "good", "known", "bad")] == [8, 2, 0, 6]
    assert await office.events() == before, "a look enters nothing"
    done = await entered(office, sent)
    assert done.status_code == 201, done.text
    assert [row["row"] for row in done.json()["rows"]] == [5, 6]
    assert await office.events() == before + 2 + 1 + 2 + 1, "two persons, a household of two, the import"
    headers = {"Authorization": f"Bearer {office.issuer.token([Role.DISTRICT_OFFICER])}", "Accept-Language": "en"}
    got = await office.client.get(f"/imports/{sent.json()['import_id']}/corrections", headers=headers)
    header, *rows = rows_of(got.content)
    assert [row[-1] for row in rows] == ["2", "3", "4", "7", "8", "9"]
    assert "row 3" in rows[0][-2]
    rows[1][8], rows[2][8], rows[3][2], rows[5][0] = "0", "12.34", number(5), "五"
    again = await send(office, units, workbook(header, *rows), table="households")
    assert (again.json()["good"], again.json()["bad"]) == (6, 0), again.text
    done = await entered(office, again)
    first, second, third = await households_of(office, done)
    assert len(first["members"]) == 3
    assert [len(one["members"]) for one in (second, third)] == [2, 1]
    assert worker["person_id"] in {member["person_id"] for member in first["members"]}, "a worker is found by the ID"
    assert {(m["relation"], m["health_code"], m["school_stage"]) for m in first["members"]} == {
        ("householder", "healthy", None), ("child", "serious_illness", "lower_secondary"), ("spouse", "disabled", None),
    }  # fmt: skip
    said = await office.post(f"/households/{first['household_id']}/statements/open", {})
    incomes = {row["person_id"]: row["said"].get("monthly_income_fen") for row in said.json()["statements"]}
    assert sorted(incomes.values(), key=str) == ["0", "1234", "123450"], said.text
    assert incomes[worker["person_id"]] == "123450"


async def test_the_same_file_twice_changes_nothing(office: Office, units: Units) -> None:
    table = workbook(HOUSEHOLDS, head("1", 1), child("1"), child("1", "丙", "2011-01-02"), head("2", 2, income=""))
    assert (await entered(office, await send(office, units, table, table="households"))).status_code == 201
    before = await office.events()
    again = await send(office, units, table, table="households")
    assert [again.json()[key] for key in ("good", "known", "bad")] == [0, 3, 1]
    refused = await office.post(f"/imports/{again.json()['import_id']}/entry", {"rows": 3})
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing-to-enter")
    other_order = workbook(HOUSEHOLDS, child("一", "丙", "2011-01-02"), head("一", 1), child("一"))
    assert (await send(office, units, other_order, table="households")).json()["known"] == 3
    assert await office.events() == before


async def test_who_stands_twice_is_told_with_both_rows(office: Office, units: Units) -> None:
    table = workbook(
        HOUSEHOLDS,
        head("1", 1), child("1"), ("1", "甲", number(1), "", "", "配偶", "健康", "", 0), child("1"),
        head("2", 2), head("3", 2, "丙"),
        head("4", 4), head("4", 5, "丁"), head("5", 6, relation="子女"), child("6"),
        ("7", "戊", OLD, "", "", "户主", "健康", "", 0), ("7", "戊", converted(OLD), "", "", "配偶", "健康", "", 0),
    )  # fmt: skip
    sent = await send(office, units, table, table="households")
    assert faults(sent) == [
        (2, "A", "household-waits"),
        (3, "A", "household-waits"),
        (4, "C", "member-row-twice"),
        (5, "B", "member-row-twice"),
        (7, "C", "resident-id-of-two"),
        (8, "A", "household-waits"),
        (9, "F", "householder-twice"),
        (10, "F", "householder-missing"),
        (11, "C", "household-without-id"),
        (11, "F", "householder-missing"),
        (12, "C", "resident-id-15-digits"),
        (13, "C", "member-row-twice"),
    ]
    reasons = {fault["row"]: fault["reason"] for fault in sent.json()["faults"]}
    assert reasons[4] == "Rows 2 and 4 of this household are the same person."
    assert reasons[13] == "Rows 12 and 13 of this household are the same person."
    assert [sent.json()[key] for key in ("good", "old_ids", "bad")] == [1, 0, 11]


async def test_an_old_number_keeps_its_household_until_it_is_converted(office: Office, units: Units) -> None:
    table = workbook(HOUSEHOLDS, head("1", 0, id=OLD), child("1"), head("2", 2), head("3", 0, id="640302800229998"))
    sent = await send(office, units, table, table="households")
    assert [sent.json()[key] for key in ("good", "old_ids", "bad")] == [1, 2, 3]
    assert faults(sent) == [
        (2, "C", "resident-id-15-digits"), (3, "A", "household-waits"), (5, "C", "resident-id-15-digits")
    ]  # fmt: skip
    path = f"/imports/{sent.json()['import_id']}/entry"
    done = await office.post(path, {"rows": 3, "convert_old_ids": True})
    assert done.status_code == 201, done.text
    assert [row["row"] for row in done.json()["rows"]] == [2, 3, 4]
    [match] = (await office.post("/matches", {"kind": "resident_id", "values": [converted(OLD)]})).json()["matches"]
    assert match["person_id"] == done.json()["rows"][0]["person_id"]


async def test_birth_date_and_sex_beside_an_id_must_agree_with_it(office: Office, units: Units) -> None:
    table = workbook(
        HOUSEHOLDS,
        ("1", "甲", CHILD_ID, "20060506", "", "户主", "健康", "", 0),
        ("2", "乙", number(2), "1999-01-01", "", "户主", "健康", "", 0),
        ("3", "丙", number(3), "", "", "户主", "健康", "", 0), child("3", "丁", ""), child("3", "戊", "2009-02-30"),
        child("3", "己", "2018-01-01"), child("3", "庚", "5/6/2009"), child("3", "辛", 39950),
    )  # fmt: skip
    sent = await send(office, units, table, table="households")
    assert faults(sent) == [
        (3, "D", "birth-date-with-id"),
        (4, "A", "household-waits"),
        (5, "D", "birth-date-missing"),
        (6, "D", "date-impossible"),
        (7, "D", "birth-date-in-future"),
        (8, "D", "date-form"),
        (9, "A", "household-waits"),
    ]
    assert sent.json()["good"] == 1
    late = await send(office, units, table, table="households", occurred_on="2017-01-06")
    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "occurred_on")


async def test_people_of_other_households_unions_and_names_are_told(office: Office, units: Units) -> None:
    for union, rows in ((units.other_street, [("甲", number(1))]), (units.factory_union, [("乙", number(2))])):
        await entered(office, await send(office, units, workbook(WORKERS, *rows), union_org_id=union, enterprise_id=""))
    made = await entered(office, await send(office, units, workbook(HOUSEHOLDS, head("1", 3)), table="households"))
    assert made.status_code == 201
    table = workbook(HOUSEHOLDS, head("1", 1), head("2", 2, "丙"), head("3", 3), child("3"))
    sent = await send(
        office, units, table, Role.GRASSROOTS_OFFICER, unit=units.factory_union, table="households"
    )  # fmt: skip
    assert faults(sent) == [
        (2, "C", "resident-id-taken"),
        (3, "B", "resident-id-other-name"),
        (4, "C", "in-other-household"),
        (5, "A", "household-waits"),
    ]
    refused = await send(
        office, units, table, Role.GRASSROOTS_OFFICER, unit=units.other_street, table="households"
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (422, "unit-unknown")
    missing = await send(office, None, table, table="households")
    assert missing.json()["errors"][0]["field"] == "union_org_id"


async def test_a_member_without_an_id_who_may_be_registered_is_worth_a_look(office: Office, units: Units) -> None:
    born = resident_id(2, date(1988, 3, 5))
    await entered(office, await send(office, units, workbook(WORKERS, ("乙", born), ("丁", number(9)))))
    elsewhere = workbook(WORKERS, ("丙", resident_id(4, date(1990, 1, 2))))
    await entered(office, await send(office, units, elsewhere, union_org_id=units.other_street, enterprise_id=""))
    family = (child("1", "乙", "1988-03-05"), child("1", "丁", "2001-01-01"), child("1", "丙", "1990-01-02"))
    table = workbook(HOUSEHOLDS, head("1", 1), *family)
    sent = await send(office, units, table, Role.GRASSROOTS_OFFICER, unit=units.factory_union, table="households")
    assert sent.json()["good"] == 4
    told = [(warning["row"], warning["column"], warning["code"]) for warning in sent.json()["warnings"]]
    assert told == [(3, "B", "member-alike")], "not who was born in another year, nor who is elsewhere"


async def test_nobody_enters_the_own_household(office: Office, units: Units) -> None:
    done = await entered(office, await send(office, units, workbook(WORKERS, ("甲", number(1)))))
    office.issuer.person = f"person-{done.json()['rows'][0]['person_id']}"
    sent = await send(office, units, workbook(HOUSEHOLDS, head("1", 1), child("1")), table="households")
    assert faults(sent) == [(2, "C", "own-matter"), (3, "A", "household-waits")]


async def test_of_two_entries_of_one_household_one_enters(office: Office, units: Units) -> None:
    await entered(office, await send(office, units, workbook(WORKERS, ("甲", number(1)))))
    files = [workbook(HOUSEHOLDS, head("1", 1), child("1", name)) for name in ("乙", "丙", "丁")]
    looks = [await send(office, units, file, table="households") for file in files]
    before = await office.events()
    done = await asyncio.gather(*(entered(office, look) for look in looks))
    assert sorted(answer.status_code for answer in done)[0] == 201
    assert {answer.json().get("code") for answer in done} <= {None, "import-changed", "nothing-to-enter"}
    assert await office.events() == before + 1 + 3 + 1


async def test_identity_and_income_are_nowhere_but_in_the_vault(
    office: Office, units: Units, capfd: pytest.CaptureFixture[str]
) -> None:
    traces = ("标记甲乙", "标记小孩", number(1), "标记尿毒症", "987654")
    row = ("1", "标记甲乙", number(1), "", "", "户主", "大病", "", 9876.54, "标记尿毒症")
    sent = await send(
        office, units, workbook(HOUSEHOLDS, row, child("1", "标记小孩"), ("2", *row[1:])), table="households"
    )
    done = await entered(office, sent)
    assert done.status_code == 201, done.text
    owner = await asyncpg.connect(office.database.owner_dsn)
    try:
        for table in await owner.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ):
            for (stored,) in await owner.fetch(f"SELECT to_jsonb(t)::text FROM {table['name']} t"):
                for trace in traces:
                    assert trace not in stored, table["name"]
                    assert trace.encode().hex() not in stored, table["name"]
    finally:
        await owner.close()
    for text in (sent.text, done.text, *capfd.readouterr()):
        assert not [trace for trace in traces if trace in text]


async def test_the_template_offers_the_words_of_each_list(office: Office, units: Units) -> None:
    for language, relation in (
        ("zh-Hans", "与户主关系"),
        ("zh-Hant", "與戶主關係"),
        ("en", "Relation to the householder"),
    ):
        headers = {
            "Authorization": f"Bearer {office.issuer.token([Role.DISTRICT_OFFICER])}", "Accept-Language": language
        }  # fmt: skip
        got = await office.client.get("/imports/households/template", headers=headers)
        assert got.status_code == 200
        header = rows_of(got.content)[0]
        assert f"{relation} *" in header
        filled = {name.removesuffix(" *"): "" for name in header}
        filled |= dict(zip(filled, ("1", "甲", number(1)), strict=False))
        assert len(filled) == 11


GOOD, NAME, NUMERIC, HEADLESS = "good", "name", "numeric", "headless"


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from([GOOD, GOOD, NAME, NUMERIC, HEADLESS]), st.integers(0, 2)), min_size=1, max_size=6
    )
)
async def test_any_households_are_told_exactly_and_entered_once(
    postgres: Postgres, kinds: list[tuple[str, int]]
) -> None:
    async with opened(postgres) as office:
        units = await established(office)
        rows: list[list[object]] = []
        bad: dict[int, str] = {}
        for key, (kind, children) in enumerate(kinds):
            family = [list(head(str(key), key)), *(list(child(str(key), f"乙{'丙' * n}")) for n in range(children))]
            first = len(rows) + 2
            code = {NAME: "name-implausible", NUMERIC: "cell-number", HEADLESS: "householder-missing"}.get(kind)
            if code is not None:
                bad |= {first: code, **{first + 1 + n: "household-waits" for n in range(children)}}
            family[0][1] = "甲1" if kind == NAME else "甲"
            family[0][2] = 640302198002290016 if kind == NUMERIC else number(key)
            family[0][5] = "配偶" if kind == HEADLESS else "户主"
            rows += family
        content = workbook(HOUSEHOLDS, *rows)
        sent = await send(office, units, content, table="households")
        assert {row: code for row, _, code in faults(sent)} == bad
        assert sent.json()["good"] == len(rows) - len(bad)
        if sent.json()["good"]:
            assert (await entered(office, sent)).status_code == 201
        for key, line in enumerate(row for row in rows if row[5] != "子女"):
            line[1:3], line[5] = ["甲", number(key)], "户主"
        again = await send(office, units, workbook(HOUSEHOLDS, *rows), table="households")
        assert [again.json()[name] for name in ("good", "known", "bad")] == [len(bad), len(rows) - len(bad), 0]
        if bad:
            assert (await entered(office, again)).status_code == 201
        assert (await send(office, units, workbook(HOUSEHOLDS, *rows), table="households")).json()["known"] == len(rows)
        people = await office.pool.fetchval(
            "SELECT count(*) FROM eventlog.events WHERE type LIKE '%.PersonRegistered.%'"
        )
        assert people == len(rows)
    await postgres.drop(office.database)


async def test_a_household_is_formed_for_the_union_and_day_that_were_said(office: Office, units: Units) -> None:
    done = await entered(office, await send(office, units, workbook(HOUSEHOLDS, head("1", 1)), table="households"))
    [household] = await households_of(office, done)
    assert household["union_org_id"] == units.factory_union
    version = await office.pool.fetchval(
        "SELECT convert_from(body, 'UTF8')::jsonb->'data'->>'occurred_on' FROM eventlog.events "
        "WHERE type LIKE '%.HouseholdFormed.%'"
    )
    assert version == ON
