"""Invented families of the office's workers, and the workbooks in which they come in; the same for the same office.

Nobody here exists. What they earn makes the policy of their time find all three levels of hardship.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from stdnum.cn import ric

from unionaid.embedded.sample import AREA, SEED, Person, SubDistrict, Unit
from unionaid.sheets import listing

FAMILIES_EACH = 6
"""Families in hardship of one grassroots union, at scale 1."""
STUDENTS = 257
"""Families with a child at school: those of whom the tuition aid of 2016 tells."""
FORMED_ON, OPENED_ON = "2016-03-01", "2016-03-07"
_BORN_BETWEEN = (date(1957, 1, 1), date(1975, 12, 31))
"""When a worker with a dossier was born: old enough for a child of any of the years below."""
_GUARANTEE_YUAN = 290
"""The minimum living guarantee of 2016, per person and month."""
_LEVELS: Sequence[tuple[Literal["deep", "relative", "sudden"], int]] = (("deep", 5), ("relative", 3), ("sudden", 2))
BORN = {
    1995: 8, 1996: 10, 1997: 12, 1998: 80, 1999: 18, 2000: 18, 2001: 58, 2002: 10,
    2003: 7, 2004: 6, 2005: 6, 2006: 6, 2007: 6, 2008: 6, 2009: 6,
}  # fmt: skip
"""How many of the students were born in which year: most are about to enter college or upper secondary school."""
_STAGES = ((2004, "小学"), (2001, "初中"), (1998, "高中（中职）"), (1990, "大学（大专）"))
"""Who was born in that year or later is at that stage in the spring of 2016."""
_SINGLE, _ILL, _WITH_A_PARENT, _MEN = 0.2, 0.5, 0.3, 0.5
"""Shares: of families with one parent, of those whose hardship is not sudden with somebody ill, of those with a
grandparent; of children and grandparents.
"""
_NO_ID_EACH = 5
"""One child of so many comes in without an ID at hand, by birth date."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a family, as a row of the table has it; income in yuan a month."""

    name: str
    resident_id: str
    birth_date: str
    sex: str
    relation: str
    health: str
    stage: str
    income: int


@dataclass(frozen=True, slots=True)
class Family:
    """A family with its dossier's row: the holder is the first member; `shock` is yuan, 0 for none."""

    members: Sequence[Member]
    clears: tuple[str, str, str, str, str]
    words: str
    shock: int

    @property
    def holder(self) -> Member:
        """The worker who holds the dossier."""
        return self.members[0]


_MEMBERS = (
    ("家庭编号", 10), ("姓名", 12), ("身份证号", 22), ("出生日期", 12), ("性别", 8), ("与户主关系", 12),
    ("健康状况", 12), ("就学阶段", 14), ("月收入（元）", 12),
)  # fmt: skip
_DOSSIERS = (
    ("姓名", 12), ("身份证号", 22), ("家庭情况", 12), ("致困原因", 12), ("思想状况", 12), ("就业意愿", 12),
    ("技术技能", 12), ("致困情况说明", 30), ("近一年意外支出（元）", 16), ("建档日期", 12),
)  # fmt: skip


def households(families: Sequence[Family]) -> bytes:
    """Return families as the workbook that the union's officer fills in: a row for each member."""
    rows = [
        (str(n), m.name, m.resident_id, m.birth_date, m.sex, m.relation, m.health, m.stage, str(m.income))
        for n, family in enumerate(families, start=1)
        for m in family.members
    ]
    return listing("家庭", _MEMBERS, rows)


def dossiers(families: Sequence[Family]) -> bytes:
    """Return the families' dossiers as the workbook that the union's officer fills in."""
    rows = [
        (f.holder.name, f.holder.resident_id, *f.clears, f.words, str(f.shock) if f.shock else "", OPENED_ON)
        for f in families
    ]
    return listing("困难职工档案", _DOSSIERS, rows)


def invent(towns: Sequence[SubDistrict], scale: int) -> dict[str, list[Family]]:
    """Invent the families of an office, by the names of their unions."""
    draw = random.Random(SEED + 1)  # noqa: S311  the same families each time
    units = [unit for town in towns for unit in town.units]
    seen = {person.resident_id for unit in units for person in unit.people}
    families: dict[str, list[Family]] = {}
    born = _born(draw)
    number = 0
    for turn in range(FAMILIES_EACH * scale):
        for unit in units:
            holders = _holders(unit)
            if turn < len(holders):
                number += 1
                place = (number - 1) % (FAMILIES_EACH * len(units))
                year = born[place] if place < STUDENTS else None
                families.setdefault(unit.name, []).append(_family(draw, holders[turn], seen, number, year))
    return families


