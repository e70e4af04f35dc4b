"""Summer coolness of 2016, goods handed out at front-line sites, and the training of 2017, told to the services."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.fields import SESSION_TRAINEES_MAX
from unionaid.embedded.telling import Telling

COOLNESS_PERIOD = ("2016-06-01", "2016-09-30")
SKILLS_PERIOD = ("2017-01-01", "2017-12-31")
SITES = {
    "金积大道养护工区": 290,
    "古城市政维修班": 265,
    "利通环卫一队": 310,
    "利通环卫二队": 305,
    "黄河堤防工地": 280,
    "高铁新区安置房工地": 330,
    "公交一公司": 240,
    "供电所抢修班": 215,
    "热力管网改造工地": 295,
    "东塔农贸市场改造工地": 270,
    "快递分拨中心": 255,
}
"""Invented sites, each with how many worked there: counted by the head."""
WATER_FEN, TEA_FEN = 2_000, 700
"""What each received: a box of water and a packet of tea."""
TRAINEES_EACH = 50
_SESSIONS = (("家政服务员培训班", "2017-04-10", "2017-04-21"), ("中式烹调师培训班", "2017-05-08", "2017-05-19"))

Union = tuple[str, Sequence[str]]
"""Id, and the ids of its people."""
Goods = tuple[str, str, int]
"""Item, what it is counted in, and the value of one in fen."""


class Activities:
    """Tells of goods and training; the unions are those that look after a site, and that hold a session."""

    def __init__(self, tell: Telling, unions: Sequence[Union]) -> None:
        self._tell, self._unions = tell, unions

    def cool(self, after: str | None) -> None:
        """Buy water and tea from a budget, and hand them out at each site."""
        accountant = self._tell.officer("accountant")
        heads = sum(SITES.values()) * self._tell.scale
        total = heads * (WATER_FEN + TEA_FEN)
        fund = self._tell.do(
            accountant, "relief", "/funds", "cool-fund",
            occurred_on="2016-05-09", source="dues", name="2016年送清凉工会经费",
        )["fund_id"]  # fmt: skip
        self._tell.do(
            accountant, "relief", f"/funds/{fund}/receipts", "cool-receipt",
            occurred_on="2016-05-16", amount_fen=total, voucher="利工财〔2016〕21号",
        )  # fmt: skip
        programme = self._tell.do(
            self._tell.officer("district_officer"), "relief", "/programmes", "cool-programme",
            occurred_on="2016-05-20", kind="SUMMER_COOLNESS", year=2016, name="2016年夏送清凉",
            window_from="2016-06-15", window_to="2016-09-15", purpose="front-line",
        )["programme_id"]  # fmt: skip
        budget = self._tell.do(
            accountant, "relief", f"/funds/{fund}/budgets", "cool-budget",
            occurred_on="2016-05-23", programme_id=programme, amount_fen=total,
        )["budget_id"]  # fmt: skip
        stocks = [
            self._bought(fund, budget, goods, heads)
            for goods in (("矿泉水", "box", WATER_FEN), ("凉茶", "bag", TEA_FEN))
        ]
        for number, (site, each) in enumerate(SITES.items()):
            union, _ = self._unions[number % len(self._unions)]
            served = each * self._tell.scale
            self._tell.do(
                self._tell.officer("grassroots_officer", union), "relief", "/goods-issues", f"cool-{number}",
                after=after, occurred_on=f"2016-07-{5 + number:02d}", programme_id=programme, union_org_id=union,
                site=site, head_count=served, items=[{"stock_id": one, "quantity": served} for one in stocks],
                signed_list={"sha256": hashlib.sha256(f"site {number}".encode()).hexdigest(), "bytes": 96_256},
            )  # fmt: skip

    def train(self, after: str | None) -> str:
        """Hold two sessions, enrol each union's own people, and tell who completed; return where the last stands."""
        programme = self._tell.do(
            self._tell.officer("district_officer"), "relief", "/programmes", "skills-programme",
            occurred_on="2017-03-06", kind="SPRING_SKILLS", year=2017, name="2017年春送技能",
            window_from="2017-03-15", window_to="2017-06-30", purpose="training-allowance",
        )["programme_id"]  # fmt: skip
        trainees = min(TRAINEES_EACH * self._tell.scale, SESSION_TRAINEES_MAX)
        seen = ""
        for number, (name, first, last) in enumerate(_SESSIONS):
            union, people = self._unions[number]
            officer = self._tell.officer("grassroots_officer", union)
            session = self._tell.do(
                officer, "relief", "/skills-sessions", f"session-{number}", after=after,
                occurred_on=first, last_on=last, programme_id=programme, union_org_id=union, name=name,
                hours=60, places=trainees,
            )["session_id"]  # fmt: skip
            path, those = f"/skills-sessions/{session}", list(people[:trainees])
            for step, day in (("enrolments", first), ("completions", last)):
                self._tell.do(
                    officer, "relief", f"{path}/{step}", f"{step}-{number}", occurred_on=day, person_ids=those
                )
            seen = self._tell.position("relief", stream_name("session", UUID(session)), 1 + 2 * len(those))
        return seen

    def _bought(self, fund: str, budget: str, goods: Goods, quantity: int) -> str:
        accountant, (item, unit, value_fen) = self._tell.officer("accountant"), goods
        stock = self._tell.do(
            accountant, "relief", "/stocks", f"stock-{item}",
            occurred_on="2016-06-01", fund_id=fund, item=item, unit=unit,
        )["stock_id"]  # fmt: skip
        self._tell.do(
            accountant, "relief", f"/stocks/{stock}/purchases", f"purchase-{item}",
            occurred_on="2016-06-13", quantity=quantity, unit_value_fen=value_fen, budget_id=budget,
            voucher=f"利工购〔2016〕{value_fen // 100}号",
        )  # fmt: skip
        return str(stock)
