"""The read models of reporting, one set over the logs of all other services.

Every row of a fact keeps its topic, index and log time, so that any figure can be told as of any moment. A
projection depends on order within one topic only: what joins two topics is joined when a figure is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

import msgspec

from unionaid.contracts import source, topic_name
from unionaid.contracts.upcasters import upcast
from unionaid.eventlog import Connection, Decoder, Event, ProjectionSet
from unionaid.reporting.domain.activities.facts import READS as ACTIVITY_READS
from unionaid.reporting.domain.activities.facts import ActivityTold
from unionaid.reporting.domain.dossiers.facts import READS as DOSSIER_READS
from unionaid.reporting.domain.dossiers.facts import DossierTold
from unionaid.reporting.domain.registry.facts import (
    EnterpriseRegistered,
    PersonRegistered,
    TitleSchemeAdopted,
    UnionOrgDetailsCorrected,
    UnionOrgEstablished,
    UnionOrgMoved,
    WorkerMerged,
    WorkerRegistered,
    WorkerUnmerged,
)
from unionaid.reporting.domain.relief.facts import FundOpened, ProgrammeOpened, ReliefPaid, agreed, taken_back

if TYPE_CHECKING:
    from unionaid.contracts.event import Service

SET = "totals"
"""Name of the set; its builds are the schemas `totals_1`, `totals_2`, …"""
READ: tuple[Service, ...] = ("registry", "relief", "mutualaid", "supervision")
"""The services whose logs are read. A citation names how far in each, also where nothing is counted yet."""

_Fact = TypeVar("_Fact")
_PROVENANCE = 'topic text COLLATE "C" NOT NULL, index bigint NOT NULL, logtime timestamptz NOT NULL'
_PROVENANCE_COLUMNS = ("topic", "index", "logtime")


def _provenance(event: Event) -> tuple[str, int, datetime]:
    return event.topic, event.index, datetime.fromisoformat(event.logtime)


async def _copy(conn: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Write rows by COPY, the fastest way there is; the set's schema is on the search path."""
    await conn.copy_records_to_table(table, columns=columns, records=rows)


def _reads(fact: type[_Fact]) -> Callable[[bytes], _Fact]:
    return msgspec.json.Decoder(fact).decode


_read_paid = _reads(ReliefPaid)


