"""Events about persons whom registry erased, or whose merge is to be undone."""

from datetime import date
from uuid import UUID

from unionaid.contracts.relief.base import ReliefEvent
from unionaid.contracts.unmerging import HeldPersons, StandingPayments


class ErasureConfirmed(ReliefEvent, stream="erasure", stream_id="person_id"):
    """Of a person whom registry erased, nothing that tells who it is lies here; also where nothing did before."""

    person_id: UUID


class UnmergeCleared(ReliefEvent, stream="unmerge", stream_id="request_id"):
    """No payment stands against the undoing of a merge. From now on nothing is paid to `held_person_ids`.

    Until PaymentHoldLifted, which follows what registry decides; registry decides by `answer_until`.
    """

    request_id: UUID
    pair_id: UUID
    held_person_ids: HeldPersons
    answer_until: date


class UnmergeBlocked(ReliefEvent, stream="unmerge", stream_id="request_id"):
    """Payments stand against the undoing of a merge. Nothing is held."""

    request_id: UUID
    pair_id: UUID
    payments: StandingPayments


class PaymentHoldLifted(ReliefEvent, stream="unmerge", stream_id="request_id"):
    """Registry has decided about the undoing: `held_person_ids` are paid again."""

    request_id: UUID
    pair_id: UUID
    held_person_ids: HeldPersons
