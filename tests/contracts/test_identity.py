"""No identity is where everybody reads: not in a topic, not in a log file, not in a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from unionaid.embedded import sample
from unionaid.embedded.apart import run_apart
from unionaid.testkit.demo import Demo

_HAN = re.compile(r"[\u3400-\u9fff]+")
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
# A number stands by itself: inside a hash, which is hexadecimal, eleven digits may be anything.
_RESIDENT_ID = re.compile(rb"(?<![0-9A-Za-z])[0-9]{17}[0-9X](?![0-9A-Za-z])")
_PHONE = re.compile(rb"(?<![0-9A-Za-z])1[0-9]{10}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Planted:
    """Names, resident IDs and phones of everybody in the sample history."""

    names: frozenset[str]
    numbers: frozenset[bytes]

    def found_in(self, content: bytes) -> set[str]:
        """Which of them stand in these bytes, also where JSON has escaped them."""
        text = _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)).encode("utf-8", "replace"), content)
        numbers = {*_RESIDENT_ID.findall(text), *_PHONE.findall(text)} & self.numbers
        words = set(_HAN.findall(text.decode("utf-8", "replace")))
        names = {name for word in words for name in self._parts(word) if name in self.names}
        return {number.decode() for number in numbers} | names

    @staticmethod
    def _parts(word: str) -> Iterator[str]:
        for length in (2, 3):
            for start in range(len(word) - length + 1):
                yield word[start : start + length]


@pytest.fixture(scope="module")
def planted() -> Planted:
    people = [p for town in sample.office(4_116, 199_700_000) for unit in town.units for p in unit.people]
    assert len(people) == 4_116
    return Planted(
        frozenset(p.name for p in people),
        frozenset(value.encode() for p in people for value in (p.resident_id, p.phone)),
    )


async def tables(dsn: str) -> dict[str, bytes]:
    """Schema and table -> all its rows as bytes, for all tables of a database but the vault's."""
    conn = await asyncpg.connect(dsn)
    try:
        found = await conn.fetch(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'vault') ORDER BY 1, 2"
        )
        return {
            f"{schema}.{table}": b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for row in await conn.fetch(f'SELECT * FROM "{schema}"."{table}"')
                for value in row
            )
            for schema, table in found
        }
    finally:
        await conn.close()


@pytest.fixture(scope="module")
def dumps(demo: Demo) -> Mapping[str, Mapping[str, bytes]]:
    return {service: run_apart(tables(dsns["owner"])) for service, dsns in demo.stack.databases.items()}


def test_the_search_finds_what_is_there(planted: Planted) -> None:
    name = next(name for name in sorted(planted.names) if len(name) == 3)
    number = next(iter(sorted(planted.numbers)))
    escaped = name.encode("ascii", "backslashreplace")
    for content in (f'{{"name":"{name}"}}'.encode(), b'{"name":"%s"}' % escaped, f"收款人{name}已签".encode()):
        assert planted.found_in(content) == {name}
    assert planted.found_in(b'"resident_id":"%s"' % number) == {number.decode()}
    assert planted.found_in(b'{"sha256":"ab%scd","name":"\xe5\xbc\xa0"}' % number) == set()


def test_no_topic_holds_identity(planted: Planted, topics: Mapping[str, Path]) -> None:
    for service, copy in topics.items():
        assert planted.found_in(copy.read_bytes()) == set(), service
    assert sample.DISTRICT.encode() in topics["registry"].read_bytes()  # so names would be seen


def test_no_log_file_holds_identity(demo: Demo, planted: Planted) -> None:
    logs = demo.log_files()
    assert {"registry", "relief", "reporting", "server"} <= {log.stem for log in logs}
    for log in logs:
        assert planted.found_in(log.read_bytes()) == set(), log.name


def test_no_table_outside_the_vault_holds_identity(planted: Planted, dumps: Mapping[str, Mapping[str, bytes]]) -> None:
    for service, found in dumps.items():
        for table, content in found.items():
            assert planted.found_in(content) == set(), f"{service}: {table}"


def test_the_tables_that_were_searched_are_those_that_hold_something(
    dumps: Mapping[str, Mapping[str, bytes]],
) -> None:
    district = sample.DISTRICT.encode()
    assert {service for service, found in dumps.items() if district in b"".join(found.values())} >= {
        "registry",
        "reporting",
    }
    assert district in dumps["registry"]["eventlog.events"]
    for service, found in dumps.items():
        assert "eventlog.idempotency" in found, service
        assert not [table for table in found if table.startswith("vault")], service
