"""What mutualaid listens to: registry's erasures, each of which it confirms, and its requests to undo a merge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from unionaid.contracts.mutualaid import ErasureConfirmed, UnmergeCleared
from unionaid.contracts.registry import PersonErased, UnmergeRequested
from unionaid.eventlog import follow
from unionaid.service.answering import Answering, Answers, Heard
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

ERASURES = "erasures"
"""The subscription that answers erasures."""
UNMERGES = "unmerges"
"""The subscription that answers requests to undo a merge."""


def confirming(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what confirms erasures. As yet nothing of a person lies here."""
    return _answering(settings, keys, Answers(PersonErased, _confirmed), ERASURES)


def clearing(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what answers whether a merge may be undone. As yet nothing is paid here, so nothing stands against it."""
    return _answering(settings, keys, Answers(UnmergeRequested, _cleared), UNMERGES)


def _answering(
    settings: Settings, keys: Keys, answers: Answers[Heard], subscription: str
) -> Callable[[], Awaitable[None]]:
    handler = Answering(settings, keys, answers, name="mutualaid", subscription=subscription)
    group = f"mutualaid.{settings.division}.{subscription}"
    return follow(settings.database_url, settings.kafka, subscription, handler.topics, handler, group_id=group)


def _confirmed(erased: PersonErased, today: date) -> ErasureConfirmed:
    return ErasureConfirmed(occurred_on=today, person_id=erased.person_id)


def _cleared(asked: UnmergeRequested, today: date) -> UnmergeCleared:
    return UnmergeCleared(
        occurred_on=today,
        request_id=asked.request_id,
        pair_id=asked.pair_id,
        held_person_ids=asked.held_person_ids,
    )
