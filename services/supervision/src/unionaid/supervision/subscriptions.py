"""What supervision listens to: registry's erasures, each of which it confirms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from unionaid.contracts.registry import PersonErased
from unionaid.contracts.supervision import ErasureConfirmed
from unionaid.service.answering import Answers, answering
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

ERASURES = "erasures"
"""The subscription that answers erasures."""


def confirming(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what confirms erasures. As yet nothing of a person lies here."""
    return answering(settings, keys, Answers(PersonErased, _confirmed), name="supervision", subscription=ERASURES)


def _confirmed(erased: PersonErased, today: date) -> ErasureConfirmed:
    return ErasureConfirmed(occurred_on=today, person_id=erased.person_id)
