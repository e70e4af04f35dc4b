"""What is written of verifications."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import PaymentVerified, VerificationCommitted, VerificationDrawn
from unionaid.eventlog import Connection

SHOWN: tuple[type[Fact], ...] = (VerificationCommitted, VerificationDrawn, PaymentVerified)
_ANSWERED = """
UPDATE views.verification v SET answered = s.answered FROM (
    SELECT e.stream, count(DISTINCT convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'application_id') AS answered
    FROM eventlog.events e WHERE e.type = $2 AND e.stream = ANY($1::text[]) GROUP BY e.stream
) s WHERE s.stream = 'verification-' || v.verification_id
"""
"""Counted anew from the stream: who says another thing later is counted once."""


async def write_verifications(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows, in the order of the events."""
    answered: set[str] = set()
    for fact in facts:
        match fact:
            case VerificationCommitted():
                await conn.execute(
                    "INSERT INTO views.verification (verification_id, programme_id, committed_on) VALUES ($1,$2,$3)",
                    fact.verification_id, fact.programme_id, fact.occurred_on,
                )  # fmt: skip
            case VerificationDrawn():
                await conn.execute(
                    "UPDATE views.verification SET drawn_on = $2, sampled = $3 WHERE verification_id = $1",
                    fact.verification_id, fact.occurred_on, fact.sampled_payments,
                )  # fmt: skip
            case PaymentVerified():
                answered.add(fact.subject)
            case _:
                pass
    if answered:
        await conn.execute(_ANSWERED, list(answered), PaymentVerified.TYPE)
