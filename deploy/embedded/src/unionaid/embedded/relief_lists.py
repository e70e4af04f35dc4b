"""How a list of lines goes through the hands of the office: entered, verified, approved, handed out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from unionaid.contracts.relief import lines_hash
from unionaid.embedded import sample
from unionaid.embedded.office_client import Officer
from unionaid.embedded.telling import Telling

Line = tuple[int, tuple[str, int]]
"""Number in the list, person, fen."""


@dataclass(frozen=True, slots=True)
class Days:
    """On which days the steps of a list are taken."""

    entered: str
    verified: str
    approved: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A list to be entered for a union by an officer, and the union whose officer verifies it."""

    programme: str
    budget: str
    union: str
    officer: Officer
    verified_by: str
    people: Sequence[tuple[str, int]]


def approved(tell: Telling, entry: Entry, days: Days, key: str, after: str | None) -> str:
    """Enter a list, verify and approve it; return its path."""
    entered = tell.do(
        entry.officer, "relief", "/lists", f"list-{key}",
        after=after, occurred_on=days.entered, programme_id=entry.programme, budget_id=entry.budget,
        union_org_id=entry.union, declared=declared(list(enumerate(entry.people, start=1))),
        lines=[{"person_id": person, "amount_fen": amount} for person, amount in entry.people],
    )  # fmt: skip
    path = f"/lists/{entered['list_id']}"
    verifier = tell.officer("sub_district_officer", entry.verified_by)
    tell.do(verifier, "relief", f"{path}/verification", f"verify-{key}", occurred_on=days.verified)
    tell.do(tell.officer("approver"), "relief", f"{path}/approval", f"approve-{key}", occurred_on=days.approved)
    return path


def hand_out(tell: Telling, path: str, signatures: Sequence[Mapping[str, Any]], day: str, key: str) -> None:
    """Two visitors hand the money of a list out and come back with a signed list."""
    tell.do(
        tell.officer("cashier"), "relief", f"{path}/cash-payment", f"pay-{key}",
        occurred_on=day,
        visitors=[sample.officer(f"visitor-{n}").removeprefix("person-") for n in (1, 2)],
        signed_list_sha256=hashlib.sha256(f"scan {key}".encode()).hexdigest(), signed_list_bytes=481_280,
        lines=list(signatures),
    )  # fmt: skip


def declared(lines: Sequence[Line]) -> Mapping[str, Any]:
    """Return what is said of lines beforehand, and must agree with them."""
    return {
        "lines": len(lines),
        "amount_fen": sum(amount for _, (_, amount) in lines),
        "lines_hash": lines_hash([(n, UUID(person), amount) for n, (person, amount) in lines]),
    }
