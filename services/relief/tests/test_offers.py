"""A page offers exactly the steps that the rules let somebody take."""

from __future__ import annotations

from uuid import uuid4

import pytest

from unionaid.contracts import Event
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import Refusal
from unionaid.relief.domain.relief_list import facts, paying, rules, submitting
from unionaid.relief.domain.relief_list.applications import application_of
from unionaid.relief.domain.relief_list.facts import Act, list_of
from unionaid.relief.domain.relief_list.submitting import Line
from unionaid.relief.examples import (
    APPROVED_ON,
    APPROVER,
    CASHIER,
    ENTERED_ON,
    ENTERER,
    PAID_ON,
    VERIFIED_ON,
    VERIFIER,
    budget_opened,
    cash_visit,
    known,
    person,
    programme_opened,
    step,
    submit,
)  # fmt: skip
from unionaid.relief.offers import offer
from unionaid.service.roles import Actor, Role

ROLE_OF = {
    "verification": Role.SUB_DISTRICT_OFFICER,
    "approval": Role.APPROVER,
    "rejection": Role.APPROVER,
    "cash-payment": Role.CASHIER,
}
LINES = [Line(person(1), 50_000), Line(person(2), 30_000)]
PAYEE, OTHER = f"person-{person(1)}", f"person-{uuid4()}"
PROGRAMME = programme_of([programme_opened()])


class Course:
    """One list on its way, and what its rules say to a step."""

    def __init__(self, *officers: str) -> None:
        self.acts: list[Act] = []
        self.lines: dict[str, list[Event]] = {}
        self.budget = [budget_opened(200_000)]
        self.on = ENTERED_ON
        command = submit(LINES)
        self._add(submitting.submit(list_of(()), PROGRAMME, budget_of(self.budget), known(LINES), command), ENTERER)
        for name, by, on in zip(
            ("verification", "approval", "cash-payment"), officers, (VERIFIED_ON, APPROVED_ON, PAID_ON), strict=False
        ):
            self.on = on
            self._add(self.decided(name, by), by)

    @property
    def relief_list(self) -> facts.ReliefList:
        return list_of(self.acts)

    def decided(self, name: str, by: str) -> list[Event]:
        lines, taken = [application_of(events) for events in self.lines.values()], step(by, self.on)
        budget = budget_of(self.budget)
        match name:
            case "verification":
                return rules.verify(self.relief_list, lines, taken)
            case "approval":
                return rules.approve(self.relief_list, lines, PROGRAMME, budget, taken)
            case "rejection":
                return rules.reject(self.relief_list, lines, budget, rules.RejectionReason.WITHDRAWN, taken)
            case _:
                return paying.pay_cash(self.relief_list, lines, PROGRAMME, budget, visit=cash_visit(2), step=taken)

    def refused(self, name: str, by: str) -> str | None:
        try:
            self.decided(name, by)
        except Refusal as refusal:
            return refusal.code
        return None

    def _add(self, events: list[Event], by: str) -> None:
        for event in events:
            if event.STREAM == "list":
                self.acts.append(Act(event, by))
            elif event.STREAM == "application":
                self.lines.setdefault(event.subject, []).append(event)
            else:
                self.budget.append(event)


COURSES = [(), (VERIFIER,), (VERIFIER, APPROVER), (VERIFIER, APPROVER, CASHIER)]


@pytest.mark.parametrize("officers", COURSES)
@pytest.mark.parametrize("by", [ENTERER, VERIFIER, APPROVER, CASHIER, OTHER, PAYEE])
@pytest.mark.parametrize("role", list(Role))
def test_exactly_what_the_rules_take_is_offered(officers: tuple[str, ...], by: str, role: Role) -> None:
    course = Course(*officers)
    mine = [name for name, needed in ROLE_OF.items() if needed is role]
    offered = offer(course.relief_list, Actor(by, frozenset({role})), on_the_list=by == PAYEE)
    assert [name for name in mine if course.refused(name, by) is None] == list(offered.steps)
    if offered.hindrance:
        assert offered.hindrance in {course.refused(name, by) for name in mine}


def test_who_holds_several_roles_is_offered_the_steps_of_each() -> None:
    roles = frozenset({Role.APPROVER, Role.CASHIER})
    assert offer(Course(VERIFIER, APPROVER).relief_list, Actor(APPROVER, roles), on_the_list=False).steps == (
        "rejection",
    )
    assert set(offer(Course(VERIFIER, APPROVER).relief_list, Actor(OTHER, roles), on_the_list=False).steps) == {
        "rejection", "cash-payment",
    }  # fmt: skip
