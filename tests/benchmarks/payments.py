"""A division's payments of five years, as relief's log holds them, and what they add up to by plain counting."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple, get_args
from uuid import UUID

from unionaid.contracts import EventMeta, encode_with, source, uuid7
from unionaid.contracts.event import Event
from unionaid.contracts.registry import UnionOrgEstablished
from unionaid.contracts.relief import FundOpened, FundPart, ProgrammeOpened, ReliefPaid, application_id
from unionaid.reporting.domain.kinds import ProgrammeKind

from .stored import DIVISION

YEARS = range(2013, 2018)
BEGAN = datetime(YEARS[0], 1, 1, tzinfo=UTC)
TOWNS, UNITS = 10, 15
"""Unions below the district, and below each of those."""
LINES = 50
"""Payments of one list: paid on one day, numbered at one log time."""
LATE_DAYS_MAX = 20
"""Days after which a list may still be entered."""
PROGRAMMES = [(kind, year) for year in YEARS for kind in get_args(ProgrammeKind)]
METHODS = ("cash", "goods")


class Payment(NamedTuple):
    """What a count needs of one ReliefPaid, read from the published value as plain JSON."""

    logtime: str
    id: str
    day: str
    kind: str
    programme: str
    union: str
    method: str
    person: str
    amount_fen: int


@dataclass
class History:
    """The logs of registry and relief in the making, and what was read back from their values."""

    payments: int
    seed: int = 1
    parent: dict[str, str | None] = field(default_factory=dict)
    """Union -> the one above it."""
    programmes: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Programme -> kind and year."""
    paid: list[Payment] = field(default_factory=list)
    """In index order."""

    def __post_init__(self) -> None:
        self._draw = Random(self.seed)
        self._people = [str(self._id()) for _ in range(max(10, self.payments // 7))]
        self._ends = {"registry": 0, "relief": 0}

    def _id(self) -> UUID:
        return UUID(int=self._draw.getrandbits(128), version=4)

    def _value(self, service: Any, event: Event, logtime: datetime, version: int) -> bytes:
        index = self._ends[service]
        self._ends[service] += 1
        meta = EventMeta(
            source=source(DIVISION, service), time=logtime, command_id=index.to_bytes(32), actor="service:reporting"
        )
        body = encode_with(meta, event, id=uuid7(logtime), subject=event.subject, stream_version=version)
        return f'{{"logindex":"{index}","logtime":"{logtime:%Y-%m-%dT%H:%M:%S.%fZ}",'.encode() + body[1:]

    def registry(self) -> list[bytes]:
        """Return registry's log: the tree of unions."""
        district = self._id()
        levels: list[tuple[UUID, UUID | None, Any]] = [(district, None, "district")]
        for town in [self._id() for _ in range(TOWNS)]:
            levels.append((town, district, "sub_district"))
            levels += [(self._id(), town, "grassroots") for _ in range(UNITS)]
        self.parent = {str(union): str(above) if above else None for union, above, _ in levels}
        return [
            self._value(
                "registry",
                UnionOrgEstablished(
                    occurred_on=BEGAN.date(), org_id=union, level=level, name=f"工会{n}", parent_id=above
                ),
                BEGAN,
                1,
            )
            for n, (union, above, level) in enumerate(levels)
        ]

    def relief(self) -> Iterator[list[bytes]]:
        """Yield relief's log, some thousand values at a time; of an application its payment alone."""
        funds = [self._id() for _ in range(3)]
        opened = [
            self._value(
                "relief", FundOpened(occurred_on=BEGAN.date(), fund_id=fund, source="dues", name="会费"), BEGAN, 1
            )
            for fund in funds
        ]
        for kind, year in PROGRAMMES:
            own = self._id()
            self.programmes[str(own)] = (kind, year)
            event = ProgrammeOpened(
                occurred_on=BEGAN.date(), programme_id=own, kind=kind, year=year, name=f"{year} {kind}",
                window_from=date(year, 1, 1), window_to=date(year, 12, 31), purpose="example", standard_fen=50_000,
                amount_max_fen=1_000_000, policy_version=f"{kind.lower().replace('_', '-')}-{year}.1",
            )  # fmt: skip
            opened.append(self._value("relief", event, BEGAN, 1))
        yield opened
        batch: list[bytes] = []
        for day, logtime, programme, lines in self._lists():
            batch += self._list(day, logtime, programme, funds, lines)
            if len(batch) >= BATCH:
                yield self._kept(batch)
                batch = []
        yield self._kept(batch)

    def _lists(self) -> Iterator[tuple[date, datetime, str, int]]:
        """Return day, log time, programme and length of each list, in order of log time."""
        lists, left = [], self.payments
        while left:
            lines = min(LINES, left)
            left -= lines
            programme = self._draw.choice(list(self.programmes))
            day = date(self.programmes[programme][1], 1, 1) + timedelta(days=self._draw.randrange(365))
            late = timedelta(days=self._draw.randrange(LATE_DAYS_MAX), microseconds=self._draw.randrange(36 * 10**9))
            lists.append((day, datetime.combine(day, time(), UTC) + late, programme, lines))
        return iter(sorted(lists, key=lambda made: made[1]))

    def _list(self, day: date, logtime: datetime, programme: str, funds: Sequence[UUID], lines: int) -> list[bytes]:
        draw, list_id = self._draw, self._id()
        kind, year = self.programmes[programme]
        union = UUID(draw.choice(list(self.parent)))
        method: Any = draw.choice(METHODS)
        values = []
        for line in range(1, lines + 1):
            amount, fund = draw.randrange(1, 2_000) * 100, draw.choice(funds)
            paid = ReliefPaid(
                occurred_on=day, application_id=application_id(list_id, line), list_id=list_id, line=line,
                programme_id=UUID(programme), programme_kind=kind, programme_year=year,  # type: ignore[arg-type]
                person_id=UUID(draw.choice(self._people)), union_org_id=union, method=method, amount_fen=amount,
                parts=(FundPart(fund_id=fund, amount_fen=amount),), signed_by="payee" if method == "cash" else None,
            )  # fmt: skip
            values.append(self._value("relief", paid, logtime, 4))
        return values

    def _kept(self, values: list[bytes]) -> list[bytes]:
        for value in values:
            event = json.loads(value)
            data = event["data"]
            self.paid.append(
                Payment(
                    event["logtime"], event["id"], data["occurred_on"], data["programme_kind"],
                    data["programme_id"], data["union_org_id"], data["method"], data["person_id"], data["amount_fen"],
                )
            )  # fmt: skip
        return values

    def counted(self, asked: Mapping[str, str]) -> list[Payment]:
        """Return the payments that a question asks for, one by one."""
        below = {union for union in self.parent if asked.get("union") in (None, *self._lineage(union))}
        as_of, kind, programme = asked.get("as_of", "9"), asked.get("kind"), asked.get("programme")
        since, until = asked["from"], asked["to"]
        return [
            p
            for p in self.paid
            if since <= p.day <= until
            and p.logtime <= as_of
            and (kind is None or p.kind == kind)
            and (programme is None or p.programme == programme)
            and p.union in below
        ]

    def _lineage(self, union: str) -> Iterator[str]:
        above: str | None = union
        while above is not None:
            yield above
            above = self.parent[above]


BATCH = 5_000
"""Values that are given on at a time, about."""


def figures(counted: Sequence[Payment]) -> dict[str, Any]:
    """Return people, times, fen and the hash over the ids."""
    ids = sorted(p.id for p in counted)
    return {
        "people": len({p.person for p in counted}),
        "times": len(counted),
        "amount_fen": sum(p.amount_fen for p in counted),
        "sha256": hashlib.sha256("\n".join(ids).encode("ascii")).hexdigest(),
    }


def shares(counted: Sequence[Payment], dimension: str) -> dict[str, tuple[int, int, int]]:
    """Return key -> people, times and fen."""
    parts: dict[str, list[Payment]] = defaultdict(list)
    for p in counted:
        parts[{"programme": p.programme, "union": p.union, "month": p.day[:7], "method": p.method}[dimension]].append(p)
    return {
        key: (len({p.person for p in part}), len(part), sum(p.amount_fen for p in part)) for key, part in parts.items()
    }
