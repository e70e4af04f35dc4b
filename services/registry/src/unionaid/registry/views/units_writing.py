"""What is written of unions and enterprises: what they are called and where they stand now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import (
    EnterpriseDetailsCorrected,
    EnterpriseRegistered,
    UnionOrgDetailsCorrected,
    UnionOrgDissolved,
    UnionOrgEstablished,
    UnionOrgMoved,
)
from unionaid.eventlog import Connection

DEPTH: Mapping[str, int] = {"district": 1, "sub_district": 2, "grassroots": 3}
"""How deep a level stands in the tree."""
SHOWN: tuple[type[Fact], ...] = (
    UnionOrgEstablished,
    UnionOrgMoved,
    UnionOrgDetailsCorrected,
    UnionOrgDissolved,
    EnterpriseRegistered,
    EnterpriseDetailsCorrected,
)


async def write_units(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows from facts about units, in the order of each one's."""
    await _insert_orgs(conn, [fact for fact in facts if isinstance(fact, UnionOrgEstablished)])
    await _insert_enterprises(conn, [fact for fact in facts if isinstance(fact, EnterpriseRegistered)])
    if moved := {fact.org_id: fact.parent_id for fact in facts if isinstance(fact, UnionOrgMoved)}:
        await conn.execute(
            "UPDATE views.org o SET parent_id = m.parent_id "
            "FROM unnest($1::uuid[], $2::uuid[]) AS m(org_id, parent_id) WHERE o.org_id = m.org_id",
            *_columns(moved.items()),
        )
    if called := {fact.org_id: fact.name for fact in facts if isinstance(fact, UnionOrgDetailsCorrected)}:
        await conn.execute(
            "UPDATE views.org o SET name = c.name "
            "FROM unnest($1::uuid[], $2::text[]) AS c(org_id, name) WHERE o.org_id = c.org_id",
            *_columns(called.items()),
        )
    if ended := {fact.org_id: fact.occurred_on for fact in facts if isinstance(fact, UnionOrgDissolved)}:
        await conn.execute(
            "UPDATE views.org o SET dissolved_on = d.dissolved_on "
            "FROM unnest($1::uuid[], $2::date[]) AS d(org_id, dissolved_on) WHERE o.org_id = d.org_id",
            *_columns(ended.items()),
        )
    await _correct(conn, {fact.enterprise_id: fact for fact in facts if isinstance(fact, EnterpriseDetailsCorrected)})


async def _insert_orgs(conn: Connection, facts: Sequence[UnionOrgEstablished]) -> None:
    if facts:
        await conn.execute(
            "INSERT INTO views.org (org_id, level, depth, parent_id, name, established_on) SELECT * FROM "
            "unnest($1::uuid[], $2::text[], $3::smallint[], $4::uuid[], $5::text[], $6::date[])",
            *_columns((f.org_id, f.level, DEPTH[f.level], f.parent_id, f.name, f.occurred_on) for f in facts),
        )


async def _insert_enterprises(conn: Connection, facts: Sequence[EnterpriseRegistered]) -> None:
    if facts:
        await conn.execute(
            "INSERT INTO views.enterprise (enterprise_id, uscc, name, ownership, union_org_id, registered_on) "
            "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::date[])",
            *_columns((f.enterprise_id, f.uscc, f.name, f.ownership, f.union_org_id, f.occurred_on) for f in facts),
        )


async def _correct(conn: Connection, last: Mapping[Any, EnterpriseDetailsCorrected]) -> None:
    if last:
        await conn.execute(
            "UPDATE views.enterprise e SET uscc = c.uscc, name = c.name, ownership = c.ownership, "
            "union_org_id = c.union_org_id FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) "
            "AS c(enterprise_id, uscc, name, ownership, union_org_id) WHERE e.enterprise_id = c.enterprise_id",
            *_columns((f.enterprise_id, f.uscc, f.name, f.ownership, f.union_org_id) for f in last.values()),
        )


def _columns(rows: Iterable[tuple[Any, ...]]) -> Iterable[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
