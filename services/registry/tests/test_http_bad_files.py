"""Every file that the field sends, through the route: refused by name, or told cell by cell; nothing is half done."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .conftest import Office
from .importing_story import entered, faults, number, send
from .sheets import WORKERS, rows_of, workbook
from .test_http_imported_dossiers import DOSSIERS
from .test_http_imported_households import HOUSEHOLDS

if TYPE_CHECKING:
    from .conftest import Units

HEADERS = {"workers": WORKERS, "households": HOUSEHOLDS, "dossiers": DOSSIERS}
Row = tuple[object, ...]
Write = Callable[[Any, Any], None]


def row(table: str, name: object, id: object, on: object = "", key: str = "1") -> Row:
    """A row of a table that is right, if name, ID and date are."""
    match table:
        case "workers":
            return (name, id, "13912345678", "是", "", on)
        case "households":
            return (key, name, id, "", "", "户主", "健康", "", 800)
        case _:
            return (name, id, "一般", "疾病", "稳定", "已就业", "无", "", "", "", on)


def place(table: str, name: str) -> int:
    """Where a column stands, from 0."""
    return HEADERS[table].index({"name": "姓名", "id": "身份证号"}[name])


def drawn(table: str, write: Write, *rows: Row) -> bytes:
    """A workbook with what no plain value says."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for r, cells in enumerate((HEADERS[table], *rows)):
            for c, value in enumerate(cells):
                if value != "":
                    sheet.write(r, c, value)
        write(book, sheet)
    return memory.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A workbook with one part more."""
    memory = io.BytesIO(content)
    with zipfile.ZipFile(memory, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, part)
    return memory.getvalue()


def files(table: str) -> dict[str, tuple[bytes, int]]:
    """Files that are no table, by the code by which each is refused, and its status."""
    good = workbook(HEADERS[table], row(table, "甲", number(1)))
    return {
        "file-empty": (b"", 422),
        "sheet-empty": (workbook(HEADERS[table]), 422),
        "header-missing": (workbook(("甲", number(1))), 422),
        "columns-missing": (workbook(("姓名", "农民工", "月收入", "致困原因"), ("甲", "否", 1, "疾病")), 422),
        "workbook-encrypted": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), 422,
        ),
        "workbook-old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), 422),
        "workbook-damaged": (good[: len(good) // 2], 422),
        "workbook-with-macros": (with_part(good, "xl/vbaProject.bin", b"macro"), 422),
        "workbook-too-large": (with_part(good, "xl/media/image1.bin", bytes(200 << 20)), 413),
        "file-misnamed": (b"%PDF-1.7 ...", 422),
        "too-many-rows": (("\n".join([",".join(HEADERS[table]), *["甲,乙"] * 10_002])).encode(), 422),
    }  # fmt: skip


@pytest.mark.parametrize("table", HEADERS)
async def test_a_file_that_is_no_table_is_refused_by_name(office: Office, units: Units, table: str) -> None:
    before = await office.events()
    for code, (content, status) in files(table).items():
        refused = await send(office, units if table != "dossiers" else None, content, table=table)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
        assert refused.json()["detail"] not in ("", code)
    assert await office.events() == before
    assert await office.pool.fetchval("SELECT vault.forget_uploads(true)") == 0, "nothing of them is kept"


@pytest.mark.parametrize("table", HEADERS)
async def test_cells_that_are_no_plain_values_are_told(office: Office, units: Units, table: str) -> None:
    name, id = place(table, "name"), place(table, "id")

    def write(book: Any, sheet: Any) -> None:
        sheet.write_formula(1, name, '="甲"', None, "甲")
        sheet.write_formula(2, id, "=1/0", None, "#DIV/0!")
        sheet.merge_range(3, name, 4, name, "丙")
        sheet.write_number(5, id, 640302198002290016)

    rows = [
        row(table, "" if n in (2, 4, 5) else "甲", "" if n in (3, 6) else number(n), key=str(n)) for n in range(2, 7)
    ]
    sent = await send(office, units if table != "dossiers" else None, drawn(table, write, *rows), table=table)
    assert sent.status_code == 201, sent.text
    letters = {"name": "ABCD"[name], "id": "ABCD"[id]}
    assert faults(sent) == [
        (2, letters["name"], "cell-formula"),
        (3, letters["id"], "cell-formula"),
        (4, letters["name"], "cell-merged"),
        (5, letters["name"], "cell-merged"),
        (6, letters["id"], "cell-number"),
    ]
    headers = {"Authorization": f"Bearer {office.issuer.token([Role.DISTRICT_OFFICER])}", "Accept-Language": "en"}
    got = await office.client.get(f"/imports/{sent.json()['import_id']}/corrections", headers=headers)
    ruined = rows_of(got.content)[5]
    assert ruined[id] == "", "what a program has rounded is not sent again by mistake"


@pytest.mark.parametrize("table", ["workers", "dossiers"])
async def test_dates_are_read_as_they_are_meant_or_told(office: Office, units: Units, table: str) -> None:
    """As text in several forms, as a day of a program's count, impossible, in the future, or in a doubtful order."""
    written: list[tuple[object, str | None]] = [
        ("2016-12-05", None), ("2016年12月5日", None), ("２０１６．１２．０５", None), ("20161205", None),
        (date(2016, 12, 5), None), (42709, None), ("", None),
        ("2016-02-30", "date-impossible"), (20161332, "date-impossible"), ("5/12/2016", "date-form"),
        ("去年冬天", "date-form"), ("2018-01-01", "date-in-future"), (43101, "date-in-future"),
        ("1911-10-10", "date-too-early"),
    ]  # fmt: skip
    if table == "dossiers":
        await entered(
            office, await send(office, units, workbook(WORKERS, *_people(len(written))), occurred_on="2016-01-05")
        )
        lived = [row("households", "甲", number(n), key=str(n)) for n in range(len(written))]
        await entered(office, await send(office, units, workbook(HOUSEHOLDS, *lived), table="households"))
    rows = [row(table, "甲", number(n), on) for n, (on, _) in enumerate(written)]
    sent = await send(office, units if table == "workers" else None, workbook(HEADERS[table], *rows), table=table)
    told = [(fault["row"], fault["code"]) for fault in sent.json()["faults"] if fault["field"] == "occurred_on"]
    assert told == [(n + 2, code) for n, (_, code) in enumerate(written) if code is not None]
    done = await entered(office, sent)
    kind = {"workers": "WorkerRegistered", "dossiers": "DossierOpened"}[table]
    days = await office.pool.fetch(
        "SELECT DISTINCT convert_from(body, 'UTF8')::jsonb->'data'->>'occurred_on' AS day FROM eventlog.events "
        f"WHERE type LIKE '%.{kind}.%' ORDER BY 1"
    )
    assert done.status_code == 201, done.text
    assert {day["day"] for day in days} >= {"2016-12-05", "2017-01-03"}
    assert {day["day"] for day in days} <= {"2016-12-05", "2017-01-03", "2016-01-05"}


