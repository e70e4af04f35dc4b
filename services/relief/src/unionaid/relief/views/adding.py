"""How rows of the views are added: one statement for many events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from unionaid.contracts import Event as Fact
from unionaid.eventlog import Connection

Writers: TypeAlias = "Mapping[type[Fact], tuple[str, Sequence[str]]]"
"""SQL of each event, which takes one array per named field of the events."""


def inserted(table: str, columns: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """Return what inserts rows of columns, each with its type."""
    types = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), start=1))
    sql = f"INSERT INTO views.{table} ({', '.join(columns)}) SELECT * FROM unnest({types})"
    return sql, tuple(columns)


async def write(conn: Connection, facts: Sequence[Fact], writers: Writers) -> None:
    """Write the facts of each type together, in the order of the writers."""
    by_type: dict[type[Fact], list[Any]] = {}
    for fact in facts:
        by_type.setdefault(type(fact), []).append(fact)
    for kind, (sql, columns) in writers.items():
        if of_kind := by_type.get(kind):
            await conn.execute(sql, *([getattr(fact, name) for fact in of_kind] for name in columns))
