"""The vault on a real PostgreSQL: what a dump shows, what a stranger can read, what an alteration does."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.eventlog import Roles, migrate
from unionaid.vault import FIELDS, KINDS, IdentityReference, NotTogether, Unreadable, Vault, commitment, forget, sealing

if TYPE_CHECKING:
    from unionaid.testkit.stack import Postgres, ServiceDatabase

KEK, HMAC = b"k" * 32, b"h" * 32
PLANTED = {
    "name": "欧阳㴙𠮷",
    "resident_id": "64030219800101ABCX",
    "phone": "13900009999",
    "bank_account": "6222020000000009999",
    "address": "利通区胜利街道九十九号",
    "birth_date": "1980-01-01",
}
TABLES = ("person_keys", "fields", "statements", "blind_index", "openings", "uploads")


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
async def owner(database: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    """The owner is a member of the vault's role, and stands for who has stolen a dump or writes to the disk."""
    conn = await asyncpg.connect(database.owner_dsn)
    yield conn
    await conn.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(KEK, HMAC)


async def _put(vault: Vault, conn: asyncpg.Connection, person_id: UUID, fields: dict[str, str]) -> IdentityReference:
    sealed = vault.seal({person_id: fields})
    async with conn.transaction():
        await vault.put(conn, sealed)
    return sealed.references[person_id]


async def _put_next(
    vault: Vault, conn: asyncpg.Connection, person_id: UUID, fields: dict[str, str]
) -> IdentityReference:
    async with conn.transaction():
        sealed = await vault.seal_next(conn, {person_id: fields})
        await vault.put(conn, sealed)
    return sealed.references[person_id]


async def _open(vault: Vault, conn: asyncpg.Connection, *persons: UUID) -> dict[UUID, dict[str, str]]:
    async with conn.transaction():
        return await vault.open(conn, persons, FIELDS, actor=f"person-{uuid4()}", purpose="test")


async def test_what_is_put_is_read_and_found(vault: Vault, app: asyncpg.Connection) -> None:
    person_id = uuid4()
    reference = await _put(vault, app, person_id, PLANTED)
    assert reference.vault_version == 1
    assert await _open(vault, app, person_id) == {person_id: PLANTED}
    assert person_id in (await vault.match(app, "resident_id", [PLANTED["resident_id"]]))[PLANTED["resident_id"]]
    assert await vault.match(app, "resident_id", ["64030219800101ABC0"]) == {}


async def test_a_dump_shows_nothing(vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection) -> None:
    person_id = uuid4()
    await _put(vault, app, person_id, PLANTED)
    await _open(vault, app, person_id)
    dumped = b""
    for table in TABLES:
        for form in ("binary", "text"):
            out = io.BytesIO()
            await owner.copy_from_table(table, schema_name="vault", output=out, format=form)
            dumped += out.getvalue()
    assert person_id.bytes in dumped, "the dump has the rows"
    for name, value in PLANTED.items():
        for shown in (value, value[-4:]):
            if name == "birth_date" and shown != value:
                continue
            assert shown.encode() not in dumped, name
            assert shown.encode().hex().encode() not in dumped, name
    assert KEK not in dumped
    assert HMAC not in dumped


async def test_another_key_encryption_key_reads_nothing(vault: Vault, app: asyncpg.Connection) -> None:
    person_id = uuid4()
    await _put(vault, app, person_id, PLANTED)
    stranger = Vault(b"x" * 32, HMAC)
    with pytest.raises(Unreadable, match="another key-encryption key"):
        await _open(stranger, app, person_id)
    with pytest.raises(Unreadable, match="another key-encryption key"):
        await stranger.seal_next(app, {person_id: PLANTED})


async def test_another_hash_key_finds_nothing(vault: Vault, app: asyncpg.Connection) -> None:
    await _put(vault, app, uuid4(), PLANTED)
    assert await Vault(KEK, b"x" * 32).match(app, "name", [PLANTED["name"]]) == {}


@pytest.mark.parametrize(
    ("table", "column"), [("fields", "ciphertext"), ("fields", "nonce"), ("person_keys", "wrapped_key")]
)
async def test_altered_bytes_are_noticed(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection, table: str, column: str
) -> None:
    person_id = uuid4()
    await _put(vault, app, person_id, PLANTED)
    await owner.execute(
        f"UPDATE vault.{table} SET {column} = set_byte({column}, 5, get_byte({column}, 5) # 1) WHERE person_id = $1",
        person_id,
    )
    with pytest.raises(Unreadable, match="altered or moved"):
        await _open(vault, app, person_id)


