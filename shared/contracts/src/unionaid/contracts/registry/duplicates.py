"""Two persons who may be one: found, kept apart, merged, and the undoing of a merge."""

from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from unionaid.contracts.fields import PolicyVersion
from unionaid.contracts.registry.base import RegistryEvent

SCORE_MAX = 100
_PAIRS = uuid5(NAMESPACE_URL, "urn:unionaid:pair")

Certainty = Literal["surely", "possibly"]
"""Which of the policy's two thresholds the points of likeness reach."""
FoundBy = Literal["registration", "scan"]
KeptApartReason = Literal["documents-differ", "relatives", "asked-in-person"]
"""Why two persons are two: their documents show it, they are twins or father and son, or they were asked."""
MergeReason = Literal["documents-agree", "asked-in-person", "number-entered-wrong"]
UnmergeReason = Literal["different-people", "merged-in-error"]


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
