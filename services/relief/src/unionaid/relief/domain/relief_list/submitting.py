"""How a list comes in: every line must be able to pass, or none is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import ReliefListSubmitted, ReliefRequested, application_id, lines_hash
from unionaid.relief.domain.budget import facts as budget_facts
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.eligibility.attributes import Facts
from unionaid.relief.domain.eligibility.terms import Explanation, explained
from unionaid.relief.domain.funding import facts as funding_facts
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.programme.approvals import needed
from unionaid.relief.domain.programme.course import refuse_closed_programme
from unionaid.relief.domain.programme.rules import NO_STANDARD
from unionaid.relief.domain.programme.terms import Basis, asks, basis_of, terms_of
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    BudgetOfOtherProgramme,
    DeclaredDiffers,
    Fault,
    FundingMissing,
    LineFault,
    LinesRefused,
    OutsideWindow,
    ReferenceUnknown,
)
from unionaid.relief.domain.relief_list.facts import ReliefList, Unsubmitted
from unionaid.service.refusals import InWords

Source: TypeAlias = budget_facts.Budget | funding_facts.Funding
"""What pays a list: one budget, or whatever the programme's funding says when it is approved."""


class Line(NamedTuple):
    """One person and what the person is to receive, in fen."""

    person_id: UUID
    amount_fen: int


class Declared(NamedTuple):
    """What the submitter says the list holds: count, sum in fen, hash as in `contracts`."""

    lines: int
    amount_fen: int
    lines_hash: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known outside the list, looked up before.

    `union_of` holds the persons among the lines that the office knows, with the union each works under (None:
    no worker); `subtree` the unions under the submitting one, itself included, none if the submitter does not
    see it; `taken` the persons who have the programme's purpose in its period already, under whatever id they
    were entered; `barred` those who are helped no more, with the reason; `merged` those for whom another stands;
    `facts` what is known of each on the day of the request, where the programme's rules look at it. To a submitter who
    does not see all, a person of another union is unknown.
    """

    union_of: Mapping[UUID, UUID | None]
    subtree: Set[UUID]
    taken: Set[UUID]
    sees_all: bool
    barred: Mapping[UUID, LineFault] = field(default_factory=dict)
    merged: Set[UUID] = frozenset()
    facts: Mapping[UUID, Facts] = field(default_factory=dict)


class Case(NamedTuple):
    """How one person stands with the programme's terms, and on what the person qualifies."""

    explanation: Explanation
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class Submit:
    """Submit a list for a programme, to be paid from a budget. `by` is the actor."""

    list_id: UUID
    union_org_id: UUID
    declared: Declared
    lines: Sequence[Line]
    by: str
    on: date
    today: date


def submit(
    relief_list: ReliefList,
    programme: programme_facts.Programme,
    source: Source,
    known: Known,
    command: Submit,
) -> list[Event]:
    """Take a list in: one event of the list, one of each line's application.

    Raises AlreadyOpened, ReferenceUnknown, ProgrammeIsClosed, BudgetOfOtherProgramme, FundingMissing, OutsideWindow,
    DeclaredDiffers,
    LinesRefused (with every line at fault) and the refusals of dates.
    """
    if not isinstance(relief_list, Unsubmitted):
        raise AlreadyOpened(field="list_id")
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_closed_programme(programme, "programme_id")
    budget_id = _budget_of(source, programme)
    if not known.subtree:
        raise ReferenceUnknown(field="union_org_id")
    terms = programme.terms
    refuse_impossible(command.on, command.today)
    if not terms.window_from <= command.on <= terms.window_to:
        raise OutsideWindow(field="occurred_on", first=terms.window_from.isoformat(), last=terms.window_to.isoformat())
    refuse_other_than_declared(
        command.declared, [(n, line.person_id, line.amount_fen) for n, line in enumerate(command.lines, start=1)]
    )
    cases = _cases(programme, known, command)
    faults = list(_faults(programme, known, command, cases))
    if faults:
        raise LinesRefused(faults)
    return [_submitted(budget_id, programme, command), *_requests(programme, known, command, cases)]


def _budget_of(source: Source, programme: programme_facts.Open) -> UUID | None:
    """Return the budget that pays, None where it is the programme's funding."""
    match source:
        case budget_facts.Open() if source.programme_id == programme.terms.programme_id:
            return source.budget_id
        case budget_facts.Open():
            raise BudgetOfOtherProgramme(field="budget_id")
        case funding_facts.Stated():
            return None
        case funding_facts.Unstated():
            raise FundingMissing(field="budget_id")
        case _:
            raise ReferenceUnknown(field="budget_id")


