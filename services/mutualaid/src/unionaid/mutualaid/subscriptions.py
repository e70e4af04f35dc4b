"""What mutualaid listens to: registry's erasures, each of which it confirms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from unionaid.contracts.mutualaid import ErasureConfirmed
from unionaid.contracts.registry import PersonErased
from unionaid.eventlog import follow
from unionaid.service.answering import Answering, Answers
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

ERASURES = "erasures"
"""The subscription that answers erasures."""


def confirming(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what confirms erasures. As yet nothing of a person lies here."""
    answers = Answers(PersonErased, _confirmed)
    answering = Answering(settings, keys, answers, name="mutualaid", subscription=ERASURES)
    group = f"mutualaid.{settings.division}.{ERASURES}"
    return follow(settings.database_url, settings.kafka, ERASURES, answering.topics, answering, group_id=group)


def _confirmed(erased: PersonErased, today: date) -> ErasureConfirmed:
    return ErasureConfirmed(occurred_on=today, person_id=erased.person_id)
