"""An office in the whole stack, for the tests of its screens: unions and people of one module's own.

Modules whose tests disturb nobody share one stack (`screens`), each with a town, a factory and a hundred of numbers
that no other has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Page, ViewportSize

from unionaid.registry.examples import resident_id
from unionaid.testkit.demo import Demo

DISTRICT = "利通区总工会"
FOUNDED_ON, ON = "2004-01-05", "2026-01-05"
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
CLEARS = {
    "family_situation": "ordinary", "hardship_cause": "illness", "state_of_mind": "worried",
    "employment_wish": "cannot_work", "technical_skill": "junior",
}  # fmt: skip
FUNDED_FEN, BUDGET_FEN = 50_000_000, 1_000_000


@dataclass
class Office:
    """Where a module's tests work, and where the pictures of its pages go.

    `town` names its sub-district union, `trade` its factory; `hundred` says which numbers are its people's.
    """

    stack: Demo
    pictures: Path
    town: str
    trade: str
    hundred: int
    unions: dict[str, str] = field(default_factory=dict)
    """Name -> id."""

    @classmethod
    def opened(
        cls, stack: Demo, made: pytest.TempPathFactory, *, town: str, trade: str, hundred: int, founded_on: str = ON
    ) -> Self:
        """An office with its two unions, of nobody yet."""
        office = cls(stack, made.mktemp("pictures"), town, trade, hundred)
        street = office.union("sub_district", office.street, office.district(), founded_on)
        office.union("grassroots", office.factory, street, founded_on)
        return office

    @property
    def street(self) -> str:
        """Name of the sub-district union."""
        return f"{self.town}工会委员会"

    @property
    def factory(self) -> str:
        """Name of the grassroots union, as long as names are."""
        return f"利通区样例{self.trade}股份有限公司精细加工与冷链物流联合基层工会委员会"

    @property
    def fund(self) -> str:
        """Name of the fund of `funded`."""
        return f"2026年送温暖专项资金（{self.town}）"

    @property
    def programme_name(self) -> str:
        """Name of the programme of `funded`."""
        return f"2026年元旦春节送温暖（{self.town}）"

    @property
    def factory_id(self) -> str:
        """Id of the grassroots union."""
        return self.unions[self.factory]

    def number(self, serial: int) -> str:
        """The resident ID of the module's person `serial` (0 to 99)."""
        return resident_id(100 * self.hundred + serial)

    def made(self, service: str, path: str, role: str, wanted: str, /, **body: Any) -> str:
        """Give a command that goes well; return the id it made."""
        answer = self.stack.request("POST", service, path, self.stack.token(role), body)
        assert answer.is_success, answer.text
        return str(answer.json()[wanted])

    def entered(self, path: str, wanted: str, /, **body: Any) -> str:
        """Give registry a command of the district officer's that goes well; return the id it made."""
        return self.made("registry", path, "district_officer", wanted, **body)

    def district(self) -> str:
        """The one district federation of the stack, established at the first call; its id."""
        top = [one for one in self.stack.ask("registry", "/union-orgs", "auditor")["items"] if one["parent_id"] is None]
        if top:
            return str(top[0]["org_id"])
        body = {"level": "district", "name": DISTRICT, "occurred_on": FOUNDED_ON}
        return self.entered("/union-orgs", "org_id", **body)

    def union(self, level: str, name: str, parent: str, on: str = ON) -> str:
        """A union; its id."""
        body = {"level": level, "name": name, "parent_id": parent, "occurred_on": on}
        self.unions[name] = self.entered("/union-orgs", "org_id", **body)
        return self.unions[name]

    def worker(self, serial: int, name: str, on: str = "2026-02-01", **more: Any) -> str:
        """Somebody who works in the factory; the id."""
        body = {"name": name, "resident_id": self.number(serial), "migrant": False, "occurred_on": on, **more}
        return self.entered("/workers", "person_id", union_org_id=self.factory_id, **body)

    def in_hardship(self, *persons: str) -> None:
        """Give each of the factory's people a household and an approved dossier, and wait until relief knows."""
        seen = [self._dossier(person) for person in persons]
        self.stack.ask("relief", "/funds", "accountant", after=seen[-1])

    def _dossier(self, person: str) -> str:
        """Take a dossier through its signatures; return where its approval stands in registry's topic."""
        street = self.stack.token("sub_district_officer", unit=self.unions[self.street])
        officer, approver = self.stack.token("district_officer"), self.stack.token("approver")
        member = {"person_id": person, "relation": "householder", "health_code": "serious_illness"}
        at: dict[str, Any] = {"union_org_id": self.factory_id, "occurred_on": ON}
        members = [{**member, "monthly_income_fen": 20_000}]
        household = self.entered("/households", "household_id", members=members, **at)
        file = {"household_id": household, "holder_id": person, "occurred_on": ON, **CLEARS}
        dossier = self.entered("/dossiers", "dossier_id", **file)
        self._signed(officer, f"/dossiers/{dossier}/assessments", ON)
        self._signed(street, f"/dossiers/{dossier}/verification", "2026-01-06")
        self._signed(street, f"/dossiers/{dossier}/notice", "2026-01-07", notice_place="厂务公开栏")
        version = self._signed(approver, f"/dossiers/{dossier}/approval", "2026-01-15")
        told = {"stream": f"dossier-{dossier}", "version": version}
        position = self.stack.ask("registry", "/log/position", "district_officer", **told)
        return f"{position['topic']}@{position['index']}"

    def _signed(self, token: str, path: str, on: str, **body: Any) -> str:
        """Give registry somebody's step of a dossier; return the dossier's version after it."""
        answer = self.stack.request("POST", "registry", path, token, {"occurred_on": on, **body})
        assert answer.is_success, answer.text
        return answer.headers["ETag"].strip('"')

    def funded(self) -> tuple[str, str]:
        """A programme of winter warmth and its budget, from a fund with money; their ids."""
        fund = self.made(
            "relief", "/funds", "accountant", "fund_id",
            occurred_on="2026-02-01", source="appropriation", name=self.fund,
        )  # fmt: skip
        receipt = {"occurred_on": "2026-02-02", "amount_fen": FUNDED_FEN, "voucher": "样财预〔2026〕8号"}
        self.made("relief", f"/funds/{fund}/receipts", "accountant", "fund_id", **receipt)
        programme = self.made(
            "relief", "/programmes", "district_officer", "programme_id", occurred_on="2026-02-03",
            kind="WINTER_WARMTH", year=2026, name=self.programme_name, window_from="2026-02-01",
            window_to="2026-02-28", purpose="festival-visit",
        )  # fmt: skip
        allotment = {"occurred_on": "2026-02-03", "programme_id": programme, "amount_fen": BUDGET_FEN}
        return programme, self.made("relief", f"/funds/{fund}/budgets", "accountant", "budget_id", **allotment)

    def look(self, page: Page, name: str) -> None:
        """Keep a picture, and see that nothing stands out of the window."""
        page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name

    def look_twice(self, page: Page, name: str) -> None:
        """Look at it narrow, then wide, as it stays."""
        for size, suffix in ((NARROW, "-narrow"), (WIDE, "")):
            page.set_viewport_size(size)
            self.look(page, name + suffix)
