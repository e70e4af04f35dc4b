"""Searching a vault on a real PostgreSQL: what finds whom, page by page, inside a unit alone, and what a dump shows."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from unionaid.eventlog import Roles, migrate
from unionaid.vault import Finder, Place, Vault, Wanted, forget
from unionaid.vault import place as move

if TYPE_CHECKING:
    from unionaid.testkit.stack import Postgres, ServiceDatabase

KEK, HMAC = b"k" * 32, b"h" * 32
ID = "64030219800213123X"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(postgres: Postgres) -> ServiceDatabase:
    made = await postgres.create_service_database("registry")
    owner = await asyncpg.connect(made.owner_dsn)
    roles = Roles(made.roles.owner, made.roles.app, made.roles.vault, made.roles.auditor)
    await migrate(owner, "vault", files("unionaid.vault") / "sql", roles)
    await owner.close()
    return made


@pytest.fixture
async def app(database: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database.app_dsn)
    yield conn
    await conn.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(KEK, HMAC)


@pytest.fixture
def finder() -> Finder:
    return Finder(KEK, HMAC)


async def put(vault: Vault, conn: asyncpg.Connection, place: UUID | None = None, **fields: str) -> UUID:
    person_id = uuid4()
    async with conn.transaction():
        await vault.put(conn, vault.seal({person_id: fields}, places={person_id: place} if place else {}))
    return person_id


async def found(finder: Finder, conn: asyncpg.Connection, place: UUID, **wanted: str) -> list[UUID]:
    places = await finder.find(conn, Wanted(**wanted), within=[place], after=None, limit=50)
    return [each.person_id for each in places]


@pytest.mark.parametrize(
    "typed", ["歐陽國華", "欧阳国华", "欧阳 国华", "Ou Yang Guohua", "ōuyáng guóhuá", "ouyangguohua", "OYGH", "oygh"]
)
async def test_a_name_is_found_in_each_of_its_forms(
    vault: Vault, finder: Finder, app: asyncpg.Connection, typed: str
) -> None:
    place = uuid4()
    one = await put(vault, app, place, name="欧阳国华", resident_id=ID)
    other = await put(vault, app, place, name="王伟")
    assert await found(finder, app, place, name=typed) == [one]
    assert other not in await found(finder, app, place, name=typed)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("曾国华", "zengguohua"), ("單雄信", "sxx"), ("吕布", "lǚ bù"), ("吕布", "lvbu"),
        ("买买提·艾力", "maimaitiaili"), ("买买提·艾力", "mmtal"), ("𠮷田", "𠮷田"),
    ],
)  # fmt: skip
async def test_surnames_rare_characters_and_dots(
    vault: Vault, finder: Finder, app: asyncpg.Connection, name: str, letters: str
) -> None:
    place = uuid4()
    one = await put(vault, app, place, name=name)
    assert await found(finder, app, place, name=letters) == [one]


@pytest.mark.parametrize(
    "wanted",
    [
        {"resident_id_area": "640302"}, {"born": "19800213"}, {"resident_id_last": "123X"}, {"phone": "13900001111"},
        {"name": "ww", "born": "19800213"}, {"resident_id_area": "640302", "resident_id_last": "123X"},
    ],
)  # fmt: skip
async def test_parts_of_the_number_find_alone_and_together(
    vault: Vault, finder: Finder, app: asyncpg.Connection, wanted: dict[str, str]
) -> None:
    place = uuid4()
    one = await put(vault, app, place, name="王伟", resident_id=ID, phone="13900001111")
    await put(vault, app, place, name="王五", resident_id="110101197001011238", phone="13900002222")
    assert await found(finder, app, place, **wanted) == [one]


async def test_all_that_is_given_must_fit(vault: Vault, finder: Finder, app: asyncpg.Connection) -> None:
    place = uuid4()
    await put(vault, app, place, name="王伟", resident_id=ID)
    assert await found(finder, app, place, name="王伟", born="19800214") == []


async def test_nothing_wanted_is_refused(finder: Finder, app: asyncpg.Connection) -> None:
    with pytest.raises(ValueError, match="nothing is wanted"):
        await finder.find(app, Wanted(), within=None, after=None, limit=1)


async def test_pages_have_everybody_once_whatever_reading_fits(
    vault: Vault, finder: Finder, app: asyncpg.Connection
) -> None:
    here, there = uuid4(), uuid4()
    both = {await put(vault, app, place, name=name) for place in (here, there) for name in ("安", "安", "艾娜", "爱")}
    seen: list[UUID] = []
    after: Place | None = None
    while page := await finder.find(app, Wanted(name="an"), within=[here, there], after=after, limit=2):
        seen += [each.person_id for each in page]
        after = page[-1]
    assert len(seen) == len(set(seen)) == 6, "安 by its pinyin, 艾娜 by its initials, and not 爱"
    assert set(seen) < both


async def test_who_is_of_another_unit_is_not_found(vault: Vault, finder: Finder, app: asyncpg.Connection) -> None:
    here, there = uuid4(), uuid4()
    one = await put(vault, app, there, name="司马相如")
    assert await found(finder, app, here, name="司马相如") == []
    assert await found(finder, app, there, name="司马相如") == [one]
    everywhere = await finder.find(app, Wanted(name="司马相如"), within=None, after=None, limit=5)
    assert [each.person_id for each in everywhere] == [one]
    await move(app, {one: here})
    assert await found(finder, app, here, name="司马相如") == [one]
    assert await found(finder, app, there, name="司马相如") == []


async def test_a_correction_is_found_at_the_same_place_and_the_former_value_no_more(
    vault: Vault, finder: Finder, app: asyncpg.Connection
) -> None:
    place = uuid4()
    one = await put(vault, app, place, name="诸葛亮", phone="13900003333")
    async with app.transaction():
        sealed = await vault.seal_next(app, {one: {"name": "诸葛孔明"}})
        await vault.put(app, sealed)
    assert await found(finder, app, place, name="诸葛亮") == []
    assert await found(finder, app, place, phone="13900003333") == []
    assert await found(finder, app, place, name="zgkm") == [one]


async def test_who_is_forgotten_is_found_no_more(vault: Vault, finder: Finder, app: asyncpg.Connection) -> None:
    place = uuid4()
    one = await put(vault, app, place, name="令狐冲", resident_id=ID)
    async with app.transaction():
        await forget(app, [one])
    assert await found(finder, app, place, name="令狐冲") == []
    assert await found(finder, app, place, resident_id_last="123X") == []


async def test_a_dump_shows_no_form_of_anything(
    vault: Vault, database: ServiceDatabase, app: asyncpg.Connection
) -> None:
    person_id = await put(vault, app, uuid4(), name="尉遲恭謹", resident_id=ID, phone="13900004444")
    owner = await asyncpg.connect(database.owner_dsn)
    dumped = b""
    for form in ("binary", "text"):
        out = io.BytesIO()
        await owner.copy_from_table("search", schema_name="vault", output=out, format=form)
        dumped += out.getvalue()
    await owner.close()
    assert person_id.bytes in dumped
    for clear in ("尉遲恭謹", "尉迟恭谨", "yuchigongjin", "ycgj", "640302", "19800213", "123X", "13900004444"):
        assert clear.encode() not in dumped, clear


async def test_another_secret_finds_nothing(vault: Vault, app: asyncpg.Connection) -> None:
    place = uuid4()
    await put(vault, app, place, name="慕容复")
    assert await found(Finder(KEK, b"x" * 32), app, place, name="慕容复") == []


async def test_a_scan_compares_who_shares_a_block_and_nobody_else(
    vault: Vault, finder: Finder, app: asyncpg.Connection
) -> None:
    one = await put(vault, app, name="南宫雪", resident_id="640302198107121239")
    twice = await put(vault, app, name="南宮雪", birth_date="1981-07-12")
    await put(vault, app, name="南宫雪", birth_date="1950-01-01")
    scanned = await finder.scan(app, "surname_born", None, least=60)
    assert [(pair.first, pair.second) for pair in scanned.pairs if one in pair] == [tuple(sorted((one, twice)))]
    assert scanned.after is None
    again = await finder.alike(app, {"name": "南宫雪", "birth_date": "1981-07-12"}, least=60, besides=[twice])
    assert [alike.person_id for alike in again] == [one]


async def test_who_was_born_on_a_day_is_told_by_number_and_by_date(
    app: asyncpg.Connection, vault: Vault, finder: Finder
) -> None:
    by_number = await put(vault, app, name="甲", resident_id=ID)
    by_date = await put(vault, app, name="乙", birth_date="1980-02-14")
    without = await put(vault, app, name="丙")
    days = [date(1980, 2, 13), date(1980, 2, 15)]
    assert await finder.born_on(app, days, [by_number, by_date, without]) == {by_number}
    assert await finder.born_on(app, [*days, date(1980, 2, 14)], [by_date, without]) == {by_date}
    assert await finder.born_on(app, days, []) == frozenset()
    for days in ([], [date(1980, 1, 1) + timedelta(days=n) for n in range(367)]):
        with pytest.raises(ValueError, match="1 to 366 are"):
            await finder.born_on(app, days, [by_number])
