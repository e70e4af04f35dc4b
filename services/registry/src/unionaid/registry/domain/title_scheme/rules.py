"""When an enterprise adopts a scheme of titles: one scheme, each title once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import SchemeTitle, TitleSchemeAdopted
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.enterprise.facts import Enterprise, Registered
from unionaid.registry.domain.refusals import AlreadyRegistered, TitleTwice, UnitUnknown
from unionaid.registry.domain.title_scheme.facts import TitleScheme, Unknown


@dataclass(frozen=True, slots=True)
class AdoptTitleScheme:
    """Enter the titles that an enterprise runs, each with its number of grades."""

    scheme_id: UUID
    enterprise_id: UUID
    titles: Sequence[tuple[str, int]]
    on: date
    today: date


def adopt(scheme: TitleScheme, enterprise: Enterprise, command: AdoptTitleScheme) -> list[Event]:
    """Adopt a scheme. That an enterprise runs one is held by a reservation (`application`).

    Raises AlreadyRegistered, UnitUnknown, TitleTwice and the refusals of dates.
    """
    if not isinstance(scheme, Unknown):
        raise AlreadyRegistered
    refuse_impossible(command.on, command.today)
    if not isinstance(enterprise, Registered):
        raise UnitUnknown(field="enterprise_id")
    if len({name for name, _ in command.titles}) < len(command.titles):
        raise TitleTwice(field="titles")
    return [
        TitleSchemeAdopted(
            occurred_on=command.on,
            scheme_id=command.scheme_id,
            enterprise_id=command.enterprise_id,
            titles=tuple(SchemeTitle(title_name=name, grades=grades) for name, grades in command.titles),
        )
    ]