async def test_rows_cannot_stand_in_for_one_another(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    one, two = uuid4(), uuid4()
    await _put(vault, app, one, PLANTED)
    await _put(vault, app, two, {"name": "乙"})
    await owner.execute(
        "UPDATE vault.person_keys k SET wrapped_key = o.wrapped_key FROM vault.person_keys o "
        "WHERE k.person_id = $2 AND o.person_id = $1", one, two
    )  # fmt: skip
    with pytest.raises(Unreadable, match="key was altered or moved"):
        await _open(vault, app, two)


async def test_an_older_version_cannot_stand_in_for_the_newest(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    person_id = uuid4()
    await _put(vault, app, person_id, PLANTED)
    await _put_next(vault, app, person_id, {"name": "新"})
    await owner.execute(
        "UPDATE vault.fields n SET nonce = o.nonce, ciphertext = o.ciphertext FROM vault.fields o "
        "WHERE n.person_id = $1 AND n.version = 2 AND o.person_id = $1 AND o.version = 1", person_id
    )  # fmt: skip
    with pytest.raises(Unreadable, match="fields were altered or moved"):
        await _open(vault, app, person_id)


async def test_fields_of_one_person_do_not_open_as_anothers_even_under_the_same_key() -> None:
    key, one, two = sealing.new_key(), uuid4(), uuid4()
    sealed, _ = sealing.seal(key, 1, one, PLANTED)
    assert sealing.unseal(key, 1, one, sealed)[0] == PLANTED
    with pytest.raises(Unreadable):
        sealing.unseal(key, 1, two, sealed)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["SELECT * FROM vault.{}", "DELETE FROM vault.{}", "TRUNCATE vault.{}"])
async def test_neither_app_nor_auditor_reaches_a_table(database: ServiceDatabase, table: str, statement: str) -> None:
    for dsn in (database.app_dsn, database.auditor_dsn):
        conn = await asyncpg.connect(dsn)
        try:
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)):
                await conn.execute(statement.format(table))
        finally:
            await conn.close()


