"""What relief listens to: registry's topic, for who is known and under which union, for whom it must confirm that
nothing of an erased person is left here, and for the merges that an officer asks to undo.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from unionaid.contracts.registry import PersonErased
from unionaid.contracts.relief import ErasureConfirmed
from unionaid.eventlog import ProjectionSet, follow_set
from unionaid.relief.application.holding import Holding
from unionaid.service.answering import Answers, answering, listening
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

ERASURES = "erasures"
"""The subscription that answers erasures."""
UNMERGES = "unmerges"
"""The subscription that answers requests to undo a merge."""


def following(dsn: str, bootstrap: str, chosen: ProjectionSet) -> Callable[[], Awaitable[None]]:
    """Return what keeps the live build of a set up to date; it ends when another build has become the live one."""
    return follow_set(dsn, bootstrap, chosen, f"relief.{chosen.name}")


def confirming(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what confirms erasures. Relief has ids, amounts and hashes, and nothing that tells who somebody is."""
    return answering(settings, keys, Answers(PersonErased, _confirmed), name="relief", subscription=ERASURES)


def _confirmed(erased: PersonErased, today: date) -> ErasureConfirmed:
    return ErasureConfirmed(occurred_on=today, person_id=erased.person_id)


def holding(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what answers whether a merge may be undone, and holds payments meanwhile."""
    handler = Holding(settings.division, Itself(settings, keys, name="relief", matter=UNMERGES))
    return listening(settings, handler, name="relief", subscription=UNMERGES)