class Payments:
    """One row per ReliefPaid and, below zero, per PaymentReversed; one per fund with a part in it.

    What every figure of relief is made of.
    """

    name = "payments"
    version = 2
    tables: Sequence[str] = ("relief_payment", "payment_part")
    ddl = f"""
        CREATE TABLE relief_payment ({_PROVENANCE},
            event_id uuid NOT NULL,
            occurred_on date NOT NULL,
            programme_id uuid NOT NULL,
            programme_kind text COLLATE "C" NOT NULL,
            programme_year integer NOT NULL,
            person_id uuid NOT NULL,
            union_org_id uuid NOT NULL,
            list_id uuid NOT NULL,
            method text COLLATE "C" NOT NULL,
            amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
            PRIMARY KEY (index, topic)
        );
        CREATE INDEX relief_payment_reversed ON relief_payment (index) WHERE amount_fen < 0;
        CREATE INDEX relief_payment_kind ON relief_payment (programme_kind, occurred_on);
        CREATE INDEX relief_payment_programme ON relief_payment (programme_id, occurred_on);
        CREATE TABLE payment_part (
            topic text COLLATE "C" NOT NULL,
            index bigint NOT NULL,
            fund_id uuid NOT NULL,
            amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
            PRIMARY KEY (index, topic, fund_id)
        )"""
    decoders: ClassVar[Mapping[str, Decoder]] = {
        "unionaid.relief.ReliefPaid.v1": lambda data: agreed(_read_paid(data)),
        "unionaid.relief.PaymentReversed.v1": lambda data: taken_back(_read_paid(data)),
    }
    _columns = (
        "occurred_on", "programme_id", "programme_kind", "programme_year", "person_id", "union_org_id",
        "list_id", "method", "amount_fen",
    )  # fmt: skip
    _values = attrgetter(*_columns)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write the payments and their parts."""
        values = Payments._values
        rows = [(*_provenance(e), e.id, *values(e.data)) for e in events]
        await _copy(conn, "relief_payment", (*_PROVENANCE_COLUMNS, "event_id", *self._columns), rows)
        parts = [(e.topic, e.index, p.fund_id, p.amount_fen) for e in events for p in e.data.parts]
        await _copy(conn, "payment_part", ("topic", "index", "fund_id", "amount_fen"), parts)


_Day = tuple[UUID, str, date, UUID, str]


class ReliefDaily:
    """Payments added up per programme, day, union and way of paying: what `Payments` must add up to.

    `first_index` says since when there is any: which programmes a total is made of is told from these few rows.
    """

    name = "relief_daily"
    version = 3
    tables: Sequence[str] = ("relief_daily",)
    ddl = """
        CREATE TABLE relief_daily (
            programme_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL,
            occurred_on date NOT NULL,
            union_org_id uuid NOT NULL,
            method text COLLATE "C" NOT NULL,
            first_index bigint NOT NULL,
            times bigint NOT NULL,
            fen bigint NOT NULL,
            PRIMARY KEY (programme_id, kind, occurred_on, union_org_id, method)
        )"""
    decoders = Payments.decoders

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Add up in memory, then write each sum once."""
        sums: dict[_Day, list[int]] = {}
        for event in events:
            paid: ReliefPaid = event.data
            day = (paid.programme_id, paid.programme_kind, paid.occurred_on, paid.union_org_id, paid.method)
            first_times_fen = sums.setdefault(day, [event.index, 0, 0])
            first_times_fen[1] += 1 if paid.amount_fen > 0 else -1
            first_times_fen[2] += paid.amount_fen
        await conn.execute(
            "INSERT INTO relief_daily AS d SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], "
            "$4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[]) "
            "ON CONFLICT (programme_id, kind, occurred_on, union_org_id, method) DO UPDATE SET "
            # an earlier one may come later, when what was parked is applied
            "first_index = least(d.first_index, excluded.first_index), "
            "times = d.times + excluded.times, fen = d.fen + excluded.fen",
            *map(list, zip(*((*day, *rest) for day, rest in sums.items()), strict=True)),
        )


