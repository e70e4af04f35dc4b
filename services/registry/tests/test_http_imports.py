"""Files brought in over HTTP: what is wrong is told exactly, what is good is entered once, and nothing else is kept."""

from __future__ import annotations

import asyncio
import random
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.contracts import decode
from unionaid.eventlog import load
from unionaid.registry.domain.person.resident_id import converted
from unionaid.registry.examples import resident_id, uscc_code
from unionaid.service.limits import UPLOAD_BYTES_MAX
from unionaid.service.roles import Role
from unionaid.testkit.stack import Postgres
from unionaid.vault import Uploads, forget_uploads

from .conftest import ON, Office, established, opened
from .importing_story import entered, faults, number, send
from .sheets import WORKERS, rows_of, workbook

if TYPE_CHECKING:
    from .conftest import Units

NAME, PHONE = "标记甲乙丙", "13912345678"
OLD = "640302800229001"


async def test_good_rows_are_entered_and_bad_ones_come_back(office: Office, units: Units) -> None:
    before = await office.events()
    table = workbook(
        WORKERS,
        ("甲一", number(1), PHONE, "是", "", date(2017, 1, 2)),
        ("乙二", 640302198002290016, PHONE, "否"),
        ("丙三", number(3), "12", "也许"),
        ("阿依古丽•买买提", number(4).lower(), "", "", uscc_code()),
        ("𠮷𡚸", "".join(chr(ord(c) + 0xFEE0) for c in number(5)), "", "", uscc_code(7)),
        ("甲一", number(1)),
        ("己?", number(6), "", "", "", "2017-02-30"),
        ("庚", OLD),
        ("辛", number(8), "", "", "", "2018-01-01"),
    )
    sent = await send(office, units, table)
    assert sent.status_code == 201, sent.text
    told = sent.json()
    assert (told["rows"], told["good"], told["known"], told["bad"], told["old_ids"]) == (9, 2, 0, 7, 1)
    assert faults(sent) == [
        (3, "B", "cell-number"),
        (4, "C", "phone-malformed"),
        (4, "D", "cell-not-yes-or-no"),
        (6, "E", "unit-unknown"),
        (7, "B", "resident-id-twice"),
        (8, "A", "name-character-lost"),
        (8, "F", "date-impossible"),
        (9, "B", "resident-id-15-digits"),
        (10, "F", "date-in-future"),
    ]
    assert await office.events() == before, "a look enters nothing"
    done = await entered(office, sent)
    assert done.status_code == 201, done.text
    assert {key: done.json()[key] for key in ("entered", "known", "left")} == {"entered": 2, "known": 0, "left": 7}
    assert [row["row"] for row in done.json()["rows"]] == [2, 5]
    assert await office.events() == before + 2 * 2 + 1
    persons = [row["person_id"] for row in done.json()["rows"]]
    first, second = [(await office.get(f"/workers/{person}")).json() for person in persons]
    assert (first["migrant"], first["registered_on"], first["enterprise_id"]) == (True, "2017-01-02", None)
    assert (second["migrant"], second["registered_on"], second["enterprise_id"]) == (False, ON, units.enterprise)
    assert first["roster_id"] == told["import_id"]
    async with office.pool.acquire() as conn:
        [event] = [decode(e.body)[1] for e in await load(conn, f"import-{told['import_id']}")]
    assert (event.entered_rows, event.known_rows, event.left_rows) == (2, 0, 7)  # type: ignore[attr-defined]
    opened_names = await office.post(
        "/identities/open", {"person_ids": persons, "fields": ["name"], "purpose": "verification"}
    )
    names = [person["identity"]["name"] for person in opened_names.json()["persons"]]
    assert names == ["甲一", "阿依古丽·买买提"]


