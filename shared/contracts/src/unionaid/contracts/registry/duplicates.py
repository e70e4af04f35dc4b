"""Two persons who may be one: found, kept apart, merged, and the undoing of a merge."""

from datetime import date
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from unionaid.contracts.fields import PolicyVersion
from unionaid.contracts.registry.base import RegistryEvent
from unionaid.contracts.unmerging import SEEN_PAYMENTS_MAX, HeldPersons, StandingPayments

SCORE_MAX = 100
_PAIRS = uuid5(NAMESPACE_URL, "urn:unionaid:pair")

Certainty = Literal["surely", "possibly"]
"""Which of the policy's two thresholds the points of likeness reach."""
FoundBy = Literal["registration", "scan"]
KeptApartReason = Literal["documents-differ", "relatives", "asked-in-person"]
"""Why two persons are two: their documents show it, they are twins or father and son, or they were asked."""
MergeReason = Literal["documents-agree", "asked-in-person", "number-entered-wrong"]
UnmergeReason = Literal["different-people", "merged-in-error"]
UnmergeRefusal = Literal["payments-stand", "no-answer"]
"""Why a merge stays: a service named payments that stand against it, or one did not answer in time."""
AskedService = Literal["relief", "mutualaid"]
"""Who pays persons, and so is asked before a merge is undone."""


def pair_id(one: UUID, other: UUID) -> UUID:
    """The id of a pair: the same whichever of the two is named first."""
    return uuid5(_PAIRS, "".join(sorted((str(one), str(other)))))


class PossibleDuplicateFound(RegistryEvent, stream="pair"):
    """Two persons may be one human being; an officer decides. Both go on receiving help until then."""

    pair_id: UUID
    person_id: UUID
    other_person_id: UUID
    certainty: Certainty
    score: Annotated[int, Field(ge=0, le=SCORE_MAX)]
    found_by: FoundBy
    policy_version: PolicyVersion


class DuplicateKeptApart(RegistryEvent, stream="pair"):
    """An officer decided that two persons are two. The pair is not asked about again."""

    pair_id: UUID
    person_id: UUID
    other_person_id: UUID
    reason_code: KeptApartReason


class WorkerMerged(RegistryEvent, stream="pair"):
    """Two persons are one: `person_id` stands for `survivor_id` from now on.

    An alias: events keep the id they were entered with, and whoever reads resolves it.
    """

    pair_id: UUID
    person_id: UUID
    survivor_id: UUID
    reason_code: MergeReason


class UnmergeRequested(RegistryEvent, stream="pair"):
    """An officer asks to undo a merge. Who pays holds payments to `held_person_ids`, and answers by `answer_until`.

    The officer has looked at `seen_payments` (applications): they stay with the person they were paid to.
    """

    pair_id: UUID
    request_id: UUID
    person_id: UUID
    survivor_id: UUID
    held_person_ids: HeldPersons
    reason_code: UnmergeReason
    merged_on: date
    seen_payments: Annotated[tuple[UUID, ...], Field(max_length=SEEN_PAYMENTS_MAX)] = ()
    answer_until: date
    policy_version: PolicyVersion


class UnmergeAnswered(RegistryEvent, stream="pair"):
    """A service that pays persons has answered: nothing stands against the undoing, or these payments do."""

    pair_id: UUID
    request_id: UUID
    service: AskedService
    cleared: bool
    payments: StandingPayments = ()


class WorkerUnmerged(RegistryEvent, stream="pair"):
    """The merge is undone: `person_id` stands for nobody but itself again, and the pair is what it was before."""

    pair_id: UUID
    request_id: UUID
    person_id: UUID
    survivor_id: UUID
    held_person_ids: HeldPersons


class UnmergeRefused(RegistryEvent, stream="pair"):
    """The merge stays."""

    pair_id: UUID
    request_id: UUID
    person_id: UUID
    survivor_id: UUID
    held_person_ids: HeldPersons
    reason_code: UnmergeRefusal