@pytest.mark.parametrize("table", ["workers", "households"])
async def test_ids_and_names_are_read_as_they_are_meant(office: Office, units: Units, table: str) -> None:
    """Full-width digits, blanks, a small x, characters beyond the basic plane, the dots of minorities' names."""
    ends_in_x = next(id for n in range(1000) if (id := resident_id(n, date(1975, 3, 4))).endswith("X"))
    written = [
        ("甲", "".join(chr(ord(c) + 0xFEE0) for c in number(1)), number(1), "甲"),
        ("乙", f" {ends_in_x[:6]} {ends_in_x[6:14]}\u3000{ends_in_x[14:].lower()}", ends_in_x, "乙"),
        ("𠮷𡚸", f"'{number(3)}", number(3), "𠮷𡚸"),
        ("阿依古丽•买买提", number(4), number(4), "阿依古丽·买买提"),
        ("阿不都・热合曼", number(5), number(5), "阿不都·热合曼"),
        (" 丙　丁 ", number(6), number(6), "丙 丁"),
    ]
    rows = [row(table, name, id, key=str(n)) for n, (name, id, _, _) in enumerate(written)]
    sent = await send(office, units, workbook(HEADERS[table], *rows), table=table)
    assert (sent.json()["good"], sent.json()["bad"]) == (len(written), 0), sent.text
    done = await entered(office, sent)
    persons = [one["person_id"] for one in done.json()["rows"]]
    body = {"person_ids": persons, "fields": ["name", "resident_id"], "purpose": "verification"}
    opened = {
        one["person_id"]: one["identity"] for one in (await office.post("/identities/open", body)).json()["persons"]
    }
    assert [(opened[one]["name"], opened[one]["resident_id"]) for one in persons] == [
        (name, id) for _, _, id, name in written
    ]


def _people(count: int) -> list[Row]:
    return [("甲", number(n), "", "") for n in range(count)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("table", ["workers", "households"])
async def test_text_with_separators_is_read_as_a_workbook_is(
    office: Office, units: Units, table: str, encoding: str
) -> None:
    rows = [
        row(table, name, id, key=name) for name, id in (("𠮷𡚸", number(1)), ("乙", "6.40302E+17"), ("丙4", number(3)))
    ]
    lines = "\r\n".join(",".join(map(str, cells)) for cells in (HEADERS[table], *rows))
    of_text = await send(office, units, lines.encode(encoding), table=table)
    of_workbook = await send(office, units, workbook(HEADERS[table], *rows), table=table)
    assert faults(of_text) == faults(of_workbook) != []
    assert [of_text.json()[key] for key in ("rows", "good", "bad")] == [3, 1, 2]