class Register:
    """Plain facts: an event is a row of one table, under the names its fields have."""

    def __init__(
        self,
        name: str,
        version: int,
        table: str,
        columns: Mapping[str, str],
        decoders: Mapping[str, Decoder],
        *,
        key: str = "",
    ) -> None:
        """`columns`: field -> its SQL type; the first, unless `key` names others, parks a second event of one thing."""
        self.name, self.version, self.decoders = name, version, decoders
        self.tables: Sequence[str] = (table,)
        key = key or next(iter(columns))
        body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.ddl = f"CREATE TABLE {table} ({_PROVENANCE}, {body}, PRIMARY KEY ({key}))"
        self._columns = (*_PROVENANCE_COLUMNS, *columns)
        self._values = attrgetter(*columns)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write the rows."""
        values = self._values
        await _copy(conn, self.tables[0], self._columns, [(*_provenance(e), *values(e.data)) for e in events])


_ID = "uuid NOT NULL"
_CODE = 'text COLLATE "C" NOT NULL'

PROGRAMMES = Register(
    "programmes", 1, "programme",
    {
        "programme_id": _ID, "kind": _CODE, "year": "integer NOT NULL", "name": "text NOT NULL",
        "window_from": "date NOT NULL", "window_to": "date NOT NULL", "policy_version": _CODE,
    },
    {"unionaid.relief.ProgrammeOpened.v1": _reads(ProgrammeOpened)},
)  # fmt: skip
FUNDS = Register(
    "funds", 1, "fund",
    {"fund_id": _ID, "source": _CODE, "name": "text NOT NULL"},
    {"unionaid.relief.FundOpened.v1": _reads(FundOpened)},
)  # fmt: skip
UNIONS = Register(
    "unions", 1, "union_org",
    {"org_id": _ID, "level": _CODE, "parent_id": "uuid", "name": "text NOT NULL"},
    {"unionaid.registry.UnionOrgEstablished.v1": _reads(UnionOrgEstablished)},
)  # fmt: skip
MOVES = Register(
    "union_moves", 1, "union_move",
    {"org_id": _ID, "parent_id": _ID, "occurred_on": "date NOT NULL"},
    {"unionaid.registry.UnionOrgMoved.v1": _reads(UnionOrgMoved)},
    key="org_id, index",
)  # fmt: skip
"""Under which union another came to stand: what was paid counts for those above it on the day it was paid."""
NAMES = Register(
    "union_names", 1, "union_name",
    {"org_id": _ID, "name": "text NOT NULL", "holds_from": "date NOT NULL"},
    {"unionaid.registry.UnionOrgDetailsCorrected.v1": _reads(UnionOrgDetailsCorrected)},
    key="org_id, index",
)  # fmt: skip
"""What a union came to be called: a total shows the name it has on the last day asked for."""
PEOPLE = Register(
    "people", 1, "person",
    {"person_id": _ID, "birth_year": "integer", "sex": 'text COLLATE "C"'},
    {"unionaid.registry.PersonRegistered.v1": _reads(PersonRegistered)},
)  # fmt: skip
WORKERS = Register(
    "workers", 2, "worker",
    {
        "person_id": _ID, "union_org_id": _ID, "enterprise_id": "uuid", "migrant": "boolean NOT NULL",
        "holds_from": "date NOT NULL",
    },
    dict.fromkeys(
        (
            "unionaid.registry.WorkerRegistered.v1",
            "unionaid.registry.WorkerTransferred.v1",
            "unionaid.registry.WorkerDetailsCorrected.v1",
        ),
        _reads(WorkerRegistered),
    ),
    key="person_id, index",
)  # fmt: skip
"""Where a worker was, row by row: what was paid counts for the enterprise of the day on which it was paid."""
MERGES = Register(
    "merges", 2, "person_merge",
    {"person_id": _ID, "survivor_id": _ID},
    {"unionaid.registry.WorkerMerged.v1": _reads(WorkerMerged)},
    key="person_id, index",
)  # fmt: skip
UNMERGES = Register(
    "unmerges", 1, "person_unmerge",
    {"person_id": _ID, "survivor_id": _ID},
    {"unionaid.registry.WorkerUnmerged.v1": _reads(WorkerUnmerged)},
    key="person_id, index",
)  # fmt: skip
"""A merge holds until the first of these rows of its person that stands behind it in the log."""


def _enterprise_v1(data: bytes) -> EnterpriseRegistered:
    """Read version 1 through the upcaster of contracts: it told `nature` in the words of a licence."""
    old: dict[str, Any] = msgspec.json.decode(data, type=dict)
    new = upcast("registry", "EnterpriseRegistered", 1, 2, old)
    return msgspec.json.decode(msgspec.json.encode(new), type=EnterpriseRegistered)


ENTERPRISES = Register(
    "enterprises", 2, "enterprise",
    {"enterprise_id": _ID, "ownership": _CODE, "union_org_id": "uuid", "holds_from": "date NOT NULL"},
    {
        "unionaid.registry.EnterpriseRegistered.v1": _enterprise_v1,
        "unionaid.registry.EnterpriseRegistered.v2": _reads(EnterpriseRegistered),
        "unionaid.registry.EnterpriseDetailsCorrected.v1": _reads(EnterpriseRegistered),
    },
    key="enterprise_id, index",
)  # fmt: skip
"""What an enterprise was, row by row, as `WORKERS`."""


class TitleSchemes:
    """One row per TitleSchemeAdopted."""

    name = "title_schemes"
    version = 1
    tables: Sequence[str] = ("title_scheme",)
    ddl = f"""
        CREATE TABLE title_scheme ({_PROVENANCE},
            event_id uuid NOT NULL,
            occurred_on date NOT NULL,
            scheme_id uuid NOT NULL,
            enterprise_id uuid NOT NULL,
            PRIMARY KEY (scheme_id)
        )"""
    decoders: ClassVar[Mapping[str, Decoder]] = {"unionaid.registry.TitleSchemeAdopted.v1": _reads(TitleSchemeAdopted)}
    _columns = ("occurred_on", "scheme_id", "enterprise_id")
    _values = attrgetter(*_columns)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write the rows."""
        values = TitleSchemes._values
        rows = [(*_provenance(e), e.id, *values(e.data)) for e in events]
        await _copy(conn, "title_scheme", (*_PROVENANCE_COLUMNS, "event_id", *self._columns), rows)


