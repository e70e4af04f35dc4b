"""What is decided and written about a person's identity: corrected, entered again, erased.

`application` carries it out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.registry import IdentityReference
from unionaid.eventlog import Connection, Reservation
from unionaid.registry.domain.person.accounts import (
    NO_ACCOUNT,
    BankAccount,
    EndAccount,
    StateAccount,
    end_account,
    state_account,
)
from unionaid.registry.domain.person.correcting import (
    CorrectIdentity,
    NextVersion,
    ReenterIdentity,
    correct,
    reenter,
)
from unionaid.registry.domain.person.erasing import ErasePerson, erase
from unionaid.registry.domain.person.facts import person_of, refuse_erased, union_of, version_of
from unionaid.registry.domain.person.identity import Identity
from unionaid.registry.domain.person.resident_id import AREA_UNKNOWN, ResidentId
from unionaid.registry.domain.person.retention import Retention
from unionaid.registry.forgetting import RESIDENT_ID, RESIDENT_ID_KIND, forget_persons
from unionaid.service.deciding import Decision, History
from unionaid.service.idempotency import answer
from unionaid.vault import Changed, SealedPersons, Vault
from unionaid.vault import IdentityReference as VaultReference

CORRECTION = "correction"
"""The purpose under which the vault writes down that identity was read to be corrected."""
Expect: TypeAlias = Callable[[int], None]
"""Refuses the command if the caller has read another version of the person than this one."""
Write: TypeAlias = Callable[[Connection], Awaitable[None]]
"""Writes into the transaction of an append."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a command about one person does: `first`, `decide` and `also` of `carry_out`."""

    stream: str
    decide: Callable[[History], Decision]
    first: Write | None = None
    also: Write | None = None


def correcting(vault: Vault, command: CorrectIdentity, changes: Mapping[str, str | None], expect: Expect) -> Matter:
    """Change some fields of a person's identity (None takes one away).

    The vault compares and encrypts; no value leaves it. An ID that changes takes its reservation along.
    """
    own = stream_name("person", command.person_id)
    made: Changed | None = None

    async def seal(conn: Connection) -> None:
        nonlocal made
        made = await vault.seal_changed(conn, command.person_id, changes, actor=command.by, purpose=CORRECTION)

    def decide(history: History) -> Decision:
        version = len(history[own])
        expect(version)
        events = correct(person_of(history[own]), _next_version(made, command.person_id), command)
        told = {**_corrected(events), "warnings": warnings_of(command.resident_id)}
        former = made.former.get(RESIDENT_ID_KIND) if made else None
        return Decision(
            events,
            status=200,
            answer=answer(told, version=version + 1),
            reserve=[reserved(vault, own, command.resident_id)] if command.resident_id else [],
            release=[Reservation(RESIDENT_ID, former, own)] if former else [],
        )

    async def put(conn: Connection) -> None:
        if made and made.sealed:
            await vault.put(conn, made.sealed)

    return Matter(own, decide, first=seal, also=put)


def reentering(vault: Vault, command: ReenterIdentity, identity: Identity, expect: Expect) -> Matter:
    """Enter again who a person is whom the vault has lost, or of whom it has less than the events name."""
    own = stream_name("person", command.person_id)
    has: int | None = None
    sealed: SealedPersons | None = None

    async def look(conn: Connection) -> None:
        nonlocal has
        has = (await vault.versions(conn, [command.person_id])).get(command.person_id)
        if has is not None:  # to be replaced; if the rule refuses, it is rolled back
            await forget_persons(conn, [command.person_id])

    def decide(history: History) -> Decision:
        nonlocal sealed
        version = len(history[own])
        expect(version)
        person = person_of(history[own])
        fields = {command.person_id: identity.vault_fields()}
        union = union_of(person)
        places = {command.person_id: union} if union is not None else {}
        sealed = vault.seal(fields, version=version_of(refuse_erased(person)) + 1, places=places)
        events = reenter(person, has, reference_of(sealed.references[command.person_id]), command)
        told = {"person_id": command.person_id, "warnings": warnings_of(command.resident_id)}
        return Decision(
            events,
            status=200,
            answer=answer(told, version=version + 1),
            reserve=[reserved(vault, own, command.resident_id)],
        )

    async def put(conn: Connection) -> None:
        if sealed is not None:
            await vault.put(conn, sealed)

    return Matter(own, decide, first=look, also=put)