async def test_corrections_sent_again_enter_the_rest(office: Office, units: Units) -> None:
    table = workbook(WORKERS, ("甲", number(1)), ("乙", 640302198002290016), ("丙3", number(3)), ("丁", OLD))
    sent = await send(office, units, table)
    await entered(office, sent)
    headers = {"Authorization": f"Bearer {office.issuer.token([Role.DISTRICT_OFFICER])}", "Accept-Language": "en"}
    got = await office.client.get(f"/imports/{sent.json()['import_id']}/corrections", headers=headers)
    assert got.headers["cache-control"] == "no-store"
    header, *rows = rows_of(got.content)
    assert header[-2:] == ["What is wrong", "Row before"]
    assert [(row[0], row[1], row[-1]) for row in rows] == [("乙", "", "3"), ("丙3", number(3), "4"), ("丁", OLD, "5")]
    assert rows[0][-2].startswith("Resident ID: This cell is a number")
    assert header[:3] == ["Name *", "Resident ID *", "Phone"], "what must be there keeps its star"
    rows[1][0], rows[2][1] = "丙", converted(OLD)
    half = await send(office, units, workbook(header, *rows))
    assert [(fault["row"], fault["row_before"]) for fault in half.json()["faults"]] == [(2, 3)]
    assert [fault["row_before"] for fault in sent.json()["faults"]] == [None] * 3
    assert (await entered(office, half)).json()["entered"] == 2
    got = await office.client.get(f"/imports/{half.json()['import_id']}/corrections", headers=headers)
    header, *rows = rows_of(got.content)
    assert [row[-1] for row in rows] == ["3"], "the number is that of the first file, however often it is sent"
    rows[0][1] = number(2)
    again = await send(office, units, workbook(header, *rows))
    assert (again.json()["good"], again.json()["bad"], again.json()["unused_columns"]) == (1, 0, [])
    assert (await entered(office, again)).json()["entered"] == 1


async def test_one_number_under_two_names_holds_both_rows_back(office: Office, units: Units) -> None:
    rows = [("甲", number(1)), ("乙", number(2)), ("丙", number(1)), ("甲", number(1)), ("丁", number(1)), ("戊", OLD)]
    sent = await send(office, units, workbook(WORKERS, *rows, ("己", converted(OLD))))
    assert faults(sent) == [
        (2, "B", "resident-id-of-two"),
        (4, "B", "resident-id-of-two"),
        (5, "B", "resident-id-twice"),
        (6, "B", "resident-id-of-two"),
        (7, "B", "resident-id-15-digits"),
        (7, "B", "resident-id-of-two"),
        (8, "B", "resident-id-of-two"),
    ]
    assert [sent.json()[key] for key in ("good", "old_ids", "bad")] == [1, 0, 6]
    reasons = [fault["reason"] for fault in sent.json()["faults"]]
    assert reasons[0].startswith("Row 4 has the same resident ID under another name")
    assert reasons[1].startswith("Row 2 has the same resident ID under another name")


async def test_the_same_file_twice_changes_nothing(office: Office, units: Units) -> None:
    table = workbook(WORKERS, ("甲", number(1)), ("乙", number(2)), ("丙", "1"))
    first = await send(office, units, table)
    assert (await entered(office, first)).status_code == 201
    before = await office.events()
    second = await send(office, units, table)
    assert second.json()["import_id"] == first.json()["import_id"]
    assert [second.json()[key] for key in ("good", "known", "bad")] == [0, 2, 1]
    refused = await office.post(f"/imports/{first.json()['import_id']}/entry", {"rows": 2})
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing-to-enter")
    assert await office.events() == before


async def test_an_old_number_is_converted_only_on_a_separate_yes(office: Office, units: Units) -> None:
    sent = await send(office, units, workbook(WORKERS, ("甲", OLD), ("乙", number(2)), ("丙", "640302800229998")))
    assert [sent.json()[key] for key in ("good", "old_ids", "bad")] == [1, 1, 2]
    path = f"/imports/{sent.json()['import_id']}/entry"
    done = await office.post(path, {"rows": 2, "convert_old_ids": True})
    assert [row["row"] for row in done.json()["rows"]] == [2, 3]
    [match] = (await office.post("/matches", {"kind": "resident_id", "values": [converted(OLD)]})).json()["matches"]
    assert match["person_id"] == done.json()["rows"][0]["person_id"]
    assert converted(OLD) == resident_id(1)


