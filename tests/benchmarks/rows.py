"""All rows, in the order they are told."""

from __future__ import annotations

from .appending import open_append, open_command, open_roster
from .approving import NAMES as APPROVERS
from .approving import measure_approvers
from .commanding_http import open_http
from .contest import Probe, Row
from .importing import HOUSEHOLD_NAMES as HOUSEHOLDS
from .importing import NAMES as IMPORT
from .importing import ROUNDS as IMPORT_ROUNDS
from .importing import measure_households, measure_import
from .likening import NAMES as LIKENESS
from .likening import measure_likeness
from .previewing import NAMES as PREVIEW
from .previewing import ROUNDS as PREVIEW_ROUNDS
from .previewing import measure_previews
from .publishing import open_publish, open_snapshot_held
from .reaching import NAMES as LATENCY
from .reaching import ROUNDS as LATENCY_ROUNDS
from .reaching import measure_latency
from .rebuilding import open_rebuild, open_rebuild_usual
from .reconciling import NAMES as RECONCILE
from .reconciling import ROUNDS as RECONCILE_ROUNDS
from .reconciling import measure_returns
from .remembering import NAMES as MEMORY
from .remembering import measure_memory
from .rival_eventsourcing import open_eventsourcing
from .searching import NAMES as SEARCH
from .searching import ROUNDS as SEARCH_ROUNDS
from .searching import measure_search
from .totalling import NAMES as TOTALS
from .totalling import ROUNDS as TOTALS_ROUNDS
from .totalling import measure_totals

ROWS: tuple[Row | Probe, ...] = (
    Row(
        "append",
        "Log.append, one event, 16 writers",
        "plain insert of the same rows, same unique key, 16 connections",
        goal=0.75, size=5_000, size_smoke=64, open=open_append, turns=8,
    ),
    Row(
        "command",
        "a command below HTTP: load, decide, append, idempotency row",
        "plain insert of one row per command, 16 connections",
        goal=0.45, size=3_000, size_smoke=64, open=open_command, turns=8,
    ),
    Row(
        "http",
        "a command over HTTP: token, key, load, decide, append, answer; 16 callers",
        "a bare FastAPI route, same body model and server, one insert",
        goal=0.45, size=1_000, size_smoke=32, open=open_http, turns=4,
    ),
    Row(
        "roster",
        "1,000 events of 500 people in one append",
        "one unnest insert of the same rows, same unique key",
        goal=0.65, size=10_000, size_smoke=1_000, open=open_roster, turns=8,
    ),
    Row(
        "eventsourcing",
        "Log.append, one event, 16 writers",
        "eventsourcing 9.5, PostgreSQL recorder, 16 threads, pool of 16",
        goal=8.0, size=8_000, size_smoke=64, open=open_eventsourcing,
    ),
    Row(
        "publish",
        "sequence and publish a backlog",
        "bare idempotent aiokafka produce of the same bytes, acks=all",
        goal=0.40, size=60_000, size_smoke=200, open=open_publish,
    ),
    Row(
        "rebuild",
        "rebuild of all projections of reporting",
        "a loop written by hand that writes the same rows",
        goal=0.60, rate_goal=40_000.0, size=300_000, size_smoke=200, open=open_rebuild,
    ),
    Row(
        "rebuild-usual",
        "rebuild of all projections of reporting",
        "a FastStream handler per message, pydantic, one transaction per event",
        goal=50.0, size=300_000, size_smoke=200, open=open_rebuild_usual,
    ),
    Row(
        "snapshot-held",
        "drain of a backlog after two minutes under an open snapshot",
        "the same without the snapshot",
        goal=None, size=20_000, size_smoke=40, open=open_snapshot_held, rounds=1,
    ),
    Probe(
        "latency",
        "from a command's arrival at registry until reporting's tables hold it; 200 commands/s, then doubled",
        LATENCY, size=4_000, size_smoke=40, measure=measure_latency, steps=LATENCY_ROUNDS + 2,
    ),
    Probe(
        "totals",
        "a total among 1,000,000 payments, as of any moment: one programme and year, anything, broken down",
        TOTALS, size=1_000_000, size_smoke=200, measure=measure_totals, steps=TOTALS_ROUNDS + 1,
    ),
    Probe(
        "import",
        "a workbook of 5,000 workers, 300 of its rows bad: the whole report, then the good rows entered",
        IMPORT, size=5_000, size_smoke=100, measure=measure_import, steps=IMPORT_ROUNDS,
    ),
    Probe(
        "import-households",
        "a workbook of 5,000 members of households, 300 of its rows bad: the whole report, then the good rows entered",
        HOUSEHOLDS, size=5_000, size_smoke=100, measure=measure_households, steps=IMPORT_ROUNDS,
    ),
    Probe(
        "search",
        "searches among 1,000,000 persons in a jurisdiction: by name, pinyin, initials, number and its parts, phone",
        SEARCH, size=1_000_000, size_smoke=2_000, measure=measure_search, steps=SEARCH_ROUNDS + 2,
    ),
    Probe(
        "preview",
        "who would qualify for each purpose of the policies, among 100,000 workers with households and dossiers",
        PREVIEW, size=100_000, size_smoke=60, measure=measure_previews, steps=PREVIEW_ROUNDS + 1,
    ),
    Probe(
        "approvers",
        "16 approvers at once on one nearly empty fund; a list of 5,000 on two funds",
        APPROVERS, size=480, size_smoke=16, measure=measure_approvers, steps=2,
    ),
    Probe(
        "reconcile",
        "a bank's return of 5,000 lines, every 17th failed: read and held against its batch, then booked",
        RECONCILE, size=5_000, size_smoke=60, measure=measure_returns, steps=RECONCILE_ROUNDS,
    ),
    Probe(
        "likeness",
        "pairs of records of one person among 20,000 persons, as many hard pairs of two: precision and recall",
        LIKENESS, size=20_000, size_smoke=400, measure=measure_likeness, steps=1,
    ),
    Probe(
        "memory",
        "resident memory of a process that replays 1,000,000 events: consumer, rebuild, relay",
        MEMORY, size=1_000_000, size_smoke=200, measure=measure_memory, steps=3,
    ),
)  # fmt: skip


class UnknownRow(Exception):
    """There is no row of that name; the message lists those there are."""


def chosen(names: list[str]) -> list[Row | Probe]:
    """Return the rows of these names, all without any.

    Raises:
        UnknownRow: one of the names is none.
    """
    known = [name for row in ROWS for name in row.names]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UnknownRow(f"There is no benchmark named {', '.join(unknown)}. There are: {', '.join(known)}.")
    return [row for row in ROWS if not names or set(names) & set(row.names)]
