"""How well pairs are told apart: precision and recall at both thresholds, on a set made by rules of its own.

The rules know nothing of the code that is measured: they have homophones, characters of either script and look-alikes
of their own, and change records as clerks do. Everybody lies in one vault, so what the blocks miss counts as missed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

import asyncpg

from unionaid.registry.examples import resident_id
from unionaid.registry.main import migrate
from unionaid.registry.policies import read_thresholds
from unionaid.service.settings import MigrationSettings
from unionaid.vault import BLOCKS, Finder, Vault

from .contest import Line, Servers, Tell, demand

NAMES = ("likeness", "likeness-recall", "likeness-possibly", "likeness-possibly-recall")
CHUNK = 5_000
DOUBLES, NEGATIVES = 20, 20
"""One in so many persons is entered a second time; one in so many has a twin, a parent or a namesake."""

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾"
_GIVEN = "伟芳娜英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚华建国文玉红燕志林飞雪佳欣凤云大天土田未永学成福贵"
_HOMOPHONES = {
    "建": "健", "伟": "玮", "丽": "莉", "军": "君", "明": "铭", "华": "桦", "静": "婧", "燕": "艳", "霞": "侠",
    "红": "宏", "文": "雯", "平": "萍", "杰": "洁", "林": "琳", "飞": "菲", "志": "智", "永": "勇", "玉": "钰",
    "佳": "嘉", "欣": "鑫", "成": "诚", "福": "富", "国": "果", "娟": "捐",
}  # fmt: skip
_TRADITIONAL = {
    "国": "國", "华": "華", "丽": "麗", "军": "軍", "伟": "偉", "兰": "蘭", "凤": "鳳", "红": "紅", "云": "雲",
    "刚": "剛", "强": "強", "飞": "飛", "学": "學", "贵": "貴", "张": "張", "刘": "劉", "陈": "陳", "杨": "楊",
    "赵": "趙", "吴": "吳", "孙": "孫", "马": "馬", "罗": "羅", "郑": "鄭", "许": "許", "邓": "鄧", "冯": "馮",
    "韩": "韓", "谢": "謝", "黄": "黃", "静": "靜", "艳": "豔", "杰": "傑", "涛": "濤",
}  # fmt: skip
_LOOK_ALIKE = {
    "大": "太", "天": "夭", "土": "士", "田": "由", "未": "末", "玉": "王", "文": "丈", "平": "乎", "明": "朋",
    "芳": "劳", "英": "莫", "敏": "敢", "勇": "恿", "刚": "则", "志": "忐", "雪": "雷", "成": "戍", "林": "材",
}  # fmt: skip


@dataclass
class Record:
    """One registration, as it lies in the vault."""

    name: str
    born: date
    serial: int
    area: str
    phone: str
    numbered: bool = True

    def fields(self) -> dict[str, str]:
        fields = {"name": self.name}
        if self.phone:
            fields["phone"] = self.phone
        if self.numbered:
            return {**fields, "resident_id": resident_id(self.serial, self.born, self.area)}
        return {**fields, "birth_date": self.born.isoformat()}


@dataclass
class Labelled:
    """Records, and which pairs of them are one human being; `why` says what was done to make a pair."""

    size: int
    draw: Random = field(default_factory=lambda: Random(23))
    records: list[Record] = field(default_factory=list)
    same: dict[tuple[int, int], str] = field(default_factory=dict)
    differ: dict[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for _ in range(self.size):
            self.records.append(self._person())
        chosen = self.draw.sample(range(self.size), self.size // DOUBLES + self.size // NEGATIVES)
        for n in chosen[: self.size // DOUBLES]:
            why, again = self._again(self.records[n])
            self._add(self.same, n, why, again)
        for n in chosen[self.size // DOUBLES :]:
            why, other = self._other(self.records[n])
            self._add(self.differ, n, why, other)

    def _add(self, label: dict[tuple[int, int], str], n: int, why: str, record: Record) -> None:
        label[(n, len(self.records))] = why
        self.records.append(record)

    def _person(self) -> Record:
        draw = self.draw
        given = "".join(draw.choices(_GIVEN, k=2 if draw.random() < 0.8 else 1))
        born = date(1950, 1, 1) + timedelta(days=draw.randrange(365 * 50))
        return Record(draw.choice(_SURNAMES) + given, born, draw.randrange(1000), "640302", self._phone())

    def _phone(self) -> str:
        return f"13{self.draw.randrange(10**9):09d}"

    def _again(self, one: Record) -> tuple[str, Record]:
        """Return the same human being, as another clerk entered it."""
        draw = self.draw
        name_rule = draw.choices(("as-is", "homophone", "traditional", "typo"), (35, 25, 20, 20))[0]
        name = {"homophone": _HOMOPHONES, "traditional": _TRADITIONAL, "typo": _LOOK_ALIKE}.get(name_rule)
        changed = _changed(one.name, name, draw) if name else one.name
        born = _swapped(one.born) if draw.random() < 0.15 else one.born
        phone = draw.choices((one.phone, self._phone(), ""), (50, 30, 20))[0]
        numbered = draw.random() < 0.4 and born == one.born
        serial = (one.serial + 10 * draw.randrange(1, 9)) % 1000 if numbered else one.serial
        why = "+".join(
            [
                name_rule if changed != one.name else "as-is",
                *(["birth digits"] if born != one.born else []),
                *(["other phone"] if phone not in (one.phone, "") else ["no phone"] if not phone else []),
                *(["number mistyped"] if numbered else []),
            ]
        )
        return why, Record(changed, born, serial, one.area, phone, numbered)

    def _other(self, one: Record) -> tuple[str, Record]:
        """Return another human being who looks like the first."""
        draw = self.draw
        rule = draw.choice(("twin", "parent", "namesake", "namesake of the year"))
        if rule == "twin":
            name = one.name[:-1] + draw.choice(_GIVEN.replace(one.name[-1], ""))
            phone = one.phone if draw.random() < 0.5 else self._phone()
            return rule, Record(name, one.born, (one.serial + draw.randrange(1, 9)) % 1000, one.area, phone)
        if rule == "parent":
            born = one.born - timedelta(days=365 * draw.randrange(20, 36))
            kept = one.name[1:-1] if draw.random() < 0.15 else ""
            name = one.name[0] + kept + draw.choice(_GIVEN)
            return rule, Record(name, born, draw.randrange(1000), one.area, one.phone)
        if rule == "namesake":
            born = date(1950, 1, 1) + timedelta(days=draw.randrange(365 * 50))
            return rule, Record(one.name, born, draw.randrange(1000), one.area, self._phone())
        born = one.born.replace(month=one.born.month % 12 + 1, day=min(28, one.born.day))
        return rule, Record(one.name, born, draw.randrange(1000), one.area, self._phone())


def _changed(name: str, table: dict[str, str], draw: Random) -> str:
    places = [n for n, character in enumerate(name) if character in table]
    if not places:
        return name
    place = draw.choice(places)
    return name[:place] + table[name[place]] + name[place + 1 :]


def _swapped(born: date) -> date:
    """Return the date with the two digits of its day swapped, or day and month, where that is a date."""
    tens, ones = divmod(born.day, 10)
    for month, day in ((born.month, ones * 10 + tens), (born.day, born.month)):
        try:
            swapped = date(born.year, month, day)
        except ValueError:
            continue
        if swapped != born:
            return swapped
    return born


async def measure_likeness(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Let a scan find pairs at the thresholds of the policy in force, and hold them against the labels."""
    labelled = Labelled(size)
    thresholds = read_thresholds()[-1]
    tell(f"{len(labelled.same):,} pairs of one person, {len(labelled.differ):,} hard pairs of two")
    found = await _scanned(servers, labelled, thresholds.possibly)
    demand(found != {}, "the scan found nobody")
    lines = []
    for name, least in (("likeness", thresholds.surely), ("likeness-possibly", thresholds.possibly)):
        told = {pair for pair, score in found.items() if score >= least}
        right = told & labelled.same.keys()
        wrong = Counter(labelled.differ.get(pair, "strangers") for pair in told - labelled.same.keys())
        missed = Counter(labelled.same[pair] for pair in labelled.same.keys() - told)
        lines += [
            _line(name, len(right), len(told), f"precision from {least} points on; wrong: {_most(wrong)}"),
            _line(f"{name}-recall", len(right), len(labelled.same), f"missed: {_most(missed)}"),
        ]
    return lines


