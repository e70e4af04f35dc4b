"""Years later, after erasure and its sweep, a family is found nowhere at all, with every key still reachable tried.

The stack's clock is set on between the two: who asks early is told until when, and nothing is destroyed before.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from unionaid.embedded.apart import run_apart
from unionaid.testkit.demo import Demo, empty_stack
from unionaid.testkit.traces import found_in, found_in_files, traces_of_bytes, traces_of_text
from unionaid.vault import Unreadable, sealing

from .erasing_story import MARKS, NAMES, NUMBERS, STAYS, WAIT_S_MAX, WORDS, Story

SERVICES = ("registry", "relief", "mutualaid", "supervision", "reporting")
EARLY, LATE = "2019-01-07", "2047-01-06"
"""When they ask, and the day after the last period: 30 years after a payment."""
PERIODS = {
    "relief-payment": "2047-01-05",
    "relief-list": "2046-12-20",
    "dossier": "2028-01-02",
    "household": "2026-01-04",
}
VAULT = ("person_keys", "fields", "blind_index", "search", "statements", "uploads")


@dataclass(frozen=True)
class Backup:
    """What the vault held of the persons before they were erased, as a copy somebody has kept."""

    versions: list[tuple[UUID, int, sealing.Sealed]]
    statements: list[tuple[tuple[UUID, UUID, str, int], sealing.Sealed]]
    uploads: list[sealing.Sealed]
    wrapped: Mapping[UUID, bytes]
    hashes: list[bytes]

    def traces(self) -> dict[str, bytes]:
        """The bytes of it in every form."""
        sealed = [*(one for *_, one in self.versions), *(one for _, one in self.statements), *self.uploads]
        kinds = {
            "key": list(self.wrapped.values()),
            "nonce": [one.nonce for one in sealed],
            "ciphertext": [one.ciphertext for one in sealed],
            "hash": self.hashes,
        }
        return {
            f"{kind} {n} {how}": form
            for kind, values in kinds.items()
            for n, value in enumerate(values)
            for how, form in traces_of_bytes(value).items()
        }


@dataclass
class Erased:
    """A stack in which the family was erased, and nobody else."""

    stack: Demo
    story: Story
    backup: Backup
    early: dict[str, Any] = field(default_factory=dict)
    """What was answered when they asked before their periods had ended."""
    totals: list[Any] = field(default_factory=list)
    """Before, and after."""
    unswept: set[str] = field(default_factory=set)
    """What was found between the erasure and the sweep."""
    said: str = ""
    """What the sweep said."""
    unconfirmed: Any = None

    @property
    def persons(self) -> list[UUID]:
        return [UUID(person) for person in self.story.persons]

    @property
    def traces(self) -> dict[str, bytes]:
        texts = {f"{mark} {how}": form for mark in MARKS for how, form in traces_of_text(mark).items()}
        return texts | self.backup.traces()

    def found(self, traces: Mapping[str, bytes]) -> dict[str, list[str]]:
        """Which traces lie in which files of the whole stack: databases, Kafka, logs, records."""
        files = self.stack.files()
        assert {"pg_wal", "meta.properties", "registry.log"} <= {part for file in files for part in file.parts}
        return {name: sorted(map(str, paths)) for name, paths in found_in_files(files, traces).items()}


async def backed_up(dsn: str, persons: list[UUID], matters: list[UUID]) -> Backup:
    owner = await asyncpg.connect(dsn)
    try:
        of = "person_id = ANY($1)"
        versions = await owner.fetch(f"SELECT * FROM vault.fields WHERE {of}", persons)
        statements = await owner.fetch(f"SELECT * FROM vault.statements WHERE {of}", persons)
        assert {row["matter_id"] for row in statements} > set(matters)
        wrapped = await owner.fetch(f"SELECT person_id, wrapped_key FROM vault.person_keys WHERE {of}", persons)
        uploads = await owner.fetch("SELECT * FROM vault.uploads")
        hashes = await owner.fetch(
            "SELECT digest FROM vault.blind_index WHERE person_id = ANY($1) "
            "UNION SELECT i.body FROM eventlog.idempotency i "
            "JOIN eventlog.events e ON convert_from(e.body, 'UTF8')::json->>'commandid' = encode(i.key, 'hex') "
            "WHERE e.stream = ANY($2) AND e.type ~ '(PersonRegistered|IdentityCorrected)'",
            persons,
            [f"person-{person}" for person in persons],
        )
        await owner.execute("ANALYZE")  # as the server does by itself: samples of rows go into its statistics
    finally:
        await owner.close()

    def sealed(row: asyncpg.Record) -> sealing.Sealed:
        return sealing.Sealed(row["nonce"], row["ciphertext"])

    return Backup(
        [(row["person_id"], row["version"], sealed(row)) for row in versions],
        [((row["person_id"], row["matter_id"], row["topic"], row["version"]), sealed(row)) for row in statements],
        [sealed(row) for row in uploads],
        {row["person_id"]: row["wrapped_key"] for row in wrapped},
        [row["digest"] for row in hashes if row["digest"]],
    )


async def dumped(dsn: str) -> dict[str, bytes]:
    """Schema and table -> all its rows, for every table of a database, the vault's too; bytes as they are."""
    owner = await asyncpg.connect(dsn)
    try:
        tables = await owner.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        held = {}
        for table in tables:
            rows = [row.values() for row in await owner.fetch(f"SELECT * FROM {table['name']}")]
            cells = (value for row in rows for value in row)
            held[table["name"]] = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in cells)
    finally:
        await owner.close()
    return held


