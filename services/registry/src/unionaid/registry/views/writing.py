"""What registry's own views are written from: its own log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import DossierErased, PersonErased
from unionaid.eventlog import Connection, Decoder, Event
from unionaid.registry.forgetting import forget_dossiers, forget_persons
from unionaid.registry.views import memberships, records, students, titles
from unionaid.registry.views.dossiers_writing import SHOWN as DOSSIERS
from unionaid.registry.views.dossiers_writing import write_dossiers
from unionaid.registry.views.duplicates import SHOWN as PAIR_FACTS
from unionaid.registry.views.duplicates import write_pairs
from unionaid.registry.views.people_writing import SHOWN as PEOPLE
from unionaid.registry.views.people_writing import places_of, write_people
from unionaid.registry.views.units_writing import SHOWN as UNITS
from unionaid.registry.views.units_writing import write_units
from unionaid.registry.views.workers import SHOWN as WORKERS
from unionaid.registry.views.workers import write_workers
from unionaid.vault import place

_SHOWN: tuple[type[Fact], ...] = (
    *UNITS,
    *WORKERS,
    *PEOPLE,
    *DOSSIERS,
    *memberships.SHOWN,
    *records.SHOWN,
    *titles.SHOWN,
    *students.SHOWN,
    *PAIR_FACTS,
)


class RegistryViews:
    """Writes the views; what is about one thing is written in the order of its events.

    Erasures are carried out again, which changes nothing but in a database that was restored from a backup.
    """

    def __init__(self) -> None:
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in _SHOWN}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from events of this service."""
        facts = [event.data for event in events]
        await write_units(conn, facts)
        await write_people(conn, [fact for fact in facts if isinstance(fact, PEOPLE)])
        await write_workers(conn, facts)
        await write_dossiers(conn, {fact.subject for fact in facts if isinstance(fact, DOSSIERS)})
        await memberships.write_memberships(conn, facts)
        await records.write_records(conn, facts)
        await titles.write(conn, facts)
        await students.write_students(conn, facts)
        await write_pairs(conn, [fact for fact in facts if isinstance(fact, PAIR_FACTS)])
        if placed := places_of(facts):
            await place(conn, placed)
        if erased := [fact.person_id for fact in facts if isinstance(fact, PersonErased)]:
            await forget_persons(conn, erased)  # a restored vault may be older than the erasure
        await forget_dossiers(conn, [fact for fact in facts if isinstance(fact, DossierErased)])


def _decoder(kind: type[Fact]) -> Decoder:
    def decode_data(data: bytes) -> Fact:
        return kind.model_validate_json(data, extra="ignore")

    return decode_data