async def _scanned(servers: Servers, labelled: Labelled, least: int) -> dict[tuple[int, int], int]:
    """Put everybody into a vault, scan it, and return the pairs by their places with their points."""
    found: dict[tuple[int, int], int] = {}
    database = await servers.postgres.create_service_database("registry")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    conn = await asyncpg.connect(database.app_dsn)
    kek, hmac = os.urandom(32), os.urandom(32)
    vault, finder = Vault(kek, hmac), Finder(kek, hmac)
    ids = {UUID(int=labelled.draw.getrandbits(128), version=4): n for n in range(len(labelled.records))}
    try:
        for chunk in _chunks(list(ids)):
            async with conn.transaction():
                await vault.put(conn, vault.seal({one: labelled.records[ids[one]].fields() for one in chunk}))
        for kind in BLOCKS:
            after: int | None = None
            while True:
                part = await finder.scan(conn, kind, after, least=least)
                for pair in part.pairs:
                    first, second = sorted((ids[pair.first], ids[pair.second]))
                    found[first, second] = pair.score
                after = part.after
                if after is None:
                    break
    finally:
        await conn.close()
        await servers.postgres.drop(database)
    return found


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _most(counted: Counter[str]) -> str:
    return ", ".join(f"{why} {times}" for why, times in counted.most_common(4)) or "none"


def _line(name: str, part: int, whole: int, note: str) -> Line:
    share = 100 * part / whole if whole else 0.0
    return Line(name, share, None, None, share, None, [share], "%", False, f"{part} of {whole}; {note}")
