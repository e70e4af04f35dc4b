"""What registry listens to: what the other services keep of persons, which erasures they confirm, and what they answer
to the undoing of a merge.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from unionaid.eventlog import ProjectionSet, follow_set
from unionaid.registry.application.undoing import Answers
from unionaid.service.answering import listening
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys
from unionaid.service.settings import Settings

UNDOINGS = "undoings"
"""The subscription that takes what relief and mutualaid answer."""


def following(settings: Settings, chosen: ProjectionSet) -> Callable[[], Awaitable[None]]:
    """Return what keeps the live build of a set up to date."""
    return follow_set(settings.database_url, settings.kafka, chosen, f"registry.{settings.division}.{chosen.name}")


def hearing_answers(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what takes the answers, and undoes a merge or lets it stay."""
    answers = Answers(settings.division, Itself(settings, keys, name="registry", matter=UNDOINGS))
    return listening(settings, answers, name="registry", subscription=UNDOINGS)