class Dossiers:
    """One row per event that says something a total of dossiers needs."""

    name = "dossiers"
    version = 2
    tables: Sequence[str] = ("dossier_event",)
    ddl = f"""
        CREATE TABLE dossier_event ({_PROVENANCE},
            event_id uuid NOT NULL,
            occurred_on date NOT NULL,
            dossier_id uuid NOT NULL,
            step text COLLATE "C",
            holder_id uuid,
            union_org_id uuid,
            hardship_level text COLLATE "C",
            hardship_cause text COLLATE "C",
            policy_version text COLLATE "C",
            PRIMARY KEY (dossier_id, index)
        );
        CREATE INDEX dossier_event_step ON dossier_event (step, occurred_on) WHERE step IS NOT NULL"""
    decoders: ClassVar[Mapping[str, Decoder]] = DOSSIER_READS

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write the rows."""
        rows = [(*_provenance(e), e.id, *e.data) for e in events]
        await _copy(conn, "dossier_event", (*_PROVENANCE_COLUMNS, "event_id", *DossierTold._fields), rows)


class Activities:
    """One row per event of goods handed out or of training that totals count."""

    name = "activities"
    version = 1
    tables: Sequence[str] = ("relief_activity",)
    ddl = f"""
        CREATE TABLE relief_activity ({_PROVENANCE},
            event_id uuid NOT NULL,
            occurred_on date NOT NULL,
            step text COLLATE "C" NOT NULL,
            about_id uuid NOT NULL,
            programme_id uuid NOT NULL,
            programme_kind text COLLATE "C" NOT NULL,
            programme_year integer NOT NULL,
            union_org_id uuid NOT NULL,
            site text COLLATE "C",
            person_id uuid,
            head_count integer NOT NULL,
            amount_fen bigint NOT NULL,
            PRIMARY KEY (index, topic)
        );
        CREATE INDEX relief_activity_kind ON relief_activity (programme_kind, occurred_on)"""
    decoders: ClassVar[Mapping[str, Decoder]] = ACTIVITY_READS

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write the rows."""
        rows = [(*_provenance(e), e.id, *e.data) for e in events]
        await _copy(conn, "relief_activity", (*_PROVENANCE_COLUMNS, "event_id", *ActivityTold._fields), rows)


PROJECTIONS = (
    Payments(), ReliefDaily(), PROGRAMMES, FUNDS, UNIONS, MOVES, NAMES, ENTERPRISES, PEOPLE, WORKERS, MERGES, UNMERGES,
    TitleSchemes(), Dossiers(), Activities(),
)  # fmt: skip


def totals_of(division: str) -> ProjectionSet:
    """Return the set of a division (six digits, GB/T 2260)."""
    topics = {topic_name(division, service): source(division, service) for service in READ}
    return ProjectionSet(SET, topics, PROJECTIONS)