async def test_what_changed_since_the_report_is_not_entered_unseen(office: Office, units: Units) -> None:
    sent = await send(office, units, workbook(WORKERS, ("甲", number(1)), ("乙", number(2))))
    await entered(office, await send(office, units, workbook(WORKERS, ("乙", number(2)))))
    before = await office.events()
    refused = await entered(office, sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "import-changed")
    assert "2 rows could be entered then, 1 now" in refused.json()["detail"]
    assert await office.events() == before


async def test_of_many_entries_at_once_one_enters(office: Office, units: Units) -> None:
    table = workbook(WORKERS, *[(f"甲{'乙' * n}", number(n)) for n in range(1, 6)])
    before = await office.events()
    looks = [await send(office, units, table), *[await send(office, units, table) for _ in range(2)]]
    other = await send(office, units, table, Role.GRASSROOTS_OFFICER, unit=units.factory_union)
    done = await asyncio.gather(
        *(entered(office, look) for look in looks),
        entered(office, other, Role.GRASSROOTS_OFFICER, unit=units.factory_union),
    )
    assert sorted(answer.status_code for answer in done)[0] == 201
    assert [answer.status_code for answer in done].count(201) == 1, [answer.text for answer in done]
    assert await office.events() == before + 11


async def test_a_person_of_another_union_is_only_said_to_be_registered(office: Office, units: Units) -> None:
    await entered(office, await send(office, units, workbook(WORKERS, ("甲", number(1)), ("乙", number(2)))))
    told = await send(
        office, None, workbook(WORKERS, ("甲", number(1))), Role.SUB_DISTRICT_OFFICER,
        unit=units.other_street, union_org_id=units.other_street,
    )  # fmt: skip
    assert faults(told) == [(2, "B", "resident-id-taken")]
    assert told.json()["known"] == 0
    mine = await send(office, units, workbook(WORKERS, ("甲", number(1)), ("丙", number(2))))
    assert (mine.json()["known"], faults(mine)) == (1, [(3, "A", "resident-id-other-name")])


async def test_only_who_sent_a_file_sees_it_and_only_in_the_own_jurisdiction(office: Office, units: Units) -> None:
    refused = await send(
        office, units, workbook(WORKERS, ("甲", number(1))), Role.GRASSROOTS_OFFICER, unit=units.other_street
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "unit-unknown")
    sent = await send(office, units, workbook(WORKERS, ("甲", number(1))))
    path = f"/imports/{sent.json()['import_id']}"
    assert (await office.get(path)).json() == sent.json()
    mine, office.issuer.person = office.issuer.person, f"person-{uuid4()}"
    for answer in (
        await office.get(path), await office.get(f"{path}/corrections"), await office.post(f"{path}/entry", {"rows": 1})
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    office.issuer.person = mine
    assert (await send(office, None, b"", Role.CASHIER)).status_code == 403
    assert (await send(office, None, b"", Role.GRASSROOTS_OFFICER, table="unions")).status_code == 403
    async with office.pool.acquire() as conn:
        assert await forget_uploads(conn, every=True) == 1
    assert (await office.get(path)).status_code == 404


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "file-empty"),
        (b"PK\x03\x04rubbish", 422, "workbook-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), 422, "workbook-encrypted"),
        (workbook(("姓名", "电话"), ("甲", "1")), 422, "columns-missing"),
        (b"x" * (UPLOAD_BYTES_MAX + 1), 413, "body-too-large"),
    ],
    ids=["empty", "damaged", "encrypted", "columns", "large"],
)
async def test_a_file_that_is_no_table_is_refused_in_three_languages(
    refusing: Office, standing: Units, content: bytes, status: int, code: str
) -> None:
    told = set()
    for language in ("zh-Hans", "zh-Hant", "en"):
        refused = await send(refusing, standing, content, language=language)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        told.add(refused.json()["detail"])
    assert len(told) == 3
    assert code not in told


async def test_what_is_said_of_a_file_is_checked(office: Office, units: Units) -> None:
    table = workbook(WORKERS, ("甲", number(1)))
    for said, field, code in (
        ({"union_org_id": ""}, "union_org_id", "missing"),
        ({"union_org_id": "x"}, "union_org_id", "not-uuid"),
        ({"occurred_on": "5.1.2017"}, "occurred_on", "not-date"),
        ({"enterprise_id": str(uuid4())}, "enterprise_id", "unit-unknown"),
        ({"more": "x"}, "more", "unknown-field"),
    ):
        refused = await send(office, units, table, **said)
        assert refused.status_code in (400, 422), refused.text
        if refused.status_code == 422:
            assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(field, code)]
    assert (await office.post("/imports/workers", {"x": 1})).status_code == 415
    assert (await office.get("/imports/people/template")).status_code == 422


