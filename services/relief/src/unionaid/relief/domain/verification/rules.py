"""What may be done about a verification: nobody chooses whom it falls on, and who took part in paying asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import VerificationOutcome
from unionaid.contracts.relief import PaymentSampled, PaymentVerified, VerificationCommitted, VerificationDrawn
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    AnswerContradicts,
    NotFound,
    NothingPaid,
    NotSampled,
    OwnMatter,
    ReferenceUnknown,
    SampleDrawn,
    SampleNotDrawn,
    SeedLost,
)
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list.guards import Step, existing, refuse_date, refuse_same_person
from unionaid.relief.domain.verification import facts


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that may be drawn."""

    application_id: UUID
    list_id: UUID
    line: int
    person_id: UUID
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn from: the payments between two indexes of the log, the first the commitment's."""

    since_index: int
    upto_index: int
    payments: Sequence[Paid]

    @property
    def ids(self) -> list[str]:
        """The applications' ids, sorted."""
        return sorted(str(paid.application_id) for paid in self.payments)

    @property
    def sha256(self) -> str:
        """The hash over the ids, one a line."""
        return sha256("\n".join(self.ids).encode("ascii")).hexdigest()


def commit(
    verification: facts.Verification,
    programme: programme_facts.Programme,
    *,
    verification_id: UUID,
    programme_id: UUID,
    seed_sha256: str,
    step: Step,
) -> list[Event]:
    """Publish the seed's hash. Raises AlreadyOpened, ReferenceUnknown and the refusals of dates."""
    if not isinstance(verification, facts.Unknown):
        raise AlreadyOpened
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_impossible(step.on, step.today)
    return [
        VerificationCommitted(
            occurred_on=step.on, verification_id=verification_id, programme_id=programme_id, seed_sha256=seed_sha256
        )
    ]


def draw(
    verification: facts.Verification, frame: Frame, sample: Sequence[UUID], *, seed: str | None, step: Step
) -> list[Event]:
    """Publish the seed and the sample; `seed` is None where it is not the one that was committed to.

    Raises NotFound, SampleDrawn, SeedLost, NothingPaid and the refusals of dates.
    """
    if isinstance(verification, facts.Unknown):
        raise NotFound
    if isinstance(verification, facts.Drawn):
        raise SampleDrawn
    if seed is None:
        raise SeedLost
    if not sample:
        raise NothingPaid
    terms = verification.terms
    refuse_date(step, terms.occurred_on)
    by_id = {paid.application_id: paid for paid in frame.payments}
    return [
        VerificationDrawn(
            occurred_on=step.on,
            verification_id=terms.verification_id,
            programme_id=terms.programme_id,
            seed=seed,
            since_index=frame.since_index,
            upto_index=frame.upto_index,
            frame_payments=len(frame.payments),
            frame_sha256=frame.sha256,
            sampled_payments=len(sample),
        ),
        *(_sampled(terms.verification_id, by_id[one], step) for one in sample),
    ]


def record_answer(
    verification: facts.Verification,
    relief_list: list_facts.ReliefList,
    *,
    application_id: UUID,
    outcome: VerificationOutcome,
    received_fen: int | None,
    step: Step,
) -> list[Event]:
    """Record what somebody of the sample said; said otherwise later, that holds.

    Raises NotFound, SampleNotDrawn, NotSampled, AnswerContradicts, EnteredBySame, VerifiedBySame, ApprovedBySame,
    OwnMatter and the refusals of dates.
    """
    if isinstance(verification, facts.Unknown):
        raise NotFound
    if not isinstance(verification, facts.Drawn):
        raise SampleNotDrawn
    sampled = verification.sample.get(application_id)
    if sampled is None:
        raise NotSampled(field="application_id")
    refuse_same_person(existing(relief_list), step.by)
    if step.by == f"person-{sampled.person_id}":
        raise OwnMatter
    refuse_date(step, verification.drawn.occurred_on)
    whole = sampled.amount_fen
    told = {"received": whole, "received-nothing": 0, "not-reached": None}
    if outcome == "received-less":
        if received_fen is None or not 0 < received_fen < whole:
            raise AnswerContradicts(field="received_fen")
    elif received_fen not in (None, told[outcome]):
        raise AnswerContradicts(field="received_fen")
    return [
        PaymentVerified(
            occurred_on=step.on,
            verification_id=sampled.verification_id,
            application_id=application_id,
            amount_fen=whole,
            outcome=outcome,
            received_fen=received_fen if outcome == "received-less" else told[outcome],
        )
    ]


def _sampled(verification_id: UUID, paid: Paid, step: Step) -> PaymentSampled:
    return PaymentSampled(
        occurred_on=step.on,
        verification_id=verification_id,
        application_id=paid.application_id,
        list_id=paid.list_id,
        line=paid.line,
        person_id=paid.person_id,
        amount_fen=paid.amount_fen,
    )
