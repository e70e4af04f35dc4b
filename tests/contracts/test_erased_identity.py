"""After erasure and its sweep planted identity is found nowhere at all, with every key still reachable tried."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from unionaid.embedded.apart import run_apart
from unionaid.service.roles import Role
from unionaid.testkit.demo import Demo, empty_stack
from unionaid.testkit.traces import found_in, found_in_files, traces_of_bytes, traces_of_text
from unionaid.vault import Unreadable, sealing

from .test_planted_identity import MARKS, NAIVE_FOLD, NUMBERS, PHONES, SERVICES, Planting, resident_id

NEW_PHONE = "17700009999"
STAYS = resident_id(504)
ON = "2017-01-09"


@dataclass(frozen=True)
class Backup:
    """What the vault held of the persons before they were erased, as a copy somebody has kept."""

    versions: list[tuple[UUID, int, sealing.Sealed]]
    wrapped: Mapping[UUID, bytes]
    hashes: list[bytes]

    def traces(self) -> dict[str, bytes]:
        """The bytes of it in every form."""
        kinds = {
            "key": list(self.wrapped.values()),
            "nonce": [sealed.nonce for _, _, sealed in self.versions],
            "ciphertext": [sealed.ciphertext for _, _, sealed in self.versions],
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
    """A stack in which everybody planted was erased, and nobody else."""

    stack: Demo
    persons: list[UUID]
    backup: Backup
    unswept: set[str]
    """What was found between the erasure and the sweep."""
    said: str
    """What the sweep said."""

    @property
    def traces(self) -> dict[str, bytes]:
        texts = {f"{mark} {how}": form for mark in (*MARKS, NEW_PHONE) for how, form in traces_of_text(mark).items()}
        return texts | self.backup.traces()

    def found(self, traces: Mapping[str, bytes]) -> dict[str, list[str]]:
        """Which traces lie in which files of the whole stack: databases, Kafka, logs, records."""
        files = self.stack.files()
        assert {"pg_wal", "meta.properties", "registry.log"} <= {part for file in files for part in file.parts}
        return {name: sorted(map(str, paths)) for name, paths in found_in_files(files, traces).items()}


async def backed_up(dsn: str, persons: list[UUID]) -> Backup:
    owner = await asyncpg.connect(dsn)
    try:
        versions = await owner.fetch("SELECT * FROM vault.fields WHERE person_id = ANY($1)", persons)
        wrapped = await owner.fetch(
            "SELECT person_id, wrapped_key FROM vault.person_keys WHERE person_id = ANY($1)", persons
        )
        hashes = await owner.fetch(
            "SELECT digest FROM vault.blind_index WHERE person_id = ANY($1) "
            "UNION SELECT i.body FROM eventlog.idempotency i "
            "JOIN eventlog.events e ON convert_from(e.body, 'UTF8')::json->>'commandid' = encode(i.key, 'hex') "
            "WHERE e.stream = ANY($2)",
            persons,
            [f"person-{person}" for person in persons],
        )
        await owner.execute("ANALYZE")  # as the server does by itself: samples of rows go into its statistics
    finally:
        await owner.close()
    return Backup(
        [(row["person_id"], row["version"], sealing.Sealed(row["nonce"], row["ciphertext"])) for row in versions],
        {row["person_id"]: row["wrapped_key"] for row in wrapped},
        [row["digest"] for row in hashes],
    )


def plant(made: Planting) -> list[UUID]:
    """Enter, correct, open and look up people, and one who stays; return those to be erased."""
    made.register()
    asked = {"kind": "resident_id", "values": list(NUMBERS)}
    matches = made.send("POST", "registry", "/matches", asked).json()["matches"]
    persons = [match["person_id"] for match in matches]
    correction = {"phone": NEW_PHONE, "reason_code": "changed", "occurred_on": ON}
    assert made.send("POST", "registry", f"/persons/{persons[0]}/corrections", correction).status_code == 200
    opening = {"person_ids": persons, "fields": ["name", "phone"], "purpose": "contact"}
    opened = made.send("POST", "registry", "/identities/open", opening).json()["persons"]
    assert [one["identity"]["phone"] for one in opened] == [NEW_PHONE, *PHONES[1:]]
    unions = made.send("GET", "registry", "/union-orgs", None).json()["items"]
    stays = {
        "name": "留下",
        "resident_id": STAYS,
        "migrant": False,
        "union_org_id": unions[0]["org_id"],
        "occurred_on": ON,
    }
    assert made.send("POST", "registry", "/workers", stays).status_code == 201
    return [UUID(person) for person in persons]


def erase(stack: Demo, persons: list[UUID]) -> None:
    token = stack.token("approver")
    for person in persons:
        body = {"reason_code": "ordered", "occurred_on": ON}
        answer = stack.request("POST", "registry", f"/persons/{person}/erasure", token, body)
        assert answer.status_code == 200, answer.text


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


@pytest.fixture(scope="module")
def erased() -> Iterator[Erased]:
    with empty_stack("erasure-test") as stack, httpx.Client(timeout=30, trust_env=False) as client:
        persons = plant(Planting(stack, client, stack.token(*(role.value for role in Role))))
        backup = run_apart(backed_up(stack.stack.databases["registry"]["owner"], persons))
        assert (len(backup.versions), len(backup.wrapped)) == (4, 3)
        erase(stack, persons)
        made = Erased(stack, persons, backup, set(), "")
        made.unswept = set(made.found({n: form for n, form in made.traces.items() if n.endswith(" plain")}))
        made.said = operate(stack, "unionaid.registry.main", "sweep")
        yield made


def test_without_the_sweep_the_bytes_lie_about_though_none_in_clear(erased: Erased) -> None:
    assert {name.partition(" ")[0] for name in erased.unswept} == {"key", "nonce", "ciphertext", "hash"}


def test_the_sweep_says_what_it_did(erased: Erased) -> None:
    assert "written anew: vault.person_keys, vault.fields, vault.statements, vault.blind_index" in erased.said
    assert "write-ahead log" in erased.said


@pytest.mark.parametrize("service", SERVICES)
def test_nor_topic_nor_metric(erased: Erased, tmp_path: Path, service: str) -> None:
    stack, copy = erased.stack.stack, tmp_path / "copy.jsonl"
    where = ("--bootstrap", stack.kafka, "--topic", f"unionaid.{stack.division}.{service}", "--copy", str(copy))
    subprocess.run([sys.executable, str(NAIVE_FOLD), *where], check=True)
    values = copy.read_bytes()
    assert values.count(b'"unionaid.registry.PersonErased.v1"') == (3 if service == "registry" else 0)
    assert found_in(values, erased.traces) == set()
    told = erased.stack.request("GET", service, "/metrics", None).raise_for_status().content
    assert found_in(told, erased.traces) == set()


def test_nor_an_export(erased: Erased, tmp_path: Path) -> None:
    export = tmp_path / "registry.jsonl"
    operate(erased.stack, "unionaid.eventlog", "export", str(export))
    assert export.read_bytes().count(b'"unionaid.registry.PersonErased.v1"') == 3
    assert found_in(export.read_bytes(), erased.traces) == set()


def test_nor_any_answer(erased: Erased) -> None:
    asked = {"person_ids": [str(one) for one in erased.persons], "fields": ["name"], "purpose": "contact"}
    opened = erased.stack.request("POST", "registry", "/identities/open", erased.stack.token("district_officer"), asked)
    assert [one["code"] for one in opened.json()["persons"]] == ["person-erased"] * 3
    token = erased.stack.token("district_officer")
    matching = {"kind": "resident_id", "values": [*NUMBERS, STAYS]}
    found = erased.stack.request("POST", "registry", "/matches", token, matching).json()["matches"]
    assert [match["code"] for match in found] == ["nobody-found"] * 3 + [None]


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


async def _keys_left(dsn: str) -> list[tuple[UUID, bytes, bytes]]:
    owner = await asyncpg.connect(dsn)
    rows: list[Any] = await owner.fetch("SELECT person_id, kek_id, wrapped_key FROM vault.person_keys")
    await owner.close()
    return [tuple(row) for row in rows]


def test_after_it_no_file_of_the_stack_holds_any_of_them(erased: Erased) -> None:
    """Last in this file: it stops the stack, so that everything is in its files."""
    erased.stack.done("down")
    assert erased.found(erased.traces) == {}
