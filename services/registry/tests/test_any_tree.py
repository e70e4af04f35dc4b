"""Any tree of unions: however unions are established, moved and dissolved, it stays a tree of three levels."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from unionaid.contracts import Event
from unionaid.contracts.fields import UnionLevel
from unionaid.registry.application.placing import lineage_in
from unionaid.registry.domain.refusals import Refusal
from unionaid.registry.domain.union_org.changing import DissolveUnionOrg, MoveUnionOrg, Remaining, dissolve, move
from unionaid.registry.domain.union_org.facts import Dissolved, Established, UnionOrg, Unknown, union_org_of
from unionaid.registry.domain.union_org.rules import LEVEL_ABOVE, EstablishUnionOrg, establish
from unionaid.registry.examples import TODAY

IDS = [UUID(int=n) for n in range(1, 9)]
ORGS = st.sampled_from(IDS)
DEPTH_MAX = 3


class AnyTree(RuleBasedStateMachine):
    """A district officer changes eight unions as nobody would; a naive book says which stand where."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[UUID, list[Event]] = {org_id: [] for org_id in IDS}
        self.parents: dict[UUID, UUID | None] = {}
        self.levels: dict[UUID, str] = {}
        self.gone: set[UUID] = set()
        self._do(IDS[0], lambda: establish(Unknown(), None, self.new(IDS[0], "district", None)))
        self.parents[IDS[0]], self.levels[IDS[0]] = None, "district"

    def new(self, org_id: UUID, level: UnionLevel, parent: UUID | None) -> EstablishUnionOrg:
        return EstablishUnionOrg(org_id, level, parent, "工会", TODAY, TODAY)

    def state(self, org_id: UUID) -> UnionOrg:
        return union_org_of(self.events[org_id])

    def above(self, org_id: UUID) -> list[UUID]:
        found = [org_id]
        while (parent := self.parents.get(found[-1])) is not None:
            found.append(parent)
            assert len(found) <= len(IDS), "a circle"
        return found

    def _do(self, org_id: UUID, act: Callable[[], list[Event]]) -> bool:
        try:
            made = act()
        except Refusal:
            return False
        self.events[org_id] += made
        return True

    @rule(org=ORGS, parent=ORGS, level=st.sampled_from(("sub_district", "grassroots")))
    def establish(self, org: UUID, parent: UUID, level: UnionLevel) -> None:
        may = org not in self.parents and self.levels.get(parent) == LEVEL_ABOVE[level] and parent not in self.gone
        done = self._do(org, lambda: establish(self.state(org), self.state(parent), self.new(org, level, parent)))
        assert done == may
        if may:
            self.parents[org], self.levels[org] = parent, level

    @rule(org=ORGS, parent=ORGS)
    def move(self, org: UUID, parent: UUID) -> None:
        above = [self.state(one) for one in self.above(parent)]
        may = (
            self.parents.get(org) not in (None, parent)
            and org not in self.gone
            and parent not in self.gone
            and self.levels.get(parent) == LEVEL_ABOVE[self.level(org)]
        )
        done = self._do(org, lambda: move(self.state(org), above, MoveUnionOrg(org, parent, TODAY, TODAY)))
        assert done == may
        if may:
            self.parents[org] = parent

    @rule(org=ORGS)
    def dissolve(self, org: UUID) -> None:
        under = [one for one, parent in self.parents.items() if parent == org and one not in self.gone]
        may = self.parents.get(org) is not None and org not in self.gone and not under
        asked = DissolveUnionOrg(org, "reorganised", TODAY, TODAY)
        assert self._do(org, lambda: dissolve(self.state(org), Remaining(unions=len(under)), asked)) == may
        if may:
            self.gone.add(org)

    def level(self, org: UUID) -> UnionLevel:
        return "grassroots" if self.levels[org] == "grassroots" else "sub_district"

    @invariant()
    def every_union_has_its_place_under_the_one_district(self) -> None:
        streams = {str(org_id): self.events[org_id] for org_id in IDS}
        for org_id, parent in self.parents.items():
            now = self.state(org_id)
            assert isinstance(now, Dissolved if org_id in self.gone else Established)
            assert not isinstance(now, Unknown)
            assert now.parent_id == parent
            lineage = self.above(org_id)
            assert lineage[-1] == IDS[0]
            assert len(lineage) <= DEPTH_MAX
            assert len(lineage_in(streams, [str(one) for one in lineage])) == len(lineage)

    @invariant()
    def nothing_that_stands_stands_under_what_is_gone(self) -> None:
        for org_id, parent in self.parents.items():
            assert parent not in self.gone or org_id in self.gone


def test_no_sequence_of_moves_and_dissolutions_makes_a_circle_or_an_orphan() -> None:
    run_state_machine_as_test(AnyTree)