def stating_account(vault: Vault, command: StateAccount, account: BankAccount, expect: Expect) -> Matter:
    """Put another account beside what the vault knows of a person."""

    def rule(history: History, made: NextVersion | None) -> list[Event]:
        return state_account(person_of(history[stream_name("person", command.person_id)]), made, command)

    return _of_account(vault, command, account.changes(), rule, expect)


def ending_account(vault: Vault, command: EndAccount, expect: Expect) -> Matter:
    """Take a person's account away."""

    def rule(history: History, made: NextVersion | None) -> list[Event]:
        return end_account(person_of(history[stream_name("person", command.person_id)]), made, command)

    return _of_account(vault, command, NO_ACCOUNT, rule, expect)


def _of_account(
    vault: Vault,
    command: StateAccount | EndAccount,
    changes: Mapping[str, str | None],
    rule: Callable[[History, NextVersion | None], list[Event]],
    expect: Expect,
) -> Matter:
    own = stream_name("person", command.person_id)
    made: Changed | None = None

    async def seal(conn: Connection) -> None:
        nonlocal made
        made = await vault.seal_changed(conn, command.person_id, changes, actor=command.by, purpose=CORRECTION)

    def decide(history: History) -> Decision:
        version = len(history[own])
        expect(version)
        events = rule(history, _next_version(made, command.person_id))
        told = {"person_id": command.person_id, "account": isinstance(command, StateAccount)}
        return Decision(events, status=200, answer=answer(told, version=version + 1))

    async def put(conn: Connection) -> None:
        if made and made.sealed:
            await vault.put(conn, made.sealed)

    return Matter(own, decide, first=seal, also=put)


def erasing(command: ErasePerson, kept: Callable[[History], Retention], expect: Expect) -> Matter:
    """Destroy a person's identity with the event that says so; `kept` says until when it was to be kept."""
    own = stream_name("person", command.person_id)

    def decide(history: History) -> Decision:
        expect(len(history[own]))
        person = person_of(history[own])
        refuse_erased(person)
        events = erase(person, frozenset(history.actors[own]), kept(history), command)
        told = answer({"person_id": command.person_id, "status": "erased"}, version=len(history[own]) + 1)
        return Decision(events, status=200, answer=told)

    async def forget(conn: Connection) -> None:
        await forget_persons(conn, [command.person_id])

    return Matter(own, decide, also=forget)


def reserved(vault: Vault, stream: str, resident_id: ResidentId) -> Reservation:
    """Return what a person's ID holds: one ID, one person."""
    return Reservation(RESIDENT_ID, vault.blind(RESIDENT_ID_KIND, resident_id.number), stream)


def reference_of(reference: VaultReference) -> IdentityReference:
    """Return what an event says of a version in the vault."""
    return IdentityReference(vault_version=reference.vault_version, commitment=reference.commitment)


def _next_version(made: Changed | None, person_id: UUID) -> NextVersion | None:
    if made is None:
        return None
    identity = reference_of(made.sealed.references[person_id]) if made.sealed else None
    return NextVersion(identity, made.fields)


def _corrected(events: Iterable[Event]) -> dict[str, Any]:
    (event,) = events
    return event.model_dump(mode="json", include={"person_id", "corrected_fields"})


def warnings_of(resident_id: ResidentId | None) -> list[dict[str, str]]:
    """Return what was taken but deserves a look."""
    unknown = resident_id is not None and not resident_id.area_known
    return [{"field": "resident_id", "code": AREA_UNKNOWN}] if unknown else []
