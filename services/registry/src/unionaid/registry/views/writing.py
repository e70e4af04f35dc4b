"""What registry's own views are written from: its own log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import DossierErased, EnterpriseRegistered, PersonErased, UnionOrgEstablished
from unionaid.eventlog import Connection, Decoder, Event
from unionaid.registry.forgetting import forget_dossiers, forget_persons
from unionaid.registry.views import memberships, records, titles
from unionaid.registry.views.dossiers_writing import SHOWN as DOSSIERS
from unionaid.registry.views.dossiers_writing import write_dossiers
from unionaid.registry.views.duplicates import SHOWN as PAIR_FACTS
from unionaid.registry.views.duplicates import write_pairs
from unionaid.registry.views.people_writing import SHOWN as PEOPLE
from unionaid.registry.views.people_writing import places_of, write_people
from unionaid.vault import place

DEPTH: Mapping[str, int] = {"district": 1, "sub_district": 2, "grassroots": 3}
"""How deep a level stands in the tree."""


_SHOWN: tuple[type[Fact], ...] = (
    UnionOrgEstablished,
    EnterpriseRegistered,
    *PEOPLE,
    *DOSSIERS,
    *memberships.SHOWN,
    *records.SHOWN,
    *titles.SHOWN,
    *PAIR_FACTS,
)


class RegistryViews:
    """Writes the views; what is about one thing is written in the order of its events.

    Erasures are carried out again, which changes nothing but in a database that was restored from a backup.
    """

    def __init__(self) -> None:
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in _SHOWN}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from events of this service."""
        facts = [event.data for event in events]
        await _insert_orgs(conn, [fact for fact in facts if isinstance(fact, UnionOrgEstablished)])
        await _insert_enterprises(conn, [fact for fact in facts if isinstance(fact, EnterpriseRegistered)])
        await write_people(conn, [fact for fact in facts if isinstance(fact, PEOPLE)])
        await write_dossiers(conn, {fact.subject for fact in facts if isinstance(fact, DOSSIERS)})
        await memberships.write_memberships(conn, facts)
        await records.write_records(conn, facts)
        await titles.write(conn, facts)
        await write_pairs(conn, [fact for fact in facts if isinstance(fact, PAIR_FACTS)])
        if placed := places_of(facts):
            await place(conn, placed)
        if erased := [fact.person_id for fact in facts if isinstance(fact, PersonErased)]:
            await forget_persons(conn, erased)  # a restored vault may be older than the erasure
        await forget_dossiers(conn, [fact for fact in facts if isinstance(fact, DossierErased)])


def _decoder(kind: type[Fact]) -> Decoder:
    def decode_data(data: bytes) -> Fact:
        return kind.model_validate_json(data, extra="ignore")

    return decode_data


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


def _columns(rows: Iterable[tuple[Any, ...]]) -> Iterable[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
