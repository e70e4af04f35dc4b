"""What goes with an erased person: the vault's rows, the ID's reservation, the hashes of the requests that named it;
and with an erased dossier: what was said in words.

Used by the erasure itself, and by the own views when an erasure comes back after a restore: again it does nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.contracts.registry import (
    BankAccountEnded,
    BankAccountStated,
    DossierErased,
    IdentityCorrected,
    IdentityReentered,
    ObjectionRaised,
    PersonRegistered,
)
from unionaid.eventlog import Connection, Reservation, forget_bodies, load_many, release
from unionaid.vault import forget, forget_matters, forget_uploads

RESIDENT_ID = "resident-id"
"""Reservation: one ID, one person. The key is the vault's blind index of the number."""
RESIDENT_ID_KIND = "resident_id"
"""The vault's blind index of numbers."""
NAMING = (PersonRegistered, IdentityCorrected, IdentityReentered, BankAccountStated, BankAccountEnded)
"""Events whose request held identity."""


async def forget_persons(conn: Connection, person_ids: Collection[UUID]) -> None:
    """Destroy what is left of persons' identity in this database, inside the caller's transaction.

    The bytes lie on the disk until the sweep: docs/how-to/erase-a-person.md.
    """
    forgotten = await forget(conn, person_ids)
    await forget_uploads(conn, every=True)  # nobody knows whom they hold
    await release(
        conn,
        [
            Reservation(RESIDENT_ID, hashes[RESIDENT_ID_KIND], stream_name("person", person_id))
            for person_id, hashes in forgotten.items()
            if RESIDENT_ID_KIND in hashes
        ],
    )
    stored = await load_many(conn, [stream_name("person", person_id) for person_id in person_ids])
    told = [decode(event.body) for events in stored.values() for event in events]
    await forget_bodies(
        conn, [bytes.fromhex(envelope.commandid) for envelope, event in told if isinstance(event, NAMING)]
    )


async def forget_dossiers(conn: Connection, erasures: Collection[DossierErased]) -> None:
    """Destroy what was said in words of dossiers, of objections to them, and of households that went along.

    What a household was told after the erasure stays.
    """
    if not erasures:
        return
    matters: set[UUID] = set()
    last: dict[UUID, int] = {}
    for events in (await load_many(conn, [fact.subject for fact in erasures])).values():
        for event, (_, fact) in ((event, decode(event.body)) for event in events):
            match fact:
                case ObjectionRaised():
                    matters.add(fact.objection_id)
                case DossierErased():
                    matters.add(fact.dossier_id)
                    if fact.household_id is not None:
                        last[fact.household_id] = event.position
                case _:
                    pass
    told = await load_many(conn, [stream_name("household", household_id) for household_id in last])
    untold = {
        household_id
        for household_id, position in last.items()
        if told[stream_name("household", household_id)][-1].position < position
    }
    await forget_matters(conn, matters | untold)