async def test_enterprises_and_unions_come_in_with_those_above_them(office: Office, units: Units) -> None:
    tree = workbook(
        ("上级工会", "工会名称", "成立日期"),
        ("新街道总工会", "新厂工会", "2016-01-02"),
        ("样区总工会", "新街道总工会", ""),
        ("样区总工会", "样街道总工会", ""),
        ("新厂工会", "厂下工会", ""),
        ("没有的工会", "甲工会", ""),
        ("样区总工会", "新街道总工会", ""),
        ("圈乙", "圈甲", ""),
        ("圈甲", "圈乙", ""),
    )
    sent = await send(office, None, tree, table="unions")
    assert [sent.json()[key] for key in ("good", "known", "bad")] == [2, 1, 5]
    assert faults(sent) == [
        (5, "A", "parent-wrong-level"),
        (6, "A", "unit-unknown"),
        (7, "B", "union-twice"),
        (8, "A", "unit-unknown"),
        (9, "A", "unit-unknown"),
    ]
    done = await entered(office, sent)
    assert done.status_code == 201, done.text
    factory = next(row["org_id"] for row in done.json()["rows"] if row["row"] == 2)
    shown = (await office.get(f"/union-orgs/{factory}")).json()
    assert (shown["level"], shown["established_on"]) == ("grassroots", "2016-01-02")
    table = workbook(
        ("统一社会信用代码", "单位名称", "单位性质", "所属工会名称"),
        (uscc_code(1), "样厂有限公司", "非公", ""),
        (uscc_code(2), "新厂有限公司", "国企", "新厂工会"),
        (uscc_code(2), "新厂有限公司", "国企", ""),
        (uscc_code(3), "", "", "没有的工会"),
        ("91640302", "丁厂", "外星", ""),
    )
    sent = await send(office, None, table, table="enterprises")
    assert [sent.json()[key] for key in ("good", "known", "bad")] == [1, 1, 3]
    assert faults(sent) == [
        (4, "A", "uscc-twice"),
        (5, "B", "unit-name-missing"),
        (5, "C", "ownership-missing"),
        (5, "D", "unit-unknown"),
        (6, "A", "uscc-length"),
        (6, "C", "cell-not-a-choice"),
    ]
    done = await entered(office, sent)
    enterprise = (await office.get(f"/enterprises/{done.json()['rows'][0]['enterprise_id']}")).json()
    assert (enterprise["ownership"], enterprise["union_org_id"]) == ("public", factory)
    assert (await send(office, None, tree, table="unions")).json()["known"] == 4
    assert (await send(office, None, table, table="enterprises")).json()["known"] == 2


async def test_a_template_is_given_in_the_callers_language(office: Office, units: Units) -> None:
    heads = set()
    for language in ("zh-Hans", "zh-Hant", "en"):
        headers = {
            "Authorization": f"Bearer {office.issuer.token([Role.DISTRICT_OFFICER])}", "Accept-Language": language
        }  # fmt: skip
        for table in ("workers", "enterprises", "unions"):
            got = await office.client.get(f"/imports/{table}/template", headers=headers)
            assert got.status_code == 200
            assert got.headers["content-disposition"] == f'attachment; filename="{table}.xlsx"'
            heads.add(tuple(rows_of(got.content)[0]))
    assert len(heads) == 9