def _cases(programme: programme_facts.Open, known: Known, command: Submit) -> Mapping[UUID, Case]:
    """Judge everybody on the lines by the programme's terms, where it has any."""
    if not asks(programme.terms):
        return {}
    terms, cases = terms_of(programme.terms), {}
    for line in command.lines:
        facts = known.facts.get(line.person_id, {})
        explanation = explained(terms, facts)
        cases[line.person_id] = Case(explanation, basis_of(programme.terms, terms, explanation, facts))
    return cases


def refuse_other_than_declared(declared: Declared, lines: Sequence[tuple[int, UUID, int]]) -> None:
    """Refuse lines (number, person, fen) that do not agree with what was declared. Raises DeclaredDiffers."""
    if declared.lines != len(lines):
        raise DeclaredDiffers(field="declared.lines")
    if declared.amount_fen != sum(amount_fen for _, _, amount_fen in lines):
        raise DeclaredDiffers(field="declared.amount_fen")
    if declared.lines_hash != lines_hash(lines):
        raise DeclaredDiffers(field="declared.lines_hash")


def _faults(
    programme: programme_facts.Open, known: Known, command: Submit, cases: Mapping[UUID, Case]
) -> Iterator[Fault]:
    first: dict[UUID, int] = {}
    most_fen = programme.terms.amount_max_fen
    for n, (person_id, amount_fen) in enumerate(command.lines, start=1):
        if amount_fen <= 0:
            yield LineFault.AMOUNT_NOT_POSITIVE.at(n, f"lines.{n - 1}.amount_fen")
        elif amount_fen > most_fen:
            yield LineFault.AMOUNT_ABOVE_MAX.at(n, f"lines.{n - 1}.amount_fen", most=yuan(most_fen))
        earlier = first.setdefault(person_id, n)
        if earlier != n:
            yield LineFault.PERSON_TWICE.at(n, f"lines.{n - 1}.person_id", earlier=earlier)
        elif fault := _person_fault(person_id, known, command.by):
            yield fault.at(n, f"lines.{n - 1}.person_id")
        elif person_id in cases:
            yield from _case_faults(n, amount_fen, cases[person_id].explanation)


def _case_faults(line: int, amount_fen: int, case: Explanation) -> Iterator[Fault]:
    """What the programme's terms have against a line."""
    if case.amount_fen is None:
        against = [f"condition-{one.code}" for one in case.conditions if not one.met]
        reasons = InWords(tuple(against or [f"condition-{NO_STANDARD}"]))
        yield LineFault.NOT_ELIGIBLE.at(line, f"lines.{line - 1}.person_id", reasons=reasons)
    elif amount_fen > case.amount_fen:
        yield LineFault.AMOUNT_ABOVE_STANDARD.at(line, f"lines.{line - 1}.amount_fen", most=yuan(case.amount_fen))


def _person_fault(person_id: UUID, known: Known, by: str) -> LineFault | None:
    if person_id not in known.union_of:
        return LineFault.PERSON_UNKNOWN
    if known.union_of[person_id] not in known.subtree:
        return LineFault.PERSON_OF_OTHER_UNION if known.sees_all else LineFault.PERSON_UNKNOWN
    if person_id in known.barred:
        return known.barred[person_id]
    if person_id in known.merged:
        return LineFault.PERSON_MERGED
    if by == f"person-{person_id}":
        return LineFault.OWN_LINE
    return LineFault.PURPOSE_TAKEN if person_id in known.taken else None


def _submitted(budget_id: UUID | None, programme: programme_facts.Open, command: Submit) -> Event:
    return ReliefListSubmitted(
        occurred_on=command.on,
        list_id=command.list_id,
        programme_id=programme.terms.programme_id,
        budget_id=budget_id,
        union_org_id=command.union_org_id,
        lines=command.declared.lines,
        amount_fen=command.declared.amount_fen,
        lines_hash=command.declared.lines_hash,
        approvals=needed(programme.terms.bands, [line.amount_fen for line in command.lines]),
    )


def _requests(
    programme: programme_facts.Open, known: Known, command: Submit, cases: Mapping[UUID, Case]
) -> Iterator[Event]:
    unions = {person_id: union for person_id, union in known.union_of.items() if union is not None}
    for n, line in enumerate(command.lines, start=1):
        yield ReliefRequested(
            occurred_on=command.on,
            application_id=application_id(command.list_id, n),
            list_id=command.list_id,
            line=n,
            programme_id=programme.terms.programme_id,
            person_id=line.person_id,
            union_org_id=unions[line.person_id],
            purpose=programme.terms.purpose,
            period=programme.period,
            amount_fen=line.amount_fen,
            **_basis_of(line, cases),
        )


def _basis_of(line: Line, cases: Mapping[UUID, Case]) -> dict[str, Any]:
    basis = cases[line.person_id].basis if line.person_id in cases else None
    return {} if basis is None else basis._asdict()