async def test_the_auditor_reaches_no_function(database: ServiceDatabase) -> None:
    conn = await asyncpg.connect(database.auditor_dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.fetch("SELECT * FROM vault.match('name', ARRAY['\\x00'::bytea])")
    finally:
        await conn.close()


async def test_every_function_of_another_s_right_has_a_fixed_search_path(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT proname, prosecdef, proconfig, pg_get_userbyid(proowner) AS owner FROM pg_proc "
        "WHERE pronamespace = 'vault'::regnamespace"
    )
    of_files = {"keep_upload", "read_upload", "forget_uploads"}
    of_search = {"place", "find", "alike", "compared", "blocks", "numbered", "born_on"}
    of_persons = {"keys", "put", "match", "open", "forget", "sharing"}
    of_statements = {"put_statements", "open_statements", "statement_keys", "forget_matters"}
    definers = {row["proname"] for row in rows if row["prosecdef"]}
    assert definers == of_persons | of_files | of_search | of_statements
    for row in rows:
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"], row["proname"]
        assert row["owner"].endswith("_vault"), row["proname"]


async def test_a_known_person_gets_a_next_version_and_is_found_by_it_alone(
    vault: Vault, app: asyncpg.Connection
) -> None:
    person_id = uuid4()
    before, after = {"name": f"甲{uuid4()}"}, {"name": f"乙{uuid4()}", "phone": "1"}
    first = await _put(vault, app, person_id, before)
    second = await _put_next(vault, app, person_id, after)
    assert (first.vault_version, second.vault_version) == (1, 2)
    assert second.commitment != first.commitment
    assert await _open(vault, app, person_id) == {person_id: after}
    found = await vault.match(app, "name", [before["name"], after["name"]])
    assert found == {after["name"]: (person_id,)}


async def test_whose_account_is_the_same_is_told_by_id_until_it_is_another(
    vault: Vault, app: asyncpg.Connection
) -> None:
    account = f"6222{uuid4().int % 10**12}"
    one, two, three = uuid4(), uuid4(), uuid4()
    for person_id, number in ((one, account), (two, account), (three, account[:-1])):
        await _put(vault, app, person_id, {"name": "同名", "bank_account": number})
    assert await vault.sharing(app, "bank_account", [one, two, three]) == {one: (two,), two: (one,)}
    assert await vault.sharing(app, "bank_account", [three]) == {}
    await _put_next(vault, app, two, {"name": "同名"})
    assert await vault.sharing(app, "bank_account", [one, two]) == {}
    with pytest.raises(ValueError, match="blind index"):
        await vault.sharing(app, "address", [one])


async def test_a_person_is_new_once_and_each_version_is_one_writer_s(vault: Vault, app: asyncpg.Connection) -> None:
    person_id = uuid4()
    await _put(vault, app, person_id, PLANTED)
    with pytest.raises(asyncpg.UniqueViolationError):
        await _put(vault, app, person_id, PLANTED)
    late = await vault.seal_next(app, {person_id: {"name": "晚"}})
    await _put_next(vault, app, person_id, {"name": "早"})
    with pytest.raises(asyncpg.UniqueViolationError):
        async with app.transaction():
            await vault.put(app, late)
    assert await _open(vault, app, person_id) == {person_id: {"name": "早"}}
    with pytest.raises(ValueError, match="1 of 2 persons are not known"):
        await vault.seal_next(app, {person_id: PLANTED, uuid4(): PLANTED})


async def test_persons_of_one_name_are_all_found(vault: Vault, app: asyncpg.Connection) -> None:
    name, persons = f"王{uuid4()}", sorted(uuid4() for _ in range(3))
    async with app.transaction():
        await vault.put(app, vault.seal({person_id: {"name": name} for person_id in persons}))
    assert await vault.match(app, "name", [name]) == {name: tuple(persons)}


async def test_who_is_forgotten_is_neither_opened_nor_found_and_others_stay(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    gone, stays, unknown = uuid4(), uuid4(), uuid4()
    await _put(vault, app, gone, PLANTED)
    after = {**PLANTED, "phone": "13900008888"}
    await _put_next(vault, app, gone, after)
    await _put(vault, app, stays, {"name": PLANTED["name"]})
    with pytest.raises(NotTogether):
        await forget(app, [gone])
    with pytest.raises(ValueError, match="0 persons"):
        await forget(app, [])
    async with app.transaction():
        told = await forget(app, [gone, unknown])
    assert told == {gone: {kind: vault.blind(kind, after[field]) for kind, field in KINDS.items()}}
    async with app.transaction():
        assert await forget(app, [gone, unknown]) == {}
    assert await _open(vault, app, gone, stays) == {stays: {"name": PLANTED["name"]}}
    found = await vault.match(app, "name", [PLANTED["name"]])
    assert gone not in found[PLANTED["name"]]
    assert stays in found[PLANTED["name"]]
    assert await vault.match(app, "phone", ["13900008888"]) == {}
    async with owner.transaction():
        await owner.execute(f'SET LOCAL ROLE "{await owner.fetchval(_OWNER_OF_VAULT)}"')
        for table in ("person_keys", "fields", "blind_index"):
            assert await owner.fetchval(f"SELECT count(*) FROM vault.{table} WHERE person_id = $1", gone) == 0


_OWNER_OF_VAULT = "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'vault'"


async def test_what_is_rolled_back_is_not_there(vault: Vault, app: asyncpg.Connection) -> None:
    person_id = uuid4()
    transaction = app.transaction()
    await transaction.start()
    await vault.put(app, vault.seal({person_id: PLANTED}))
    await transaction.rollback()
    assert await _open(vault, app, person_id) == {}


async def test_nothing_is_put_or_opened_outside_a_transaction(vault: Vault, app: asyncpg.Connection) -> None:
    with pytest.raises(NotTogether):
        await vault.put(app, vault.seal({uuid4(): PLANTED}))
    with pytest.raises(NotTogether):
        await vault.open(app, [uuid4()], ["name"], actor="person-x", purpose="p")


async def test_an_opening_is_written_down_and_tells_only_what_was_asked(
    vault: Vault, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    person_id, stranger = uuid4(), uuid4()
    await _put(vault, app, person_id, PLANTED)
    async with app.transaction():
        opened = await vault.open(app, [person_id, stranger], ["phone", "name"], actor="person-1", purpose="letter")
    assert opened == {person_id: {"name": PLANTED["name"], "phone": PLANTED["phone"]}}
    row = await owner.fetchrow("SELECT * FROM vault.openings ORDER BY opening_id DESC LIMIT 1")
    assert row is not None
    assert (row["actor"], row["purpose"], row["fields"]) == ("person-1", "letter", ["name", "phone"])
    assert set(row["persons"]) == {person_id, stranger}
    for change in ("UPDATE vault.openings SET purpose = 'x'", "DELETE FROM vault.openings"):
        with pytest.raises(asyncpg.PostgresError, match="insert-only"):
            await owner.execute(change)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"nickname": "x"},
        {"name": ""},
        {"name": "x" * 501},
        {"name": "a\x00b"},
        {"name": "a\nb"},
        {"name": "\ud800"},
    ],
)
def test_bad_fields_are_refused_without_being_repeated(vault: Vault, fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        vault.seal({uuid4(): fields})
    assert all(not value or value not in str(refused.value) for value in fields.values())


async def test_limits(vault: Vault, app: asyncpg.Connection) -> None:
    person_id = uuid4()
    for many in (0, 10_001):
        with pytest.raises(ValueError, match="10000"):
            vault.seal({uuid4(): PLANTED for _ in range(many)})
    with pytest.raises(ValueError, match="10000"):
        await vault.match(app, "name", [str(n) for n in range(10_001)])
    with pytest.raises(ValueError, match="500"):
        await vault.open(app, [uuid4() for _ in range(501)], ["name"], actor="a", purpose="p")
    for actor, purpose, wanted in (("", "p", "name"), ("a", "", "name"), ("a", "p", "nickname")):
        with pytest.raises(ValueError, match=r"purpose|fields"):
            await vault.open(app, [person_id], [wanted], actor=actor, purpose=purpose)
    with pytest.raises(ValueError, match="no blind index"):
        vault.blind("address", "1")
    with pytest.raises(ValueError, match="31 bytes"):
        Vault(b"k" * 31, HMAC)


def test_blind_hashes_differ_by_kind_and_key_and_are_32_bytes(vault: Vault) -> None:
    hashes = {vault.blind("name", "1"), vault.blind("resident_id", "1"), Vault(KEK, b"x" * 32).blind("name", "1")}
    assert len(hashes) == 3
    assert {len(digest) for digest in hashes} == {32}
    assert vault.blind("name", "1") == Vault(b"y" * 32, HMAC).blind("name", "1")


def test_the_commitment_is_what_the_docs_say_and_salted() -> None:
    text = b"unionaid vault identity v1\0" + b"s" * 32 + '{"name":"𠮷","phone":"1"}'.encode()
    assert commitment(b"s" * 32, {"phone": "1", "name": "𠮷"}) == hashlib.sha256(text).hexdigest()
    key, person_id = sealing.new_key(), uuid4()
    promises = {sealing.seal(key, 1, person_id, PLANTED)[1] for _ in range(5)}
    assert len(promises) == 5
    sealed, promise = sealing.seal(key, 1, person_id, PLANTED)
    assert sealing.unseal(key, 1, person_id, sealed) == (PLANTED, promise)


_CHINESE = st.characters(min_codepoint=0x3400, max_codepoint=0x323AF, exclude_categories=("Cs", "Cn", "Cc"))
_VALUES = st.text(_CHINESE | st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(st.sampled_from(sorted(FIELDS)), _VALUES, min_size=1))
async def test_any_text_comes_back_as_it_was(vault: Vault, app: asyncpg.Connection, fields: dict[str, str]) -> None:
    person_id = uuid4()
    await _put(vault, app, person_id, fields)
    assert await _open(vault, app, person_id) == {person_id: fields}
    for kind in ("name", "resident_id"):
        if kind in fields:
            assert person_id in (await vault.match(app, kind, [fields[kind]]))[fields[kind]]


async def test_five_thousand_at_once_in_one_round_trip(
    vault: Vault, app: asyncpg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    persons = {uuid4(): {**PLANTED, "resident_id": f"{n:018}"} for n in range(5_000)}
    asked: list[str] = []
    app.add_query_logger(lambda record: asked.append(record.query))
    began = time.perf_counter()
    sealed = vault.seal(persons)
    sealed_at = time.perf_counter()
    async with app.transaction():
        await vault.put(app, sealed)
    ended = time.perf_counter()
    with capsys.disabled():
        print(f"\nvault: 5,000 persons sealed in {sealed_at - began:.2f} s, put in {ended - sealed_at:.2f} s")
    assert len([query for query in asked if "vault." in query]) == 1
    assert len(sealed.references) == 5_000
    found = await vault.match(app, "resident_id", [fields["resident_id"] for fields in persons.values()])
    assert found == {fields["resident_id"]: (person_id,) for person_id, fields in persons.items()}
