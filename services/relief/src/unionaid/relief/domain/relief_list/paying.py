"""How an approved list is paid: cash handed over on a visit of two, each line signed for (簽領表)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import SignedBy
from unionaid.contracts.relief import FundPart, ReliefListPaid, ReliefPaid
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.refusals import (
    Fault,
    LineFault,
    LinesRefused,
    ReferenceUnknown,
    VisitorIsApprover,
    VisitorIsPayee,
    VisitorsSame,
)
from unionaid.relief.domain.relief_list import applications, drawing, facts
from unionaid.relief.domain.relief_list.drawing import Budgets
from unionaid.relief.domain.relief_list.guards import (
    NOBODY,
    Barred,
    Lines,
    Step,
    each,
    existing,
    refuse_barred,
    refuse_date,
    refuse_own_matter,
    refuse_same_person,
    wrong_status,
)


class Signature(NamedTuple):
    """Who signed for a line; `proxy_person_id` where a proxy did whom the office knows."""

    line: int
    signed_by: SignedBy
    proxy_person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CashVisit:
    """Cash was handed out by `visitors`; of the signed list's scan, here are the hash and the length."""

    visitors: tuple[UUID, UUID]
    signed_list_sha256: str
    signed_list_bytes: int
    signatures: Sequence[Signature]
    known_proxies: Set[UUID] = frozenset()
    """The proxies among the signatures whom the office knows; looked up before it is decided."""


def pay_cash(
    relief_list: facts.ReliefList,
    lines: Lines,
    programme: programme_facts.Programme,
    budgets: Budgets,
    *,
    visit: CashVisit,
    step: Step,
    barred: Barred = NOBODY,
) -> list[Event]:
    """Record that every line of an approved list was handed out and signed for.

    Raises NotFound, ListWrongStatus, EnteredBySame, VerifiedBySame, ApprovedBySame, VisitorsSame,
    VisitorIsApprover, VisitorIsPayee, OwnMatter, LinesRefused (with every line at fault), ReferenceUnknown,
    CommitmentMissing and the refusals of dates.
    """
    known = existing(relief_list)
    if not isinstance(known, facts.Approved):
        raise wrong_status(known)
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_same_person(known, step.by)
    refuse_date(step, known.last_on)
    approved = each(applications.Approved, lines, known)
    refuse_own_matter(approved, step.by)
    refuse_barred(approved, barred)
    _refuse_visitors(known, approved, visit)
    faults = list(_faults(approved, visit, step))
    if faults:
        raise LinesRefused(faults)
    terms = known.terms
    events: list[Event] = [
        *drawing.spend(terms, approved, budgets, step.on),
        ReliefListPaid(
            occurred_on=step.on,
            list_id=terms.list_id,
            budget_id=terms.budget_id,
            method="cash",
            lines=terms.lines,
            amount_fen=terms.amount_fen,
            visitors=visit.visitors,
            signed_list_sha256=visit.signed_list_sha256,
            signed_list_bytes=visit.signed_list_bytes,
        ),
    ]
    parts = [drawing.parts_of(terms, line, budgets) for line in approved]
    events += _payments(zip(approved, parts, strict=True), programme, visit, step)
    return events


def _refuse_visitors(relief_list: facts.Approved, lines: Sequence[applications.Approved], visit: CashVisit) -> None:
    if len(set(visit.visitors)) < len(visit.visitors):
        raise VisitorsSame(field="visitors")
    approvers = {relief_list.approved_by, *relief_list.endorsed_by}
    if not approvers.isdisjoint(f"person-{visitor}" for visitor in visit.visitors):
        raise VisitorIsApprover(field="visitors")
    if not {line.terms.person_id for line in lines}.isdisjoint(visit.visitors):
        raise VisitorIsPayee(field="visitors")


def _faults(lines: Sequence[applications.Approved], visit: CashVisit, step: Step) -> Iterator[Fault]:
    payees = {line.terms.line: line.terms.person_id for line in lines}
    signed: set[int] = set()
    for place, signature in enumerate(visit.signatures):
        line, field = signature.line, f"lines.{place}.line"
        if line not in payees:
            yield LineFault.LINE_NOT_ON_LIST.at(line, field)
        elif line in signed:
            yield LineFault.LINE_TWICE.at(line, field)
        elif fault := _proxy_fault(signature, payees[line], visit, step):
            yield fault.at(line, f"lines.{place}.proxy_person_id")
        signed.add(line)
    for line in sorted(payees.keys() - signed):
        yield LineFault.LINE_MISSING.at(line, "lines")


def _proxy_fault(signature: Signature, payee: UUID, visit: CashVisit, step: Step) -> LineFault | None:
    proxy = signature.proxy_person_id
    if proxy is None:
        return None
    if signature.signed_by != "proxy":
        return LineFault.PROXY_WITHOUT_NEED
    if proxy == payee or proxy in visit.visitors or step.by == f"person-{proxy}":
        return LineFault.PROXY_NOT_ALLOWED
    return None if proxy in visit.known_proxies else LineFault.PROXY_UNKNOWN


def _payments(
    lines: Iterable[tuple[applications.Approved, tuple[FundPart, ...]]],
    programme: programme_facts.Open,
    visit: CashVisit,
    step: Step,
) -> Iterator[Event]:
    signatures = {signature.line: signature for signature in visit.signatures}
    for line, parts in lines:
        signature = signatures[line.terms.line]
        proof = {"signed_by": signature.signed_by, "proxy_person_id": signature.proxy_person_id}
        yield paid_out(line, programme, parts, step.on, method="cash", **proof)


def paid_out(
    line: applications.Approved | applications.Ordered,
    programme: programme_facts.Open,
    parts: tuple[FundPart, ...],
    on: date,
    **how: Any,
) -> ReliefPaid:
    """Return that a line was paid by the funds of `parts`; `how` is the method with what proves it."""
    terms = line.terms
    return ReliefPaid(
        occurred_on=on,
        application_id=terms.application_id,
        list_id=terms.list_id,
        line=terms.line,
        programme_id=terms.programme_id,
        programme_kind=programme.terms.kind,
        programme_year=programme.terms.year,
        person_id=terms.person_id,
        union_org_id=terms.union_org_id,
        amount_fen=terms.amount_fen,
        parts=parts,
        **how,
    )
