"""Each guard of the log is taken out in turn, and the test that stands for it must fail.

A guard without such a test could be lost unnoticed. The altered copy lies before the checkout on the path; servers are
those of this run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from unionaid.testkit.stack import Kafka, Postgres

CHECKOUT = Path(__file__).parents[2]
SOURCES = CHECKOUT / "shared/eventlog/src/unionaid/eventlog"
TESTS = "shared/eventlog/tests"
PYTEST_TESTS_FAILED = 1


@dataclass(frozen=True)
class Guard:
    """In `file`, `held` is what guards; with `lost` in its place `test` must fail."""

    name: str
    file: str
    held: str
    lost: str
    test: str
    also: tuple[str, str] | None = None
    """A second place to take out, where two guards stand behind each other."""


GUARDS = [
    Guard(
        "the lease",
        "sql/0003_sequence.sql",
        "IF NOT EXISTS (SELECT 1 FROM pg_locks",
        "IF false AND NOT EXISTS (SELECT 1 FROM pg_locks",
        "test_relay.py::test_only_the_session_with_the_lease_may_number",
    ),
    Guard(
        "the fence",
        "publisher.py",
        'transactional_id=f"{topic}.relay"',
        "transactional_id=f\"{topic}.{__import__('uuid').uuid4()}\"",
        "test_relay.py::test_a_new_producer_fences_the_former",
    ),
    Guard(
        "the byte comparison",
        "publisher.py",
        "stored.get(int(read.logindex)) == chunk[n].value",
        "stored.get(int(read.logindex)) is not None",
        "test_relay.py::test_other_bytes_at_the_next_index_halt_the_log",
    ),
    Guard(
        "the look for a topic ahead",
        "publisher.py",
        "int(read.logindex) == last + 1:",
        "int(read.logindex) == last - 1:",
        "test_relay.py::test_a_topic_ahead_halts_the_log_and_numbers_nothing",
    ),
    Guard(
        "the halt",
        "sql/0002_append.sql",
        "IF FOUND THEN\n        RAISE EXCEPTION 'the log is halted'",
        "IF false THEN\n        RAISE EXCEPTION 'the log is halted'",
        "test_append.py::test_a_halted_log_takes_nothing",
    ),
    Guard(
        "compare-and-set of the position",
        "inbox.py",
        "if last != expected:",
        "if False:",
        "test_inbox.py::test_a_reader_left_behind_applies_nothing",
        ("AND last_index = $3 RETURNING", "AND $3::bigint IS NOT NULL RETURNING"),
    ),
    Guard(
        "the hint check",
        "cursor.py",
        "if index != batch.last_index or sha256(record.value) != batch.hash():",
        "if False:",
        "test_cursor.py::test_applied_is_the_log_in_order_without_a_hole",
    ),
    Guard(
        "never past a hole",
        "cursor.py",
        "elif index == batch.last_index + 1:\n                self._next",
        "elif index > batch.last_index:\n                self._next",
        "test_cursor.py::test_a_hole_is_never_passed",
    ),
    Guard(
        "the hash of the last record",
        "cursor.py",
        "if sha256(record.value) != batch.hash():\n            self.stopped",
        "if False:\n            self.stopped",
        "test_inbox.py::test_the_last_index_with_other_bytes_stops_the_reader",
    ),
    Guard(
        "the source of a record",
        "cursor.py",
        "if read is not None and read.source == self.source else None",
        "if read is not None else None",
        "test_inbox.py::test_foreign_records_are_parked_and_everything_else_flows",
    ),
    Guard(
        "parking by key",
        "inbox.py",
        "if (topic, read.subject) in self._blocked:",
        "if False:",
        "test_inbox.py::test_a_record_that_cannot_be_read_blocks_its_key_alone",
    ),
    Guard(
        "parking of unknown versions",
        "handling.py",
        'return f"unknown version {version} of {name}" if name in self._names else None',
        "return None",
        "test_inbox.py::test_a_record_that_cannot_be_read_blocks_its_key_alone",
    ),
    Guard(
        "the no-gap check of one event",
        "store.py",
        "($2 = 0 OR EXISTS",
        "(true OR EXISTS",
        "test_append.py::test_a_wrong_version_and_a_gap_change_nothing",
    ),
    Guard(
        "the no-gap check of many events",
        "sql/0002_append.sql",
        "WHERE s.expected > 0",
        "WHERE s.expected > 1000000",
        "test_append.py::test_a_wrong_version_and_a_gap_change_nothing",
    ),
    Guard(
        "once for each key, one event",
        "store.py",
        '_STORE.format(source="keyed")',
        '_STORE.format(source="allowed")',
        "test_append.py::test_a_repeated_key_gets_the_first_answer",
    ),
    Guard(
        "once for each key, many events",
        "sql/0002_append.sql",
        "IF held < cardinality(i_keys) THEN",
        "IF false THEN",
        "test_append.py::test_a_repeated_key_gets_the_first_answer",
    ),
    Guard(
        "reservations",
        "sql/0002_append.sql",
        "IF held < cardinality(r_keys) THEN",
        "IF false THEN",
        "test_append.py::test_a_taken_reservation_names_its_holder_and_changes_nothing",
    ),
    Guard(
        "insert only",
        "sql/0001_log.sql",
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON eventlog.events",
        "BEFORE UPDATE ON eventlog.events",
        "test_append.py::test_the_database_itself_refuses_to_alter_history",
    ),
    Guard(
        "agreement before a build goes live",
        "projections.py",
        "if live is not None and not replace_disagreeing:",
        "if False:",
        "test_projections.py::test_a_build_that_disagrees_stays_beside",
    ),
    Guard(
        "no event restored over another",
        "repair.py",
        'if published[row["stream"], row["version"]] != row["body"]:',
        "if False:",
        "test_repair.py::test_repair_refuses_where_another_event_has_taken_the_place",
    ),
]


@pytest.mark.parametrize("guard", GUARDS, ids=[g.name.replace(" ", "-") for g in GUARDS])
def test_a_lost_guard_is_noticed(guard: Guard, postgres: Postgres, kafka: Kafka, tmp_path: Path) -> None:
    altered = tmp_path / "unionaid/eventlog"
    shutil.copytree(SOURCES, altered, ignore=shutil.ignore_patterns("__pycache__"))
    source = (altered / guard.file).read_text("utf-8")
    for held, lost in [(guard.held, guard.lost), *([guard.also] if guard.also else [])]:
        assert source.count(held) == 1, f"{guard.file} has no (one) {held!r}: bring this list up to date"
        source = source.replace(held, lost)
    (altered / guard.file).write_text(source, "utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    servers = {"UNIONAID_POSTGRES": postgres.superuser_dsn, "UNIONAID_KAFKA": kafka.bootstrap}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", f"{TESTS}/{guard.test}"],
        cwd=CHECKOUT,
        env=os.environ | servers | {"PYTHONPATH": path, "UNIONAID_TEST_PATIENCE_S": "6"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == PYTEST_TESTS_FAILED, (
        f"without {guard.name}, {guard.test} does not fail:\n{done.stdout[-2000:]}"
    )