async def all_topics(bootstrap: str) -> dict[str, list[bytes]]:
    """Topic -> keys, values and headers of every record, of all partitions, committed or not."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    topics = await admin.describe_topics()
    await admin.close()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest",
        isolation_level="read_uncommitted",
    )  # fmt: skip
    await consumer.start()
    try:
        held: dict[str, list[bytes]] = {}
        for topic in topics:
            parts = [TopicPartition(topic["topic"], part["partition"]) for part in topic["partitions"]]
            held[topic["topic"]] = found = []
            consumer.assign(parts)
            await consumer.seek_to_beginning(*parts)
            ends = await consumer.end_offsets(parts)
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        headers = (part for _, value in record.headers for part in [value or b""])
                        found += [record.key or b"", record.value or b"", *headers]
        return held
    finally:
        await consumer.stop()


def operate(stack: Demo, *arguments: str) -> str:
    """Run a program of the product as the operator does, as the owner of registry's database."""
    environment = {
        "UNIONAID_OWNER_DATABASE_URL": stack.stack.databases["registry"]["owner"],
        "PYTHONPATH": ":".join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked_early(story: Story) -> dict[str, Any]:
    """Ask for erasure while periods run, and try it: the person is restricted, and told until when."""
    holder = story.persons[0]
    told: dict[str, Any] = {"open": story.ask(f"/persons/{holder}/retention")}
    ended = {"reason_code": "retention-ended", "occurred_on": "2019-01-07"}
    told["refused while open"] = story.send("another_approver", f"/persons/{holder}/erasure", **ended).json()
    story.close()
    story.ask("/dossiers")  # waits for the own views
    asking = {"unit": "grassroots", "occurred_on": "2019-01-07"}
    told["restricted"] = story.done("grassroots_officer", f"/persons/{holder}/restriction", **asking)
    told["kept"] = story.ask(f"/persons/{holder}/retention")
    told["refused"] = story.send("another_approver", f"/persons/{holder}/erasure", **ended).json()
    closed = f"/dossiers/{story.dossier}/erasure"
    told["dossier refused"] = story.send("another_approver", closed, occurred_on="2019-01-07").json()
    opening = {"person_ids": [holder], "fields": ["name"], "purpose": "contact"}
    told["opened"] = story.done("district_officer", "/identities/open", **opening)["persons"]
    return told


def erase(story: Story) -> Any:
    """Erase who is kept by nothing any more, the dossier first; return what is not confirmed in time."""
    assert [one["dossier_id"] for one in story.ask("/retention/dossiers")["items"]] == [story.dossier]
    on = {"occurred_on": LATE}
    story.done("another_approver", f"/dossiers/{story.dossier}/erasure", **on)
    listed = [one["person_id"] for one in story.ask("/retention/persons", "approver")["items"]]
    assert listed == sorted(story.persons)
    for person in listed:
        story.done("another_approver", f"/persons/{person}/erasure", reason_code="retention-ended", **on)
    deadline = time.monotonic() + WAIT_S_MAX
    while (waiting := story.ask("/erasures", unconfirmed="true")["items"]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(story.ask("/erasures")["items"]) == len(story.persons)
    return waiting


@pytest.fixture(scope="module")
def erased() -> Iterator[Erased]:
    with empty_stack("erasure-test", clock=EARLY) as stack:
        story = Story(stack)
        story.tell()
        persons = [UUID(person) for person in story.persons]
        matters = [UUID(story.dossier), UUID(story.household)]
        before = story.totals()
        early = asked_early(story)
        backup = run_apart(backed_up(stack.stack.databases["registry"]["owner"], persons, matters))
        assert (len(backup.versions), len(backup.wrapped), len(backup.uploads)) == (4, 3, 1)
        assert len(backup.statements) == len(WORDS) + 1
        stack.done("down")
        stack.done("up", "--detach", "--clock", LATE)
        workers = story.totals()
        made = Erased(stack, story, backup, early, [before, workers])
        made.unconfirmed = erase(story)
        made.totals.append(story.totals())
        made.unswept = set(made.found({n: form for n, form in made.traces.items() if n.endswith(" plain")}))
        made.said = operate(stack, "unionaid.registry.main", "sweep")
        yield made


def test_who_asks_early_is_restricted_and_told_until_when(erased: Erased) -> None:
    early = erased.early
    assert early["open"]["until"] is None
    assert early["refused while open"]["code"] == "record-open"
    assert early["restricted"]["until"] == "2047-01-05"
    assert {one["kind"]: one["until"] for one in early["kept"]["periods"]}.items() >= PERIODS.items()
    assert (early["refused"]["code"], "2047-01-05" in early["refused"]["detail"]) == ("retention-runs", True)
    assert (early["dossier refused"]["code"], "2028-01-02" in early["dossier refused"]["detail"]) == (
        "retention-runs", True,
    )  # fmt: skip
    assert [(one["identity"], one["code"]) for one in early["opened"]] == [(None, "person-restricted")]


def test_every_service_has_confirmed_and_no_total_has_changed(erased: Erased) -> None:
    assert erased.unconfirmed == []
    (paid, _), later, after = erased.totals
    assert paid == {"people": 1, "times": 1, "amount_fen": 150_000}
    assert (later[0], after) == (paid, later)


def test_without_the_sweep_the_bytes_lie_about_though_none_in_clear(erased: Erased) -> None:
    assert {name.partition(" ")[0] for name in erased.unswept} == {"key", "nonce", "ciphertext", "hash"}


def test_the_sweep_says_what_it_did(erased: Erased) -> None:
    assert "written anew: vault.person_keys, vault.fields, vault.statements, vault.blind_index" in erased.said
    assert "write-ahead log" in erased.said


@pytest.mark.parametrize("service", SERVICES)
def test_no_table_holds_any_of_it(erased: Erased, service: str) -> None:
    held = run_apart(dumped(erased.stack.stack.databases[service]["owner"]))
    assert {"eventlog.events", "eventlog.idempotency"} < held.keys()
    assert {table for table, content in held.items() if found_in(content, erased.traces)} == set()
    if service == "registry":
        assert all(not held[f"vault.{table}"] for table in ("statements", "uploads"))
        assert str(erased.story.stays).encode() in held["vault.person_keys"]
        for table in VAULT:
            assert not [person for person in erased.story.persons if person.encode() in held[f"vault.{table}"]], table


def test_nor_any_topic(erased: Erased) -> None:
    held = run_apart(all_topics(erased.stack.stack.kafka))
    names = {f"unionaid.{erased.stack.stack.division}.{service}" for service in SERVICES}
    assert names <= held.keys()
    told = b"".join(held[f"unionaid.{erased.stack.stack.division}.registry"])
    assert (told.count(b"registry.PersonErased.v1"), told.count(b"registry.DossierErased.v1")) == (3, 1)
    assert {topic for topic, values in held.items() if found_in(b"\n".join(values), erased.traces)} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_nor_a_metric(erased: Erased, service: str) -> None:
    told = erased.stack.request("GET", service, "/metrics", None).raise_for_status().content
    assert found_in(told, erased.traces) == set()


def test_nor_an_export(erased: Erased, tmp_path: Path) -> None:
    export = tmp_path / "registry.jsonl"
    operate(erased.stack, "unionaid.eventlog", "export", str(export))
    assert export.read_bytes().count(b'"unionaid.registry.PersonErased.v1"') == 3
    assert found_in(export.read_bytes(), erased.traces) == set()


def test_nor_any_answer(erased: Erased) -> None:
    story = erased.story
    opening = {"person_ids": story.persons, "fields": ["name"], "purpose": "contact"}
    opened = story.done("district_officer", "/identities/open", **opening)["persons"]
    assert [one["code"] for one in opened] == ["person-erased"] * 3
    numbers = [*NUMBERS, STAYS[1]]
    found = story.done("district_officer", "/matches", kind="resident_id", values=numbers)["matches"]
    assert [match["code"] for match in found] == ["nobody-found"] * 3 + [None]
    searched = story.done("district_officer", "/searches", name=NAMES[0])
    assert searched["items"] == []
    for path in (f"/dossiers/{story.dossier}", f"/households/{story.household}"):
        said = story.send("grassroots_officer", f"{path}/statements/open", unit="grassroots")
        assert said.json().get("statements", []) == [], said.text


def test_no_key_that_is_left_opens_a_kept_copy_of_the_ciphertext(erased: Erased) -> None:
    """But for a key in a backup, which lives at most `backup_days`: it shows that the trying is real."""
    secrets = [path.read_bytes() for path in (erased.stack.home / "secrets").rglob("*") if path.name in ("kek", "hmac")]
    assert len(secrets) == 2 * len(SERVICES)
    kek = sealing.KeyEncryptionKey((erased.stack.home / "secrets" / "registry" / "kek").read_bytes())
    left = run_apart(_keys_left(erased.stack.stack.databases["registry"]["owner"]))
    unwrapped = [kek.unwrap(person, kek_id, wrapped) for person, kek_id, wrapped in left]
    assert len(unwrapped) == 1, "who stays"
    for person, version, sealed in erased.backup.versions:
        for key in (*secrets, *unwrapped):
            with pytest.raises(Unreadable):
                sealing.unseal(key, version, person, sealed)
        kept = kek.unwrap(person, kek.id, erased.backup.wrapped[person])
        assert sealing.unseal(kept, version, person, sealed)[0]["name"] in MARKS
    said = set()
    for place, sealed in erased.backup.statements:
        for key in (*secrets, *unwrapped):
            with pytest.raises(Unreadable):
                sealing.unseal_statement(key, place, sealed)
        kept = kek.unwrap(place[0], kek.id, erased.backup.wrapped[place[0]])
        said |= set(sealing.unseal_statement(kept, place, sealed).values())
    assert set(WORDS) < said


async def _keys_left(dsn: str) -> list[tuple[UUID, bytes, bytes]]:
    owner = await asyncpg.connect(dsn)
    rows: list[Any] = await owner.fetch("SELECT person_id, kek_id, wrapped_key FROM vault.person_keys")
    await owner.close()
    return [tuple(row) for row in rows]


def test_after_it_no_file_of_the_stack_holds_any_of_them(erased: Erased) -> None:
    """Last in this file: it stops the stack, so that everything is in its files."""
    erased.stack.done("down")
    assert erased.found(erased.traces) == {}
