"""What mutualaid listens to: registry's erasures, each of which it confirms, and its requests to undo a merge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from unionaid.contracts.mutualaid import ErasureConfirmed, UnmergeCleared
from unionaid.contracts.registry import PersonErased, UnmergeRequested
from unionaid.service.answering import Answers, answering
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

ERASURES = "erasures"
"""The subscription that answers erasures."""
UNMERGES = "unmerges"
"""The subscription that answers requests to undo a merge."""


def confirming(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what confirms erasures. As yet nothing of a person lies here."""
    return answering(settings, keys, Answers(PersonErased, _confirmed), name="mutualaid", subscription=ERASURES)


def clearing(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what answers whether a merge may be undone. As yet nothing is paid here, so nothing stands against it."""
    return answering(settings, keys, Answers(UnmergeRequested, _cleared), name="mutualaid", subscription=UNMERGES)


def _confirmed(erased: PersonErased, today: date) -> ErasureConfirmed:
    return ErasureConfirmed(occurred_on=today, person_id=erased.person_id)


def _cleared(asked: UnmergeRequested, today: date) -> UnmergeCleared:
    return UnmergeCleared(
        occurred_on=today,
        request_id=asked.request_id,
        pair_id=asked.pair_id,
        held_person_ids=asked.held_person_ids,
    )
