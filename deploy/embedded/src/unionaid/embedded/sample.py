"""An invented office: units, enterprises, officers and people, the same for the same seed and scale.

Nobody here exists. Resident IDs and credit codes have right check digits, because the services refuse others.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import ric, uscc

from unionaid.sheets import listing

SEED = 20170117
AREA = "640302"
DISTRICT = "丰禾区总工会"
SUB_DISTRICTS = (
    "金桂街道", "银杏街道", "古榆街道", "南渠街道", "北塔街道", "新桥街道",
    "沙枣镇", "清水镇", "东坡镇", "西滩镇", "红柳乡", "长堤乡",
)  # fmt: skip
TRADES = ("纺织", "乳业", "建材", "物流", "环卫", "机械", "餐饮", "电器")
UNIONS_EACH = 4
"""Grassroots unions under each sub-district."""
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲桂英华玉兰建国志红梅春秀文慧海龙小云天宇晨雪宁远安康乐和顺思"
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FIRST_BIRTH, _BIRTH_DAYS = date(1957, 3, 1), 15_000
_STEPS_YUAN = (300, 400, 500, 600, 800)
_NAMESPACE = uuid.UUID("6a1f0f0e-7c1f-5a0b-9d43-2f8f9d1d0a77")


@dataclass(frozen=True, slots=True)
class Person:
    """An invented worker with the amount of relief meant for them (fen)."""

    name: str
    resident_id: str
    phone: str
    migrant: bool
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A grassroots union with its enterprise and its people."""

    name: str
    enterprise: str
    uscc: str
    ownership: str
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class SubDistrict:
    """A township or street with its grassroots unions."""

    name: str
    units: Sequence[Unit]

    @property
    def paid_by_bank(self) -> bool:
        """Whether its people are paid through the bank: in the streets; in townships visitors bring cash."""
        return "街道" in self.name


@dataclass(frozen=True, slots=True)
class Scheme:
    """An in-house title that an enterprise runs, and since when."""

    title: str
    adopted_on: str


SCHEMES = {
    "金桂一厂纺织有限公司": Scheme("纺织技师", "2014-09-01"),
    "银杏一厂乳业有限公司": Scheme("乳品检验师", "2015-06-01"),
    "古榆一厂建材有限公司": Scheme("建材工艺师", "2016-05-03"),
    "北塔一厂环卫有限公司": Scheme("环卫作业师", "2017-02-06"),
}
"""The four enterprises that run in-house titles."""
_COLUMNS = (("姓名", 12), ("身份证号", 22), ("联系电话", 16), ("农民工", 10))


def workbook(unit: Unit) -> bytes:
    """Return the people of a unit as the workbook that its officer fills in; the same each time."""
    rows = [(p.name, p.resident_id, p.phone, "是" if p.migrant else "否") for p in unit.people]
    return listing("职工", _COLUMNS, rows)


def officer(name: str) -> str:
    """Return the subject of an officer's token; the same name is the same person."""
    return f"person-{uuid.uuid5(_NAMESPACE, name)}"


def key(*step: object) -> str:
    """Return the Idempotency-Key of a step: a history that is told again changes nothing."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, step))))


def office(people: int, total_fen: int) -> list[SubDistrict]:
    """Invent an office of so many people whose amounts sum to `total_fen` (whole hundreds of yuan).

    Raises:
        ValueError: the sum cannot be met with these amounts.
    """
    draw = random.Random(SEED)  # noqa: S311  the same people each time
    ids, amounts = _resident_ids(draw), _amounts(draw, people, total_fen)
    everybody = [_person(draw, next(ids), amount) for amount in amounts]
    places = [(town, n) for town in SUB_DISTRICTS for n in range(UNIONS_EACH)]
    shares = [everybody[n :: len(places)] for n in range(len(places))]
    units: dict[str, list[Unit]] = {town: [] for town in SUB_DISTRICTS}
    for (town, n), share in zip(places, shares, strict=True):
        units[town].append(_unit(draw, town, n, share))
    return [SubDistrict(f"{town}工会", units[town]) for town in SUB_DISTRICTS]


def _unit(draw: random.Random, town: str, n: int, people: Sequence[Person]) -> Unit:
    trade = TRADES[(SUB_DISTRICTS.index(town) + 2 * n) % len(TRADES)]
    enterprise = f"{town[:2]}{'一二三四五六七八'[n]}厂{trade}有限公司"
    code = f"91{AREA}MA" + "".join(draw.choice(_USCC_CHARACTERS) for _ in range(7))
    ownership = "institution" if trade == "环卫" else "public" if draw.random() < 0.2 else "non_public"  # noqa: PLR2004
    return Unit(f"{enterprise}工会委员会", enterprise, code + uscc.calc_check_digit(code), ownership, people)


def _person(draw: random.Random, resident_id: str, amount_fen: int) -> Person:
    name = draw.choice(_SURNAMES) + "".join(draw.choice(_GIVEN) for _ in range(draw.choice((1, 2, 2))))
    phone = f"1{draw.choice('3578')}{draw.randrange(10**9):09d}"
    return Person(name, resident_id, phone, draw.random() < 0.35, amount_fen)  # noqa: PLR2004


def _resident_ids(draw: random.Random) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        born = _FIRST_BIRTH + timedelta(days=draw.randrange(_BIRTH_DAYS))
        body = f"{AREA}{born:%Y%m%d}{draw.randrange(1, 1000):03d}"
        if body not in seen:
            seen.add(body)
            yield body + ric.calc_check_digit(body + "0")


def _amounts(draw: random.Random, people: int, total_fen: int) -> list[int]:
    """Draw usual amounts, then move some up or down by 100 yuan until the sum is met."""
    amounts = [draw.choice(_STEPS_YUAN) * 100 for _ in range(people)]
    while (missing := total_fen - sum(amounts)) != 0:
        step = 10_000 if missing > 0 else -10_000
        movable = [n for n, a in enumerate(amounts) if 20_000 <= a + step <= 100_000]  # noqa: PLR2004
        if abs(missing) % 10_000 or not movable:
            raise ValueError(f"{people} people cannot receive {total_fen} fen")
        for n in draw.sample(movable, min(len(movable), abs(missing) // 10_000)):
            amounts[n] += step
    return amounts
