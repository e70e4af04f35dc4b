"""How the office's families in hardship come into the registry: by workbooks of each union, then three signatures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unionaid.embedded import families
from unionaid.embedded.families import Family, Member
from unionaid.embedded.sample import Unit
from unionaid.embedded.telling import Telling

VERIFIED_ON, POSTED_ON, APPROVED_ON = "2016-03-10", "2016-03-14", "2016-03-22"
"""The notice stands for five working days, to 21 March."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A dossier that was opened, and the union above the one that opened it."""

    dossier_id: str
    above_id: str


@dataclass(frozen=True, slots=True)
class Student:
    """A child at school, born in that year, of a household of so many members; a parent holds the dossier."""

    person_id: str
    born: int
    holder_id: str
    household_id: str
    members: int
    union_id: str
    above_id: str


def open_dossiers(
    tell: Telling, union: str, above: str, unit: Unit, those: Sequence[Family]
) -> tuple[list[Filed], list[Student]]:
    """Bring in the families of a union and their dossiers, as its own officer does."""
    officer = tell.officer("grassroots_officer", union)
    members = sum(len(family.members) for family in those)
    formed = tell.bring_in(
        officer, "households", (f"{unit.name}-家庭.xlsx", families.households(those)), members,
        f"households-{unit.uscc}", union_org_id=union, occurred_on=families.FORMED_ON,
    )  # fmt: skip
    opened = tell.bring_in(
        officer, "dossiers", (f"{unit.name}-档案.xlsx", families.dossiers(those)), len(those),
        f"dossiers-{unit.uscc}", occurred_on=families.OPENED_ON,
    )  # fmt: skip
    return [Filed(row["dossier_id"], above) for row in opened], list(_students(those, formed, union, above))


def _students(those: Sequence[Family], rows: Sequence[Mapping[str, Any]], union: str, above: str) -> Iterator[Student]:
    """Return the children at school; the rows tell of each member, family by family."""
    told = iter(rows)
    for family in those:
        entered = [(member, next(told)) for member in family.members]
        (_, holder), *_ = entered
        for member, row in entered:
            if member.stage:
                yield Student(
                    row["person_id"],
                    _born(member),
                    holder["person_id"],
                    row["household_id"],
                    len(entered),
                    union,
                    above,
                )


def _born(member: Member) -> int:
    return int((member.birth_date or member.resident_id[6:10])[:4])


def approve_dossiers(tell: Telling, filed: Sequence[Filed]) -> None:
    """Take every dossier through verification and public notice to its approval, each step by whose step it is."""
    with tell.step("Dossiers approved", len(filed)) as advance:
        for one in filed:
            path, id = f"/dossiers/{one.dossier_id}", one.dossier_id
            street, approver = tell.officer("sub_district_officer", one.above_id), tell.officer("approver")
            tell.do(street, "registry", f"{path}/verification", f"verified-{id}", occurred_on=VERIFIED_ON)
            tell.do(
                street, "registry", f"{path}/notice", f"posted-{id}",
                occurred_on=POSTED_ON, notice_place="街道（乡镇）工会公示栏",
            )  # fmt: skip
            tell.do(approver, "registry", f"{path}/approval", f"approved-{id}", occurred_on=APPROVED_ON)
            advance(1)
