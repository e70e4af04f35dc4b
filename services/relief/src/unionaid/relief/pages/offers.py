"""Which steps of a list or a batch somebody may take now, as the rules would have it: pages offer these alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from unionaid.relief.domain.payment_batch import facts as batch_facts
from unionaid.relief.domain.refusals import (
    ApprovedBySame,
    BookedBySame,
    EndorsedBySame,
    EnteredBySame,
    IssuedBySame,
    OwnMatter,
    SamePersonTwice,
    VerifiedBySame,
)
from unionaid.relief.domain.relief_list import facts
from unionaid.relief.http.access import APPROVING
from unionaid.service.roles import Actor, Role


@dataclass(frozen=True, slots=True)
class Offer:
    """Steps by name; `hindrance` is the code of what keeps somebody from a step that the role would have."""

    steps: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    """Those of the steps that the matter waits for: the others may be taken, but need not."""
    hindrance: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    role: Role
    begins: tuple[type, ...]
    not_by: Sequence[tuple[str, type[SamePersonTwice]]]
    lines: frozenset[str] | None = None
    """The statuses of which the list must have a line; None: any."""
    when: Callable[[object], bool] = lambda _: True
    """What else must be so of the state in which it begins."""
    also: frozenset[Role] = frozenset()
    """Other roles whose it may be, by what the list awaits."""
    turn: bool = True
    """Whether the matter waits for it; to reject or to withdraw is always an exception."""


_ENTERED, _VERIFIED, _APPROVED = (
    ("entered_by", EnteredBySame), ("verified_by", VerifiedBySame), ("approved_by", ApprovedBySame),
)  # fmt: skip
_ENDORSED = ("endorsed_by", EndorsedBySame)
_HANDS = (_ENTERED, _VERIFIED, _APPROVED, _ENDORSED)
_ISSUED = ("issued_by", IssuedBySame)
_BANK = (("orders", IssuedBySame), ("booked_by", BookedBySame))
_WAITING, _FAILED = frozenset({"approved", "failed"}), frozenset({"failed"})
_STEPS = (
    _Step("verification", Role.SUB_DISTRICT_OFFICER, (facts.Submitted,), (_ENTERED,)),
    _Step("approval", Role.APPROVER, (facts.Verified,), (_ENTERED, _VERIFIED, _ENDORSED), also=frozenset(APPROVING)),
    _Step(
        "rejection", Role.APPROVER, (facts.Submitted, facts.Verified, facts.Approved), (_ENTERED, _VERIFIED), turn=False
    ),
    _Step("cash-payment", Role.CASHIER, (facts.Approved,), _HANDS),
    _Step("payment-batches", Role.CASHIER, (facts.Approved, facts.Ordered), _HANDS, _WAITING),
    _Step("cancellation", Role.APPROVER, (facts.Ordered,), (_ENTERED, _VERIFIED, *_BANK), _FAILED),
)


def _sendable(batch: object) -> bool:
    """Say whether the bank's file can be made: not yet, and the bank has not answered."""
    if not isinstance(batch, batch_facts.Released):
        return False
    return batch.file is None and batch.open_lines == batch.terms.lines


def _not_sent(batch: object) -> bool:
    """Say whether accounts can still be looked at: the bank's file is not made."""
    if isinstance(batch, batch_facts.Returned):
        return False
    return not (isinstance(batch, batch_facts.Released) and batch.file is not None)


def _sent_next(batch: object) -> bool:
    """Say whether the file was made, and the bank was not given it."""
    return isinstance(batch, batch_facts.Released) and batch.file is not None and batch.sent_on is None


def _answerable(batch: object) -> bool:
    """Say whether the bank can have answered, and has not for every line."""
    return not isinstance(batch, batch_facts.Returned) and not _sent_next(batch)


def _paid_some(batch: object) -> bool:
    """Say whether money can come back."""
    return isinstance(batch, batch_facts.Released) and batch.paid_lines > 0


_BATCH_STEPS = (
    _Step("release", Role.ACCOUNTANT, (batch_facts.Issued,), (_ISSUED, *_HANDS)),
    _Step("withdrawal", Role.CASHIER, (batch_facts.Issued,), _HANDS, turn=False),
    _Step("file", Role.CASHIER, (batch_facts.Released,), _HANDS, when=_sendable, turn=False),
    _Step(
        "account-confirmations",
        Role.ACCOUNTANT,
        (batch_facts.Issued, batch_facts.Released),
        (_ISSUED, *_HANDS),
        when=_not_sent,
        turn=False,
    ),
    _Step("sending", Role.CASHIER, (batch_facts.Released,), _HANDS, when=_sent_next),
    _Step("bank-return", Role.ACCOUNTANT, (batch_facts.Released,), (_ISSUED, *_HANDS), when=_answerable),
    _Step("reversals", Role.ACCOUNTANT, (batch_facts.Released,), (_ISSUED, *_HANDS), when=_paid_some, turn=False),
)
BATCH_TURNS = tuple(step.name for step in _BATCH_STEPS if step.turn)
"""The steps that a batch may wait for."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a list's lines have to do with it: which statuses they have, and whose hands they passed through."""

    statuses: Collection[str]
    booked_by: Collection[str] = ()
    """Who booked that the bank did not pay one."""
    for_the_actor: bool = False
    """Whether one is for who acts."""


def statuses_awaiting(roles: Collection[Role]) -> frozenset[str]:
    """Return the statuses in which a list may wait for somebody of these roles."""
    steps = (step for step in _STEPS if step.turn and not step.also.union({step.role}).isdisjoint(roles))
    return frozenset(status.__name__.lower() for step in steps for status in step.begins)


def batches_await(roles: Collection[Role]) -> bool:
    """Say whether a batch may wait for somebody of these roles."""
    return any(step.turn and step.role in roles for step in _BATCH_STEPS)


def offer(relief_list: facts.ReliefList, lines: Lines, actor: Actor) -> Offer:
    """Return what `actor`, who sees the list, may do with it."""
    return _offered(_STEPS, (relief_list, lines), actor, lines)


def offer_of_batch(batch: batch_facts.Batch, relief_list: facts.ReliefList, lines: Lines, actor: Actor) -> Offer:
    """Return what `actor` may do with a batch of a list."""
    return _offered(_BATCH_STEPS, (batch, relief_list), actor, lines)


def _offered(known: Sequence[_Step], states: Sequence[object], actor: Actor, lines: Lines) -> Offer:
    steps: list[_Step] = []
    hindrance = None
    for step in known:
        if not isinstance(states[0], step.begins) or _role(step, states[0]) not in actor.roles:
            continue
        if not step.when(states[0]):
            continue
        if step.lines is not None and step.lines.isdisjoint(lines.statuses):
            continue
        by_same = next((why for name, why in step.not_by if actor.id in _hands(states, name)), None)
        refusal = by_same or (OwnMatter if lines.for_the_actor else None)
        if refusal is None:
            steps.append(step)
        else:
            hindrance = hindrance or refusal.code
    return Offer(tuple(one.name for one in steps), tuple(one.name for one in steps if one.turn), hindrance)


def _role(step: _Step, state: object) -> Role:
    """Return whose a step is: an approval is the role's that the list awaits."""
    return Role(state.awaits) if step.also and isinstance(state, facts.Verified) else step.role


def _hands(states: Sequence[object], name: str) -> Collection[str]:
    """Return who did something: one person, several, or by batch."""
    done = next((value for state in states if (value := getattr(state, name, None)) is not None), ())
    if isinstance(done, Mapping):
        return done.values()
    return (done,) if isinstance(done, str) else tuple(done)