async def test_identity_of_a_file_is_nowhere_but_in_the_vault_and_there_encrypted(
    office: Office, units: Units, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = "标记丁戊己9"
    sent = await send(office, units, workbook(WORKERS, (NAME, number(1), PHONE), (bad, number(2)), (NAME, "1")))
    done = await entered(office, sent)
    assert done.status_code == 201
    traces = (NAME, bad, number(1), number(2), PHONE)
    owner = await asyncpg.connect(office.database.owner_dsn)
    try:
        tables = await owner.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        assert "vault.uploads" in {row["name"] for row in tables}
        for row in tables:
            for (stored,) in await owner.fetch(f"SELECT to_jsonb(t)::text FROM {row['name']} t"):
                for trace in traces:
                    assert trace not in stored, row["name"]
                    assert trace.encode().hex() not in stored, row["name"]
    finally:
        await owner.close()
    for text in (sent.text, done.text, *capfd.readouterr()):
        assert not [trace for trace in traces if trace in text]


async def test_an_erasure_takes_the_kept_files_along(office: Office, units: Units) -> None:
    sent = await send(office, units, workbook(WORKERS, (NAME, number(1))))
    done = await entered(office, sent)
    office.issuer.person = f"person-{uuid4()}"
    erasure = {"reason_code": "ordered", "occurred_on": ON}
    person = done.json()["rows"][0]["person_id"]
    assert (await office.post(f"/persons/{person}/erasure", erasure, Role.APPROVER)).status_code == 200
    assert await office.pool.fetchval("SELECT vault.forget_uploads(true)") == 0


async def test_a_kept_file_is_read_by_its_owner_until_it_is_overdue(office: Office) -> None:
    uploads, id = Uploads(b"k" * 32), uuid4()
    async with office.pool.acquire() as conn:
        await uploads.keep(conn, id, "person-a", b"content")
        await uploads.keep(conn, id, "person-b", b"other")
        assert await uploads.read(conn, id, "person-a") == b"content"
        assert await uploads.read(conn, id, "person-b") is None
        owner = await asyncpg.connect(office.database.owner_dsn)
        await owner.execute("UPDATE vault.uploads SET forget_at = clock_timestamp()")
        await owner.close()
        assert await uploads.read(conn, id, "person-a") is None
        assert await forget_uploads(conn, every=False) == 1


GOOD, BAD_NAME, NUMERIC, TWICE, OUT = "good", "bad name", "numeric", "twice", "elsewhere"


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([GOOD, GOOD, BAD_NAME, NUMERIC, TWICE]), min_size=1, max_size=12), st.randoms())
async def test_any_mix_of_rows_is_told_exactly_entered_once_and_its_corrections_converge(
    postgres: Postgres, kinds: list[str], draw: random.Random
) -> None:
    async with opened(postgres) as office:
        units = await established(office)
        rows: list[list[object]] = []
        expected: list[tuple[int, str, str]] = []
        for n, kind in enumerate(kinds, start=2):
            row: list[object] = ["甲乙", number(n)]
            if kind == BAD_NAME:
                row[0], fault = "甲4", ("A", "name-implausible")
            elif kind == NUMERIC:
                row[1], fault = 640302198002290016, ("B", "cell-number")
            elif kind == TWICE and rows and isinstance(rows[0][1], str):
                row[1], fault = rows[0][1], ("B", "resident-id-twice")
            else:
                fault = None
            expected += [(n, *fault)] if fault else []
            rows.append(row)
        before, content = await office.events(), workbook(WORKERS[:2], *rows)
        sent = await send(office, units, content)
        assert faults(sent) == expected
        good = len(rows) - len(expected)
        assert (sent.json()["good"], sent.json()["bad"]) == (good, len(expected))
        if good:
            assert (await entered(office, sent)).status_code == 201
        assert await office.events() == before + (2 * good + 1 if good else 0)
        headers = {"Authorization": f"Bearer {office.issuer.token([Role.DISTRICT_OFFICER])}"}
        got = await office.client.get(f"/imports/{sent.json()['import_id']}/corrections", headers=headers)
        header, *left = rows_of(got.content)
        assert [int(row[-1]) for row in left] == [n for n, _, _ in expected]
        for index, row in enumerate(left):
            row[0], row[1] = "甲乙", number(500 + index)
        draw.shuffle(left)
        if left:
            again = await send(office, units, workbook(header, *left))
            assert (again.json()["good"], again.json()["bad"]) == (len(left), 0)
            assert (await entered(office, again)).status_code == 201
        assert (await send(office, units, content)).json()["good"] == 0
        assert sum(row["workers"] for row in (await office.get("/union-orgs")).json()["items"]) == len(rows)
    await postgres.drop(office.database)
