"""Who would qualify, asked of the tables in one statement, is whom a plain reading of registry's events finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import pytest

from unionaid.contracts import Event
from unionaid.relief.domain.eligibility.terms import Explanation, Terms, condition_of, explained
from unionaid.relief.policies.programmes import read_programmes
from unionaid.relief.resources import directory
from unionaid.relief.views.eligible import Asked, Eligible

from .registry_story import Story, plainly

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service

ON = date(2018, 9, 15)
UNIONS = [uuid5(UUID(int=0), name) for name in ("g", "o")]
TERMS = [
    (f"{kind}:{purpose}", version.terms_of(purpose))
    for kind, versions in read_programmes(directory("policy")).items()
    for version in versions
    for purpose in sorted(version.purposes)
]
OWN = Terms((condition_of("own", "dossier.income_percent <= 100 || household.size > 2", ""),), (), 50_000)


def told(seed: int) -> list[Event]:
    return Story(Random(seed), UNIONS).lives(25).events


async def heard(service: Service, events: Iterable[Event], together: int) -> Eligible:
    """Tell the events in batches of this size."""
    told = list(events)
    for start in range(0, len(told), together):
        await service.hear(told[start : start + together])
    return Eligible(service.pool, service.people)


@pytest.mark.parametrize(("seed", "together"), [(1, 1_000), (2, 7), (3, 1)])
async def test_what_is_known_of_each_is_what_the_events_say(service: Service, seed: int, together: int) -> None:
    events = told(seed)
    eligible = await heard(service, events, together)
    expected = plainly(events, ON)
    assert len(expected) > 25
    everybody = {event.person_id for event in events if hasattr(event, "person_id")}
    assert await eligible.facts_of(everybody, ON) == expected


async def test_a_preview_counts_whom_the_plain_reading_finds(service: Service) -> None:
    events = told(4)
    eligible, known = await heard(service, events, 50), plainly(events, ON)
    found_any = 0
    for name, terms in [*TERMS, ("own", OWN)]:
        asked = Asked(terms, ON, None)
        cases = {person_id: explained(terms, facts) for person_id, facts in known.items()}
        preview = await eligible.preview(asked)
        due = {person_id: case.amount_fen for person_id, case in cases.items() if case.amount_fen is not None}
        assert (preview.persons, preview.qualify, preview.amount_fen) == (len(known), len(due), sum(due.values())), name
        assert {s.code: s.persons for s in preview.shares if s.persons} == Counter(
            case.standard for case in cases.values() if case.qualifies
        ), name
        for reason in preview.reasons:
            assert (reason.not_met, reason.not_known, reason.alone) == counted(cases.values(), reason.code), name
        for failing, expected in lists(terms, cases):
            rows = await eligible.persons(asked, failing, None, 1_000)
            assert [row["person_id"] for row in rows] == expected, (name, failing)
        found_any += preview.qualify
    assert found_any > 0


def against(case: Explanation) -> list[str | None]:
    """What stands against one person: conditions that are not met, and that no standard fits (None)."""
    failing: list[str | None] = [one.code for one in case.conditions if not one.met]
    return [*failing, None] if case.standards and case.standard is None else failing


def counted(cases: Iterable[Explanation], code: str | None) -> tuple[int, int, int]:
    not_met = not_known = alone = 0
    for case in cases:
        if code in against(case):
            alone += len(against(case)) == 1
            unknown = any(one.code == code and one.met is None for one in case.conditions)
            not_known += unknown
            not_met += not unknown
    return not_met, not_known, alone


def lists(terms: Terms, cases: dict[UUID, Explanation]) -> Iterable[tuple[int | None, list[UUID]]]:
    yield None, sorted(person_id for person_id, case in cases.items() if case.qualifies)
    if terms.standards:
        yield 0, sorted(person_id for person_id, case in cases.items() if None in against(case))
    for n, one in enumerate(terms.conditions, start=1):
        yield n, sorted(person_id for person_id, case in cases.items() if one.code in against(case))


async def test_a_preview_of_one_union_counts_its_own(service: Service) -> None:
    eligible = await heard(service, told(5), 100)
    whole = await eligible.preview(Asked(OWN, ON, None))
    parts = [await eligible.preview(Asked(OWN, ON, {union})) for union in UNIONS]
    nowhere = await eligible.preview(Asked(OWN, ON, set()))
    assert nowhere.persons == 0
    assert all(part.persons > 0 for part in parts)
    assert sum(part.persons for part in parts) < whole.persons  # who left and has no household is of no union
    rows = await eligible.persons(Asked(OWN, ON, {UNIONS[0]}), None, None, 1_000)
    assert {row["union_org_id"] for row in rows} == {UNIONS[0]}


async def test_persons_come_in_pages(service: Service) -> None:
    eligible = await heard(service, told(6), 100)
    asked = Asked(OWN, ON, None)
    whole = [row["person_id"] for row in await eligible.persons(asked, None, None, 1_000)]
    assert len(whole) > 5
    pages, after = [], None
    while page := await eligible.persons(asked, None, after, 3):
        after = page[-1]["person_id"]
        pages += [row["person_id"] for row in page]
    assert pages == whole
