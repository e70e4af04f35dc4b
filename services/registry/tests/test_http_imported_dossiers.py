"""Dossiers brought in over HTTP: opened and assessed, then every signature as for any other; no rule is skipped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from unionaid.registry.views.households import household_of_person
from unionaid.service.roles import Role

from .conftest import Office
from .importing_story import entered, faults, number, send
from .sheets import WORKERS, workbook
from .test_http_imported_households import HOUSEHOLDS, child, head

if TYPE_CHECKING:
    from .conftest import Units

DOSSIERS = (
    "姓名", "身份证号", "家庭情况", "致困原因", "思想状况", "就业意愿", "技术技能",
    "致困情况说明", "近一年意外支出（元）", "意外支出说明", "建档日期",
)  # fmt: skip
EVERY = ("子女就学", "疾病", "焦虑", "求职", "初级")


def dossier(
    n: int, name: str = "甲", *clears: str, more: tuple[object, ...] = ("", "", "", "2016-12-01")
) -> tuple[object, ...]:
    """A row of the n-th worker, all five clears known unless they are given."""
    return (name, number(n), *(clears or EVERY), *more)


async def lived(office: Office, units: Units, *incomes: object) -> None:
    """Bring in workers, each with a household and an income, and a child."""
    names = [("甲", number(n)) for n in range(1, len(incomes) + 1)]
    await entered(office, await send(office, units, workbook(WORKERS, *names), occurred_on="2016-01-05"))
    rows = [row for n, income in enumerate(incomes, start=1) for row in (head(str(n), n, income=income), child(str(n)))]
    done = await entered(office, await send(office, units, workbook(HOUSEHOLDS, *rows), table="households"))
    assert done.status_code == 201, done.text


async def test_dossiers_are_opened_and_assessed_and_then_go_their_way(office: Office, units: Units) -> None:
    await lived(office, units, 500, 1000, 4000, 4000)
    before = await office.events()
    table = workbook(
        DOSSIERS,
        dossier(1),
        dossier(2, "甲", "", "疾病", "", "", "", more=("标记尿毒症", "", "", "")),
        dossier(3, more=("标记车祸", "４3,000", "标记手术", "2016-12-01")),
        dossier(4),
    )
    sent = await send(office, None, table, Role.GRASSROOTS_OFFICER, table="dossiers", unit=units.factory_union)
    assert sent.status_code == 201, sent.text
    assert ([sent.json()[key] for key in ("good", "known", "bad")], faults(sent)) == ([4, 0, 0], [])
    assert await office.events() == before
    done = await entered(office, sent, Role.GRASSROOTS_OFFICER, unit=units.factory_union)
    assert done.status_code == 201, done.text
    rows = done.json()["rows"]
    assert [row["hardship_level"] for row in rows] == ["deep", "relative", "sudden", None]
    shown = [(await office.get(f"/dossiers/{row['dossier_id']}")).json() for row in rows]
    assert [one["status"] for one in shown] == ["draft"] * 4
    assert [one["opened_on"] for one in shown] == ["2016-12-01", "2017-01-03", "2016-12-01", "2016-12-01"]
    assert [len(one["missing_clears"]) for one in shown] == [0, 4, 0, 0]
    said = await office.post(f"/dossiers/{rows[2]['dossier_id']}/statements/open", {})
    words = {row["topic"]: row["said"] for row in said.json()["statements"]}
    assert words == {
        "five-clears": {"hardship_cause": "标记车祸"}, "assessment": {"shock_fen": "4300000", "shock_note": "标记手术"}
    }  # fmt: skip
    stored = await office.pool.fetchval("SELECT string_agg(convert_from(body, 'UTF8'), '') FROM eventlog.events")
    assert "标记" not in stored
    assert "标记" not in sent.text + done.text

    async def step(row: int, name: str, role: Role, unit: str | None = None, **body: Any) -> tuple[int, str | None]:
        path = f"/dossiers/{rows[row]['dossier_id']}/{name}"
        answered = await office.post(path, {"occurred_on": "2016-12-02", **body}, role, unit=unit)
        return answered.status_code, answered.json().get("code")

    street = (Role.SUB_DISTRICT_OFFICER, units.street)
    assert await step(0, "verification", *street) == (403, "passed-by-same"), "who entered it does not verify it"
    entered_by, office.issuer.person = office.issuer.person, "person-2d0d0b0e-7f1c-4b7e-9a57-0d0d59a3a001"
    assert await step(1, "verification", *street, occurred_on="2017-01-03") == (422, "clears-missing")
    assert await step(3, "verification", *street) == (422, "not-assessed")
    assert (await step(0, "approval", Role.APPROVER))[1] == "dossier-not-at", "no step is skipped"
    assert await step(0, "verification", *street) == (200, None)
    assert await step(0, "notice", *street, notice_place="样街道公示栏") == (200, None)
    office.issuer.person = entered_by
    late = {"occurred_on": "2016-12-12"}
    assert (await step(0, "approval", Role.APPROVER, **late))[1] == "passed-by-same"
    office.issuer.person = "person-2d0d0b0e-7f1c-4b7e-9a57-0d0d59a3a002"
    assert (await step(0, "approval", Role.APPROVER))[1] == "notice-still-up"
    assert await step(0, "approval", Role.APPROVER, **late) == (200, None)


async def test_the_same_file_twice_opens_nothing_also_after_a_closing(office: Office, units: Units) -> None:
    await lived(office, units, 500, 500)
    table = workbook(DOSSIERS, dossier(1), dossier(2))
    done = await entered(office, await send(office, None, table, table="dossiers"))
    first = done.json()["rows"][0]["dossier_id"]
    before = await office.events()
    assert [(await send(office, None, table, table="dossiers")).json()[key] for key in ("good", "known")] == [0, 2]
    closed = {"reason_code": "moved", "occurred_on": "2017-01-03"}
    assert (await office.post(f"/dossiers/{first}/closing", closed)).status_code == 200
    again = await send(office, None, table, table="dossiers")
    assert [again.json()[key] for key in ("good", "known")] == [0, 2], "it was opened once, and closed since"
    assert await office.events() == before + 1
    newer = workbook(DOSSIERS, dossier(1, more=("", "", "", "2017-01-04")))
    assert (await send(office, None, newer, table="dossiers")).json()["good"] == 1


async def test_a_file_entered_while_a_holder_goes_opens_nothing_for_who_has_gone(office: Office, units: Units) -> None:
    """Each order is right, both at once is not."""
    await lived(office, units, *([500] * 8))
    refused = set()
    for n in range(1, 9):
        sent = await send(office, None, workbook(DOSSIERS, dossier(n)), table="dossiers")
        match = await office.post("/matches", {"kind": "resident_id", "values": [number(n)]})
        person = match.json()["matches"][0]["person_id"]
        async with office.pool.acquire() as conn:
            home = await household_of_person(conn, UUID(person))
        going = {"reason_code": "moved", "occurred_on": "2017-01-03"}
        ways = [entered(office, sent), office.post(f"/households/{home}/members/{person}/departure", going)]
        done = await asyncio.gather(*(ways if n % 2 else reversed(ways)))
        assert sorted(one.is_success for one in done) == [False, True], [one.text for one in done]
        refused |= {one.json()["code"] for one in done if not one.is_success}
    assert refused <= {"import-changed", "nothing-to-enter", "not-a-member", "holder-needed"}


async def test_what_is_wrong_is_told_row_by_row(office: Office, units: Units) -> None:
    await lived(office, units, 500, 500, 500)
    others = workbook(WORKERS, ("甲", number(4)), ("丙", number(5)))
    await entered(office, await send(office, units, others, union_org_id=units.other_street, enterprise_id=""))
    only = workbook(WORKERS, ("甲", number(6)))
    await entered(office, await send(office, units, only))
    families = workbook(HOUSEHOLDS, head("1", 7), ("1", "丁", number(8), "", "", "配偶", "健康", "", 0))
    await entered(office, await send(office, units, families, table="households"))
    table = workbook(
        DOSSIERS,
        dossier(1, "丙"), dossier(4), dossier(99), dossier(6), dossier(7), dossier(2), dossier(2),
        ("甲", 640302198002290016, *EVERY), dossier(3, "甲", "子女就学", "倒霉", *EVERY[2:]),
        dossier(3, more=("", "-1", "", "2017-02-30")), dossier(3, more=("", "", "", "2017-01-06")),
        ("甲", "640302800229001", *EVERY),
    )  # fmt: skip
    sent = await send(office, None, table, Role.GRASSROOTS_OFFICER, table="dossiers", unit=units.factory_union)
    assert faults(sent) == [
        (2, "A", "resident-id-other-name"),
        (3, "B", "person-unknown"),
        (4, "B", "person-unknown"),
        (5, "B", "household-none"),
        (6, "B", "holder-no-worker"),
        (8, "B", "dossier-row-twice"),
        (9, "B", "cell-number"),
        (10, "D", "cell-not-a-choice"),
        (11, "I", "amount-form"),
        (11, "K", "date-impossible"),
        (12, "K", "date-in-future"),
        (13, "B", "person-unknown"),
    ]
    assert [sent.json()[key] for key in ("rows", "good", "bad")] == [12, 1, 11]


async def test_a_household_has_one_open_dossier_whoever_of_it_applies(office: Office, units: Units) -> None:
    people = workbook(WORKERS, ("甲", number(1)), ("乙", number(2)))
    await entered(office, await send(office, units, people))
    family = workbook(HOUSEHOLDS, head("1", 1), ("1", "乙", number(2), "", "", "配偶", "健康", "", 0))
    await entered(office, await send(office, units, family, table="households"))
    both = workbook(DOSSIERS, dossier(1), dossier(2, "乙"))
    assert faults(await send(office, None, both, table="dossiers")) == [(3, "B", "dossier-row-twice")]
    one = await entered(office, await send(office, None, workbook(DOSSIERS, dossier(1)), table="dossiers"))
    assert one.status_code == 201, one.text
    sent = await send(office, None, workbook(DOSSIERS, dossier(2, "乙")), table="dossiers")
    assert faults(sent) == [(2, "B", "dossier-open-already")]
    worker = (await office.get(f"/dossiers/{one.json()['rows'][0]['dossier_id']}")).json()["holder_id"]
    office.issuer.person = f"person-{worker}"
    assert faults(await send(office, None, workbook(DOSSIERS, dossier(2, "乙")), table="dossiers")) == [
        (2, "B", "own-matter")
    ]


async def test_what_was_opened_since_the_report_is_not_opened_unseen(office: Office, units: Units) -> None:
    await lived(office, units, 500, 500)
    sent = await send(office, None, workbook(DOSSIERS, dossier(1), dossier(2)), table="dossiers")
    other = await entered(office, await send(office, None, workbook(DOSSIERS, dossier(2)), table="dossiers"))
    assert other.status_code == 201
    refused = await entered(office, sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "import-changed")
