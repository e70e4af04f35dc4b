"""Statements in the vault: what was said of a person in a matter, gone with the person or with the matter."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.eventlog import Roles, migrate
from unionaid.vault import (
    STATEMENT_FIELDS,
    TOPICS,
    NotTogether,
    StatementVersion,
    Unreadable,
    Vault,
    forget,
    forget_matters,
)
from unionaid.vault.limits import STATEMENT_CHARS_MAX

if TYPE_CHECKING:
    from unionaid.testkit.stack import Postgres, ServiceDatabase

SAID = {"monthly_income_fen": "123456", "health_note": "标记尿毒症透析\n每周三次"}


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[ServiceDatabase]:
    made = await postgres.create_service_database("registry")
    owner = await asyncpg.connect(made.owner_dsn)
    await migrate(owner, "vault", files("unionaid.vault") / "sql", Roles(*_names(made)))
    await owner.close()
    yield made
    await postgres.drop(made)


def _names(made: ServiceDatabase) -> tuple[str, str, str, str]:
    return made.roles.owner, made.roles.app, made.roles.vault, made.roles.auditor


@pytest.fixture
async def app(database: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database.app_dsn)
    yield conn
    await conn.close()


@pytest.fixture
async def owner(database: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database.owner_dsn)
    yield conn
    await conn.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32, b"h" * 32)


async def known(vault: Vault, conn: asyncpg.Connection) -> UUID:
    person_id = uuid4()
    async with conn.transaction():
        await vault.put(conn, vault.seal({person_id: {"name": "标记"}}))
    return person_id


async def say(
    vault: Vault, conn: asyncpg.Connection, person_id: UUID, matter_id: UUID, said: dict[str, str]
) -> StatementVersion:
    async with conn.transaction():
        sealed = await vault.statements.seal(conn, matter_id, "member", {person_id: said})
        await vault.statements.put(conn, sealed)
    return sealed.references[person_id]


async def read(vault: Vault, conn: asyncpg.Connection, matter_id: UUID) -> dict[tuple[UUID, str], dict[str, str]]:
    async with conn.transaction():
        return await vault.statements.open(
            conn, matter_id, list(TOPICS), STATEMENT_FIELDS, actor="person-x", purpose="test"
        )


async def test_what_was_said_is_read_in_its_newest_version(vault: Vault, app: asyncpg.Connection) -> None:
    person_id, matter_id = await known(vault, app), uuid4()
    first = await say(vault, app, person_id, matter_id, SAID)
    second = await say(vault, app, person_id, matter_id, {"monthly_income_fen": "0"})
    other = await say(vault, app, person_id, uuid4(), SAID)
    assert [reference.statement_version for reference in (first, second, other)] == [1, 2, 1]
    assert first.commitment != other.commitment, "salted"
    assert await read(vault, app, matter_id) == {(person_id, "member"): {"monthly_income_fen": "0"}}


async def test_nothing_is_said_of_whom_the_vault_does_not_know(vault: Vault, app: asyncpg.Connection) -> None:
    sealed = await vault.statements.seal(app, uuid4(), "member", {uuid4(): SAID})
    assert sealed.references == {}


async def test_it_goes_with_the_person(vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection) -> None:
    gone, stays, matter_id = await known(vault, app), await known(vault, app), uuid4()
    await say(vault, app, gone, matter_id, SAID)
    await say(vault, app, stays, matter_id, SAID)
    async with app.transaction():
        await forget(app, [gone])
    assert await read(vault, app, matter_id) == {(stays, "member"): SAID}
    assert await owner.fetchval("SELECT count(*) FROM vault.statements") == 1


async def test_it_goes_with_the_matter_and_the_person_stays(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    person_id, closed, open_ = await known(vault, app), uuid4(), uuid4()
    await say(vault, app, person_id, closed, SAID)
    await say(vault, app, person_id, open_, SAID)
    async with app.transaction():
        assert await forget_matters(app, [closed]) == 1
    assert await read(vault, app, closed) == {}
    assert await read(vault, app, open_) == {(person_id, "member"): SAID}
    assert set(await vault.versions(app, [person_id])) == {person_id}


async def test_a_dump_shows_nothing_of_it(vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection) -> None:
    person_id, matter_id = await known(vault, app), uuid4()
    await say(vault, app, person_id, matter_id, SAID)
    out = io.BytesIO()
    await owner.copy_from_table("statements", schema_name="vault", output=out, format="binary")
    assert person_id.bytes in out.getvalue()
    for value in SAID.values():
        assert value.encode() not in out.getvalue()


async def test_an_opening_is_written_down(vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection) -> None:
    person_id, matter_id = await known(vault, app), uuid4()
    await say(vault, app, person_id, matter_id, SAID)
    await read(vault, app, matter_id)
    row = await owner.fetchrow("SELECT actor, purpose, fields, persons FROM vault.openings")
    assert row is not None
    assert (row["actor"], row["purpose"], row["persons"]) == ("person-x", "test", [person_id])
    assert row["fields"] == sorted(STATEMENT_FIELDS)


async def test_rows_cannot_stand_in_for_one_another(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    person_id, matter_id = await known(vault, app), uuid4()
    await say(vault, app, person_id, matter_id, SAID)
    await owner.execute("UPDATE vault.statements SET matter_id = $1", other := uuid4())
    with pytest.raises(Unreadable):
        await read(vault, app, other)


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("member", {}),
        ("member", {"objection": "x"}),
        ("nothing", {"objection": "x"}),
        ("member", {"health_note": ""}),
        ("member", {"health_note": "a\tb"}),
        ("member", {"health_note": "x" * (STATEMENT_CHARS_MAX + 1)}),
    ],
)
async def test_bad_statements_are_refused_without_being_repeated(
    vault: Vault, app: asyncpg.Connection, topic: str, said: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"statement|must be") as refused:
        await vault.statements.seal(app, uuid4(), topic, {uuid4(): said})
    assert not any(value and value in str(refused.value) for value in said.values() if len(value) > 1)


async def test_nothing_is_put_or_opened_outside_a_transaction(vault: Vault, app: asyncpg.Connection) -> None:
    sealed = await vault.statements.seal(app, uuid4(), "member", {await known(vault, app): SAID})
    with pytest.raises(NotTogether):
        await vault.statements.put(app, sealed)
    with pytest.raises(NotTogether):
        await vault.statements.open(app, uuid4(), ["member"], ["health_note"], actor="a", purpose="p")


async def test_statements_of_many_new_matters_are_sealed_at_once(
    app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    vault, persons, matters = Vault(b"k" * 32, b"h" * 32), [uuid4() for _ in range(4)], [uuid4() for _ in range(2)]
    said = {
        matters[0]: {persons[0]: {"monthly_income_fen": "1"}, persons[1]: {"monthly_income_fen": "2"}},
        matters[1]: {persons[2]: {"monthly_income_fen": "3"}, persons[3]: {"monthly_income_fen": "4"}},
    }
    async with app.transaction():
        await vault.put(app, vault.seal({person: {"name": "甲"} for person in persons[:3]}))
        sealed = await vault.statements.seal_first(app, "member", said)
        assert set(sealed.references) == set(persons[:3]), "the vault does not know the fourth"
        assert {version for version, _ in sealed.references.values()} == {1}
        await vault.statements.put(app, sealed)
    async with app.transaction():
        opened = [
            await vault.statements.open(app, matter, ["member"], ["monthly_income_fen"], actor="a", purpose="p")
            for matter in matters
        ]
    incomes = {who: words["monthly_income_fen"] for one in opened for (who, _), words in one.items()}
    assert incomes == {persons[0]: "1", persons[1]: "2", persons[2]: "3"}
    async with app.transaction():
        again = await vault.statements.seal_first(app, "member", said)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with app.transaction():
                await vault.statements.put(app, again)
        with pytest.raises(ValueError, match="two matters"):
            await vault.statements.seal_first(app, "member", {m: {persons[0]: SAID} for m in matters})
