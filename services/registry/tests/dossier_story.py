"""A family and its dossier over HTTP, step by step: what the tests of dossiers begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

if TYPE_CHECKING:
    import httpx
    from services.registry.tests.conftest import Office, Units

CODES = {
    "family_situation": "children_at_school", "hardship_cause": "illness", "state_of_mind": "worried",
    "employment_wish": "cannot_work", "technical_skill": "junior",
}  # fmt: skip
WORDS = {"hardship_cause": "标记尿毒症", "family_situation": "标记两个孩子\n在读"}
OPENED, VERIFIED, POSTED, POSTED_UNTIL, APPROVED = (
    "2016-12-19", "2016-12-20", "2016-12-22", "2016-12-29", "2016-12-30",
)  # fmt: skip


@dataclass
class Story:
    """An office with a family: a worker, who is ill, and a child without ID at hand."""

    office: Office
    units: Units
    worker: str = ""
    child: str = ""
    household: str = ""

    def __post_init__(self) -> None:
        self.people = {name: f"person-{uuid4()}" for name in ("enters", "verifies", "posts", "approves", "another")}

    async def step(self, path: str, by: str, role: Role, unit: str | None = None, /, **body: Any) -> httpx.Response:
        """Give a command as somebody of the office."""
        self.office.issuer.person = self.people[by]
        headers = {name: body.pop(name) for name in ("If-Match",) if name in body}
        return await self.office.post(path, body, role, unit=unit, **headers)

    async def entered(self, path: str, /, **body: Any) -> httpx.Response:
        """Give a command as the grassroots officer of the family's union."""
        return await self.step(path, "enters", Role.GRASSROOTS_OFFICER, self.units.factory_union, **body)

    async def worker_entered(self, serial: int, union: str | None = None) -> str:
        """Register a worker; return the id."""
        body = {
            "union_org_id": union or self.units.factory_union, "name": "标记甲乙丙",
            "resident_id": resident_id(serial), "migrant": False, "occurred_on": "2016-12-01",
        }  # fmt: skip
        return await self.office.made("/workers", body, "person_id")

    async def child_entered(self, name: str = "标记小孩") -> str:
        """Register somebody without an ID; return the id."""
        made = await self.entered(
            "/persons", union_org_id=self.units.factory_union, name=name, birth_date="2001-05-06", sex="female",
            occurred_on="2016-12-01",
        )  # fmt: skip
        assert made.status_code == 201, made.text
        return str(made.json()["person_id"])

    async def family(self, income_fen: int = 60_000) -> str:
        """Register the family and form the household; return the household's id."""
        self.worker, self.child = await self.worker_entered(1), await self.child_entered()
        made = await self.entered(
            "/households", union_org_id=self.units.factory_union, occurred_on="2016-12-10",
            members=[
                member(self.worker, "householder", income_fen, health_code="serious_illness", health_note="标记透析"),
                member(self.child, "child", 0, school_stage="upper_secondary"),
            ],
        )  # fmt: skip
        assert made.status_code == 201, made.text
        self.household = str(made.json()["household_id"])
        return self.household

    async def opened(self, **changed: Any) -> str:
        """Open the dossier with all five clears; return its id."""
        body = {"household_id": self.household, "holder_id": self.worker, "words": WORDS, "occurred_on": OPENED}
        made = await self.entered("/dossiers", **{**CODES, **body, **changed})
        assert made.status_code == 201, made.text
        return str(made.json()["dossier_id"])

    async def good(self, answered: httpx.Response) -> httpx.Response:
        """See that a step went well."""
        assert answered.is_success, answered.text
        return answered

    async def assessed(self, dossier: str, **body: Any) -> httpx.Response:
        return await self.entered(f"/dossiers/{dossier}/assessments", **{"occurred_on": OPENED, **body})

    async def verified(self, dossier: str, on: str = VERIFIED) -> httpx.Response:
        unit = self.units.street
        return await self.step(
            f"/dossiers/{dossier}/verification", "verifies", Role.SUB_DISTRICT_OFFICER, unit, occurred_on=on
        )

    async def posted(self, dossier: str, on: str = POSTED) -> httpx.Response:
        return await self.step(
            f"/dossiers/{dossier}/notice", "posts", Role.DISTRICT_OFFICER, occurred_on=on, notice_place="厂务公开栏"
        )

    async def approved(self, dossier: str, on: str = APPROVED) -> httpx.Response:
        return await self.step(f"/dossiers/{dossier}/approval", "approves", Role.APPROVER, occurred_on=on)

    async def in_force(self) -> str:
        """Take a family's dossier through its three levels; return its id."""
        await self.family()
        dossier = await self.opened()
        for step in (self.assessed, self.verified, self.posted, self.approved):
            await self.good(await step(dossier))
        return dossier

    async def shown(self, dossier: str) -> dict[str, Any]:
        """Return how the dossier stands."""
        told: dict[str, Any] = (await self.office.get(f"/dossiers/{dossier}")).json()
        return told


def member(person_id: str, relation: str, income_fen: int, **more: Any) -> dict[str, Any]:
    """Return a member of a household as a request tells it."""
    given = {"person_id": person_id, "relation": relation, "health_code": "healthy", "monthly_income_fen": income_fen}
    return {**given, **more}
