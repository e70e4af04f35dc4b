"""Commands about unions and enterprises: load, decide, append."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from unionaid.contracts import Event, stream_name
from unionaid.contracts.registry import (
    EnterpriseDetailsCorrected,
    EnterpriseRegistered,
    TableImported,
    TitleAppointed,
    TitleSchemeAdopted,
    UnionOrgEstablished,
)
from unionaid.eventlog import Log, Reservation, ReservationTaken
from unionaid.registry.application.holding import holding
from unionaid.registry.domain.enterprise import rules as enterprise_rules
from unionaid.registry.domain.enterprise.facts import enterprise_of
from unionaid.registry.domain.refusals import DistrictExists, UsccTaken
from unionaid.registry.domain.union_org import rules as union_rules
from unionaid.registry.domain.union_org.facts import union_org_of
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

USCC = "uscc"
"""Reservation: one code, one enterprise."""


DISTRICT = "district"
"""Reservation: one division, one district federation."""


TITLE_SCHEME = "title-scheme"
"""Reservation: one enterprise, one scheme of titles."""


TITLE_HELD = "title-held"
"""Reservation: one worker, one in-house title at a time."""


IMPORTED_FILE = "imported-file"
"""Reservation: the same rows of the same file enter once."""


class Units:
    """Commands about units. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, division: str) -> None:
        self._log, self._division = Log(pool), division

    async def establish_union_org(self, issued: Issued, command: union_rules.EstablishUnionOrg) -> Done:
        """Enter a union into the tree. Raises DistrictExists."""
        own = stream_name("union", command.org_id)
        above = stream_name("union", command.parent_id) if command.parent_id else None

        def decide(history: History) -> Decision:
            parent = union_org_of(history[above]) if above else None
            events = union_rules.establish(union_org_of(history[own]), parent, command)
            told = answer({"org_id": command.org_id}, location=f"/union-orgs/{command.org_id}", version=1)
            return Decision(events, answer=told, reserve=reservations_of(events, self._division))

        try:
            streams = [own, *([above] if above else [])]
            held = holding(*([command.parent_id] if command.parent_id else []))
            return await carry_out(self._log, issued, streams, decide, also=held)
        except ReservationTaken:
            raise DistrictExists(field="level") from None

    async def register_enterprise(self, issued: Issued, command: enterprise_rules.RegisterEnterprise) -> Done:
        """Enter an enterprise. Raises UsccTaken."""
        own = stream_name("enterprise", command.enterprise_id)
        union = stream_name("union", command.union_org_id) if command.union_org_id else None

        def decide(history: History) -> Decision:
            of = union_org_of(history[union]) if union else None
            events = enterprise_rules.register(enterprise_of(history[own]), of, command)
            location = f"/enterprises/{command.enterprise_id}"
            told = answer({"enterprise_id": command.enterprise_id}, location=location, version=1)
            return Decision(events, answer=told, reserve=reservations_of(events, self._division))

        try:
            streams = [own, *([union] if union else [])]
            held = holding(*([command.union_org_id] if command.union_org_id else []))
            return await carry_out(self._log, issued, streams, decide, also=held)
        except ReservationTaken:
            raise UsccTaken(field="uscc") from None


def reservations_of(events: Iterable[Event], division: str) -> list[Reservation]:
    """Return what events imply to be reserved, as far as events tell: codes of enterprises, the district.

    An ID is reserved by the vault's blind index, which no event holds.
    """
    held = []
    for event in events:
        match event:
            case UnionOrgEstablished(level="district"):
                held.append(Reservation(DISTRICT, sha256(division.encode()).digest(), event.subject))
            case EnterpriseRegistered():
                held.append(code_of(event.uscc, event.subject))
            case EnterpriseDetailsCorrected() if "uscc" in event.corrected_details:
                held.append(code_of(event.uscc, event.subject))
            case TitleSchemeAdopted():
                held.append(Reservation(TITLE_SCHEME, sha256(event.enterprise_id.bytes).digest(), event.subject))
            case TitleAppointed():
                held.append(Reservation(TITLE_HELD, sha256(event.person_id.bytes).digest(), event.subject))
            case TableImported():
                key = f"{event.imported_table}\0{event.file_sha256}\0{event.rows_hash}"
                held.append(Reservation(IMPORTED_FILE, sha256(key.encode()).digest(), event.subject))
            case _:
                pass
    return held


def code_of(uscc: str, stream: str) -> Reservation:
    """Return what an enterprise holds: its code."""
    return Reservation(USCC, sha256(uscc.encode()).digest(), stream)