def _born(draw: random.Random) -> list[int]:
    """Return the year in which each student was born, in a drawn order."""
    years = [year for year, students in BORN.items() for _ in range(students)]
    draw.shuffle(years)
    return years


def _holders(unit: Unit) -> list[Person]:
    first, last = (f"{day:%Y%m%d}" for day in _BORN_BETWEEN)
    return [person for person in unit.people if first <= person.resident_id[6:14] <= last]


def _family(draw: random.Random, holder: Person, seen: set[str], number: int, student: int | None) -> Family:
    """`student` is the year in which the child at school was born, None without one."""
    level = draw.choices([name for name, _ in _LEVELS], [weight for _, weight in _LEVELS])[0]
    born = date.fromisoformat(f"{holder.resident_id[6:10]}-{holder.resident_id[10:12]}-01")
    man = int(holder.resident_id[16]) % 2 == 1
    single = draw.random() < _SINGLE
    ill = level == "sudden" or draw.random() < _ILL
    family = [("户主", holder.name, holder.resident_id, "重大疾病" if ill else "健康", "")]
    if not single:
        spouse = _resident_id(draw, seen, born + timedelta(days=draw.randrange(-1500, 1500)), man=not man)
        family.append(("配偶", _name(draw), spouse, "健康", ""))
    if student:
        child = date(student, draw.randrange(1, 13), draw.randrange(1, 29))
        stage = next(stage for year, stage in _STAGES if student >= year)
        id = _resident_id(draw, seen, child, man=draw.random() < _MEN)
        family.append(("子女", holder.name[0] + _name(draw)[1:], id, "健康", stage))
    if draw.random() < _WITH_A_PARENT:
        old_born = born - timedelta(days=draw.randrange(8200, 11000))
        old = _resident_id(draw, seen, old_born, man=draw.random() < _MEN)
        family.append(("父母", holder.name[0] + _name(draw)[1:], old, "慢性病", ""))
    incomes, shock = _money(draw, level, len(family), earners=1 if single else 2)
    members = [
        _member(row, income, without_id=row[0] == "子女" and number % _NO_ID_EACH == 0)
        for row, income in zip(family, incomes, strict=True)
    ]
    situation = "单亲" if single else "子女就学" if student else "一般"
    cause = "疾病" if ill else "子女上学" if student else "收入低"
    wish = "无劳动能力" if ill else draw.choice(("已就业", "求职", "愿参加培训"))
    clears = (situation, cause, draw.choice(("稳定", "焦虑", "需要疏导")), wish, draw.choice(("无", "初级", "中级")))
    words = {"疾病": "患重大疾病，医疗支出较多", "子女上学": "子女在读，学费负担重", "收入低": "家庭人均收入低"}[cause]
    return Family(members, clears, words, shock)


def _member(row: tuple[str, str, str, str, str], income: int, *, without_id: bool) -> Member:
    relation, name, id, health, stage = row
    if not without_id:
        return Member(name, id, "", "", relation, health, stage, income)
    birth = f"{id[6:10]}-{id[10:12]}-{id[12:14]}"
    return Member(name, "", birth, "男" if int(id[16]) % 2 else "女", relation, health, stage, income)


def _money(draw: random.Random, level: str, size: int, *, earners: int) -> tuple[list[int], int]:
    """Return each one's income, and a shock: such that the policy of 2016 finds that level."""
    low, high = {"deep": (40, 100), "relative": (102, 150), "sudden": (220, 400)}[level]
    total = size * _GUARANTEE_YUAN * draw.randrange(low, high) // 100
    each = total // earners
    incomes = [total - each * (earners - 1), *([each] if earners > 1 else []), *[0] * (size - earners)]
    left = size * _GUARANTEE_YUAN * 12 * draw.randrange(60, 140) // 100
    return incomes, total * 12 - left if level == "sudden" else 0


def _name(draw: random.Random) -> str:
    return "".join(draw.choice(part) for part in ("王李马张丁杨吴", "秀建玉海小文", "兰国梅龙英芳"))


def _resident_id(draw: random.Random, seen: set[str], born: date, *, man: bool) -> str:
    for serial in _serials(draw, man=man):
        body = f"{AREA}{born:%Y%m%d}{serial:03d}"
        whole = body + str(ric.calc_check_digit(body + "0"))
        if whole not in seen:
            seen.add(whole)
            return whole
    raise ValueError(f"nobody more is born on {born}")


def _serials(draw: random.Random, *, man: bool) -> Iterator[int]:
    serials = list(range(1 if man else 2, 1000, 2))
    draw.shuffle(serials)
    yield from serials
