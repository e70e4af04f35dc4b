"""`python -m unionaid.eventlog`: check, export, republish and repair one service's log, and its parked events."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from unionaid.eventlog.check import Report, check_database, check_topic
from unionaid.eventlog.export import RepublishRefused, export, republish
from unionaid.eventlog.handling import list_parked
from unionaid.eventlog.repair import RepairRefused, repair_from_topic

if TYPE_CHECKING:
    from unionaid.eventlog.store import Connection

_EXAMPLES = """examples:
  python -m unionaid.eventlog check --json
  python -m unionaid.eventlog export relief.jsonl
  python -m unionaid.eventlog republish --confirm unionaid.640302.relief
  python -m unionaid.eventlog repair --from-topic
The service is named by --database, --kafka, --topic and --source, or by UNIONAID_OWNER_DATABASE_URL, UNIONAID_KAFKA,
UNIONAID_TOPIC and UNIONAID_SOURCE."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m unionaid.eventlog", epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, variable in (
        ("database", "UNIONAID_OWNER_DATABASE_URL"),
        ("kafka", "UNIONAID_KAFKA"),
        ("topic", "UNIONAID_TOPIC"),
        ("source", "UNIONAID_SOURCE"),
    ):
        parser.add_argument(f"--{name}", default=os.environ.get(variable), help=f"default: {variable}")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="holes, doubles, altered bytes; exit code 1 names a breach")
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    exporting = commands.add_parser("export", help="all values in index order as JSON Lines, with a SHA-256")
    exporting.add_argument("file", type=Path)
    filling = commands.add_parser("republish", help="fill a new, empty topic from index 0")
    filling.add_argument("--confirm", required=True, metavar="TOPIC", help="the topic's name, typed out")
    mending = commands.add_parser("repair", help="put events back that only the topic still has")
    mending.add_argument("--from-topic", action="store_true", required=True)
    commands.add_parser("parked", help="list what could not be applied")
    return parser.parse_args()


def _needed(arguments: argparse.Namespace, *names: str) -> None:
    missing = [n for n in names if not getattr(arguments, n)]
    if missing:
        sys.exit(f"missing: {', '.join('--' + n for n in missing)}. See --help for examples.")


async def _run(arguments: argparse.Namespace, conn: Connection) -> int:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(arguments.command, total=None)

        def progress(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        match arguments.command:
            case "check":
                report = await check_database(conn)
                if arguments.kafka and arguments.topic and arguments.source:
                    await check_topic(conn, report, arguments.kafka, arguments.topic, arguments.source)
                print(json.dumps(report.as_dict(), ensure_ascii=False, indent=2) if arguments.json else _text(report))
                return 0 if report.ok else 1
            case "export":
                sha256 = await export(conn, arguments.file, progress)
                print(f"{sha256}  {arguments.file}")
            case "republish":
                _needed(arguments, "kafka", "topic", "source")
                where = (arguments.kafka, arguments.topic, arguments.source)
                events = await republish(conn, *where, confirmed=arguments.confirm, progress=progress)
                print(f"{events} events published")
            case "repair":
                _needed(arguments, "kafka", "topic", "source")
                done = await repair_from_topic(conn, arguments.kafka, arguments.topic, arguments.source, progress)
                print(f"{done.events} events put back from index {done.first_index} on, {done.foreign} foreign records")
            case "parked":
                for row in await list_parked(conn):
                    print(json.dumps(row, default=str, ensure_ascii=False))
    return 0


def _text(report: Report) -> str:
    lines = [f"{name:>12}: {n}" for name, n in report.checked.items()]
    lines += [f"BREACH {kind}: {what}" for kind, what in report.breaches.items()] or ["no breach"]
    return "\n".join(lines)


async def _main() -> int:
    arguments = _arguments()
    _needed(arguments, "database")
    try:
        conn = await asyncpg.connect(arguments.database)
    except (OSError, asyncpg.PostgresError) as error:
        sys.exit(f"the database cannot be reached: {error}")
    try:
        return await _run(arguments, conn)
    except (RepublishRefused, RepairRefused) as refusal:
        sys.exit(f"refused: {refusal}")
    except KafkaError as error:
        sys.exit(f"Kafka: {error}. Is the broker up, and does the topic exist?")
    finally:
        await conn.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
