"""Invented logs of registry and relief, as they stand in their topics: for tests, benchmarks and by hand.

The same seed gives the same bytes. Nothing here is made by a service's rules: what a service would refuse, such
as a second payment for one purpose, may occur, for reporting counts what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid5

from unionaid.contracts import EventMeta, encode_with, source, topic_name
from unionaid.contracts.registry import (
    EnterpriseRegistered,
    IdentityReference,
    PersonRegistered,
    UnionOrgEstablished,
    WorkerRegistered,
)
from unionaid.contracts.relief import (
    FundOpened,
    FundPart,
    ProgrammeOpened,
    ReliefApproved,
    ReliefPaid,
    ReliefRequested,
    ReliefVerified,
    application_id,
)

if TYPE_CHECKING:
    from unionaid.contracts import Event

BEGAN = datetime(2017, 1, 3, 1, 0, tzinfo=UTC)
LINES = 10
"""Lines of one list."""
_OWNERSHIPS: Sequence[Literal["public", "non_public", "institution"]] = ("public", "non_public", "institution")
_KINDS: Sequence[Literal["SUMMER_COOLNESS", "AUTUMN_TUITION", "WINTER_WARMTH", "MAJOR_ILLNESS_RELIEF"]] = (
    "SUMMER_COOLNESS",
    "AUTUMN_TUITION",
    "WINTER_WARMTH",
    "MAJOR_ILLNESS_RELIEF",
)


@dataclass
class Log:
    """One service's log in the making: each event gets the next index, and a log time a little later."""

    division: str
    service: Literal["registry", "relief"]
    draw: Random
    began: datetime = BEGAN
    values: list[bytes] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Append one event to its stream, as it would be published."""
        index = len(self.values)
        logtime = self.began + timedelta(milliseconds=10 * index)
        milliseconds = int(logtime.timestamp() * 1000)
        version = self.versions[event.subject] = self.versions.get(event.subject, 0) + 1
        meta = EventMeta(
            source=source(self.division, self.service),
            time=logtime,
            command_id=sha256(str(index).encode()).digest(),
            actor=f"person-{UUID(int=self.draw.getrandbits(128), version=4)}",
        )
        drawn = self.draw.getrandbits(74)
        identifier = UUID(int=milliseconds << 80 | 7 << 76 | (drawn >> 62) << 64 | 2 << 62 | (drawn & (1 << 62) - 1))
        body = encode_with(meta, event, id=identifier, subject=event.subject, stream_version=version)
        front = f'{{"logindex":"{index}","logtime":"{logtime:%Y-%m-%dT%H:%M:%S.%fZ}",'
        self.values.append(front.encode() + body[1:])


def logs(*, division: str, people: int, payments_each: int = 1, seed: int = 1) -> Mapping[str, list[bytes]]:
    """Return topic -> published values: `people` registered, each with `payments_each` payments on lists.

    A payment is four events, as relief writes them: requested, verified, approved, paid.
    """
    draw = Random(seed)  # noqa: S311  an invented history, no secret
    registry, relief = Log(division, "registry", draw), Log(division, "relief", draw)
    unions = list(_unions(registry))
    persons = list(_persons(registry, unions, people))
    funds = list(_funds(relief))
    programmes = list(_programmes(relief))
    for _ in range(payments_each):
        for start in range(0, people, LINES):
            _list(relief, draw.choice(programmes), funds, persons[start : start + LINES])
    return {topic_name(division, log.service): log.values for log in (registry, relief)}


def _new_id(draw: Random) -> UUID:
    return UUID(int=draw.getrandbits(128), version=4)


def _unions(log: Log) -> Iterator[UUID]:
    district = _new_id(log.draw)
    log.add(UnionOrgEstablished(occurred_on=BEGAN.date(), org_id=district, level="district", name="样例区总工会"))
    for n in range(3):
        town = _new_id(log.draw)
        log.add(
            UnionOrgEstablished(
                occurred_on=BEGAN.date(), org_id=town, level="sub_district", parent_id=district, name=f"样例镇{n}"
            )
        )
        for m in range(4):
            unit = _new_id(log.draw)
            log.add(
                UnionOrgEstablished(
                    occurred_on=BEGAN.date(), org_id=unit, level="grassroots", parent_id=town, name=f"单位{n}-{m}"
                )
            )
            yield unit


def _persons(log: Log, unions: Sequence[UUID], people: int) -> Iterator[tuple[UUID, UUID]]:
    enterprises = []
    for n, ownership in enumerate(_OWNERSHIPS):
        enterprises.append(_new_id(log.draw))
        log.add(
            EnterpriseRegistered(
                occurred_on=BEGAN.date(),
                enterprise_id=enterprises[-1],
                uscc=f"91640302MA{n:07}Y1"[:18],
                name=f"企业{n}",
                ownership=ownership,
            )
        )
    for n in range(people):
        person, union = _new_id(log.draw), log.draw.choice(unions)
        log.add(
            PersonRegistered(
                occurred_on=BEGAN.date(),
                person_id=person,
                identity=IdentityReference(vault_version=1, commitment=sha256(str(n).encode()).hexdigest()),
                birth_year=log.draw.randrange(1950, 2000),
                sex=log.draw.choice(("female", "male", None)),
            )
        )
        log.add(
            WorkerRegistered(
                occurred_on=BEGAN.date(),
                person_id=person,
                union_org_id=union,
                enterprise_id=log.draw.choice((*enterprises, None)),
                migrant=log.draw.choice((True, False)),
            )
        )
        yield person, union


def _funds(log: Log) -> Iterator[UUID]:
    for source_of_money in ("appropriation", "dues", "donation"):
        fund = _new_id(log.draw)
        log.add(FundOpened(occurred_on=BEGAN.date(), fund_id=fund, source=source_of_money, name=source_of_money))
        yield fund


def _programmes(log: Log) -> Iterator[ProgrammeOpened]:
    for kind in _KINDS:
        for year in (2016, 2017):
            opened = ProgrammeOpened(
                occurred_on=BEGAN.date(),
                programme_id=_new_id(log.draw),
                kind=kind,
                year=year,
                name=f"{year} {kind}",
                window_from=date(year, 1, 1),
                window_to=date(year, 12, 31),
                purpose="example",
                standard_fen=50_000,
                amount_max_fen=1_000_000,
                policy_version=f"{kind.lower().replace('_', '-')}-{year}.1",
            )
            log.add(opened)
            yield opened


def _list(log: Log, programme: ProgrammeOpened, funds: Sequence[UUID], lines: Sequence[tuple[UUID, UUID]]) -> None:
    list_id = _new_id(log.draw)
    day = programme.window_from + timedelta(days=log.draw.randrange(365))
    amounts = [log.draw.randrange(1, 2_000) * 100 for _ in lines]
    numbered = [
        (number, application_id(list_id, number), person, union, amount)
        for number, ((person, union), amount) in enumerate(zip(lines, amounts, strict=True), start=1)
    ]
    for number, application, person, union, amount in numbered:
        log.add(
            ReliefRequested(
                occurred_on=day, application_id=application, list_id=list_id, line=number,
                programme_id=programme.programme_id, person_id=person, union_org_id=union, purpose="example",
                period=str(programme.year), amount_fen=amount,
            )
        )  # fmt: skip
    for number, application, *_ in numbered:
        log.add(ReliefVerified(occurred_on=day, application_id=application, list_id=list_id, line=number))
    for number, application, _, _, amount in numbered:
        log.add(
            ReliefApproved(
                occurred_on=day, application_id=application, list_id=list_id, line=number, amount_fen=amount,
                policy_version=programme.policy_version,
            )
        )  # fmt: skip
    method: Literal["cash", "bank"] = log.draw.choice(("cash", "bank"))
    batch_id = uuid5(list_id, "batch") if method == "bank" else None
    for number, application, person, union, amount in numbered:
        log.add(
            ReliefPaid(
                occurred_on=day, application_id=application, list_id=list_id, line=number,
                programme_id=programme.programme_id, programme_kind=programme.kind,
                programme_year=programme.year, person_id=person, union_org_id=union, method=method,
                amount_fen=amount, parts=_parts(log.draw, funds, amount),
                batch_id=batch_id,
                signed_by="payee" if method == "cash" else None,
            )
        )  # fmt: skip


def _parts(draw: Random, funds: Sequence[UUID], amount_fen: int) -> tuple[FundPart, ...]:
    """One fund pays it all, or, once in five, two share it."""
    first, second = draw.sample(list(funds), 2)
    if draw.randrange(5):
        return (FundPart(fund_id=first, amount_fen=amount_fen),)
    part = draw.randrange(1, amount_fen)
    return FundPart(fund_id=first, amount_fen=part), FundPart(fund_id=second, amount_fen=amount_fen - part)
