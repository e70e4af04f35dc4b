"""The steps of a list after it came in: verified, then approved or rejected. Paying stands in `paying`.

Each step is another person's, and moves the list and every line of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from unionaid.contracts import Event
from unionaid.contracts.fields import ApproverRole
from unionaid.contracts.relief import (
    ReliefApproved,
    ReliefListApproved,
    ReliefListEndorsed,
    ReliefListRejected,
    ReliefListVerified,
    ReliefRejected,
    ReliefVerified,
)
from unionaid.relief.domain.funding import facts as funding_facts
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.programme.approvals import ONE
from unionaid.relief.domain.refusals import ApprovalOfOtherRole, EnteredBySame, ReferenceUnknown, VerifiedBySame
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
from unionaid.service.refusals import InWords


class RejectionReason(StrEnum):
    """Why a list is rejected."""

    NOT_ELIGIBLE = "not-eligible"
    WRONG_AMOUNT = "wrong-amount"
    HELPED_ELSEWHERE = "helped-elsewhere"
    EVIDENCE_MISSING = "evidence-missing"
    OUTSIDE_WINDOW = "outside-window"
    BUDGET_EXHAUSTED = "budget-exhausted"
    ENTERED_IN_ERROR = "entered-in-error"
    WITHDRAWN = "withdrawn"


def verify(relief_list: facts.ReliefList, lines: Lines, step: Step, barred: Barred = NOBODY) -> list[Event]:
    """Verify a submitted list.

    Raises NotFound, ListWrongStatus, EnteredBySame, OwnMatter, LinesRefused and the refusals of dates.
    """
    known = existing(relief_list)
    if not isinstance(known, facts.Submitted):
        raise wrong_status(known)
    refuse_same_person(known, step.by)
    refuse_date(step, known.last_on)
    asked = each(applications.Requested, lines, known)
    refuse_own_matter(asked, step.by)
    refuse_barred(asked, barred)
    list_id = known.terms.list_id
    events: list[Event] = [
        ReliefListVerified(
            occurred_on=step.on, list_id=list_id, lines=known.terms.lines, amount_fen=known.terms.amount_fen
        )
    ]
    events += (
        ReliefVerified(
            occurred_on=step.on,
            application_id=line.terms.application_id,
            list_id=list_id,
            line=line.terms.line,
        )
        for line in asked
    )
    return events


def approve(
    relief_list: facts.ReliefList,
    lines: Lines,
    programme: programme_facts.Programme,
    budgets: Budgets,
    step: Step,
    *,
    roles: Set[ApproverRole] = frozenset(ONE),
    funding: funding_facts.Funding = funding_facts.INITIAL,
    barred: Barred = NOBODY,
) -> list[Event]:
    """Approve a verified list, by the programme's policy, and bind its sum in its budget, or in those of the funding.

    Where further approvals are needed it is endorsed, and nothing is bound. `roles` are those of who approves.
    Raises NotFound, ListWrongStatus, EnteredBySame, VerifiedBySame, EndorsedBySame, ApprovalOfOtherRole, OwnMatter,
    LinesRefused, FundingMissing, BudgetInsufficient and the refusals of dates.
    """
    known = existing(relief_list)
    if not isinstance(known, facts.Verified):
        raise wrong_status(known)
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_same_person(known, step.by)
    if known.awaits not in roles:
        raise ApprovalOfOtherRole(role=InWords((f"screen-role-{known.awaits}",)))
    refuse_date(step, known.last_on)
    verified = each(applications.Verified, lines, known)
    refuse_own_matter(verified, step.by)
    refuse_barred(verified, barred)
    terms, policy_version = known.terms, programme.terms.policy_version
    if not known.awaits_last:
        return [
            ReliefListEndorsed(
                occurred_on=step.on,
                list_id=terms.list_id,
                lines=terms.lines,
                amount_fen=terms.amount_fen,
                role=known.awaits,
            )
        ]
    bound = drawing.bind(terms, verified, budgets, funding, step.on)
    events: list[Event] = [
        *bound.moves,
        ReliefListApproved(
            occurred_on=step.on,
            list_id=terms.list_id,
            budget_id=terms.budget_id,
            lines=terms.lines,
            amount_fen=terms.amount_fen,
            policy_version=policy_version,
            shares=bound.shares,
            funding_version=bound.funding_version,
        ),
    ]
    events += (
        ReliefApproved(
            occurred_on=step.on,
            application_id=line.terms.application_id,
            list_id=terms.list_id,
            line=line.terms.line,
            amount_fen=line.terms.amount_fen,
            policy_version=policy_version,
            shares=shares,
        )
        for line, shares in zip(verified, bound.by_line, strict=True)
    )
    return events


def reject(
    relief_list: facts.ReliefList, lines: Lines, budgets: Budgets, reason: RejectionReason, step: Step
) -> list[Event]:
    """Reject a list that is not yet paid; what an approved one had bound becomes free.

    Who approved may take that back; who entered or verified decides nothing.
    Raises NotFound, ListWrongStatus, EnteredBySame, VerifiedBySame, OwnMatter, LinesRefused and the refusals
    of dates.
    """
    known = existing(relief_list)
    if not isinstance(known, facts.Submitted | facts.Verified | facts.Approved):
        raise wrong_status(known)
    if step.by == known.entered_by:
        raise EnteredBySame
    if not isinstance(known, facts.Submitted) and step.by == known.verified_by:
        raise VerifiedBySame
    refuse_date(step, known.last_on)
    asked = each(_LINE_STATUS[type(known)], lines, known)
    refuse_own_matter(asked, step.by)
    list_id = known.terms.list_id
    bound = (line for line in asked if isinstance(line, applications.Approved))
    events: list[Event] = [
        *drawing.release(known.terms, bound, budgets, step.on),
        ReliefListRejected(occurred_on=step.on, list_id=list_id, reason_code=reason.value),
    ]
    events += (
        ReliefRejected(
            occurred_on=step.on,
            application_id=line.terms.application_id,
            list_id=list_id,
            line=line.terms.line,
            reason_code=reason.value,
        )
        for line in asked
    )
    return events


_LINE_STATUS: dict[type[facts.Existing], type[applications.Existing]] = {
    facts.Submitted: applications.Requested,
    facts.Verified: applications.Verified,
    facts.Approved: applications.Approved,
}
"""Which status every line has while its list has that one."""
