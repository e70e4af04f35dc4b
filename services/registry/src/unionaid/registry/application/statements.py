"""What was said of persons in one matter, shown: the record of it comes first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import TypeAlias
from uuid import UUID

from msgspec.structs import replace

from unionaid.contracts.registry import StatementsOpened
from unionaid.eventlog import Connection, Log
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import TOPICS, Vault

DOSSIER = "dossier"
"""The purpose under which statements are opened to be read, and to be changed in part."""
Settled: TypeAlias = Callable[[], Awaitable[None]]
"""Waits until the own views hold all that was appended before."""


class Statements:
    """Opens statements of dossiers, of objections to them, and of households."""

    def __init__(self, pool: Pool, vault: Vault, settled: Settled) -> None:
        self._log, self._vault, self._settled = Log(pool), vault, settled

    async def open(
        self,
        issued: Issued,
        opening_id: UUID,
        matter_id: UUID,
        topics: Collection[str],
        *,
        persons: bool = True,
    ) -> Done:
        """Show what was said in a matter; the record of it is committed first, and what is kept tells nobody.

        Whether the caller may is judged before. Without `persons` it is not told, nor recorded, who said it.
        """
        await self._settled()  # a restored vault has forgotten again by then
        fields = sorted(frozenset().union(*(TOPICS[topic] for topic in topics)))
        said: dict[tuple[UUID, str], dict[str, str]] = {}

        async def look(conn: Connection) -> None:
            said.clear()
            said.update(
                await self._vault.statements.open(conn, matter_id, topics, fields, actor=issued.actor, purpose=DOSSIER)
            )

        def decide(_: History) -> Decision:
            event = StatementsOpened.model_validate(
                {
                    "occurred_on": issued.business_date,
                    "opening_id": opening_id,
                    "matter_id": matter_id,
                    "opening_purpose": DOSSIER,
                    "opened_statement_fields": tuple(fields),
                    "opened_person_ids": tuple(sorted({who for who, _ in said})) if persons else (),
                }
            )
            return Decision([event], status=200, answer=answer({"opening_id": opening_id}))

        done = await carry_out(self._log, issued, [], decide, first=look)
        each = [
            {**({"person_id": who} if persons else {}), "topic": topic, "said": words}
            for (who, topic), words in sorted(said.items())
        ]
        return replace(done, answer=answer({"opening_id": opening_id, "statements": each}))
