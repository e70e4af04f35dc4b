"""How far a subscription had come in its topics at a moment of log time, whatever it makes of the events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unionaid.eventlog.store import Connection


async def keep_moments(conn: Connection, subscription: str, topic: str, moments: Mapping[str, int]) -> None:
    """Note the last index of each log time, in the transaction that moves the position.

    A log time that is none is passed over: nothing is known of it at any moment, and its event is not read either.
    """
    read: dict[datetime, int] = {}
    for text, index in moments.items():
        try:
            logtime = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        read[logtime] = max(index, read.get(logtime, -1))
    await conn.execute(
        "INSERT INTO eventlog.moments AS m (subscription, topic, logtime, last_index) "
        "SELECT $1, $2, * FROM unnest($3::timestamptz[], $4::bigint[]) ON CONFLICT (subscription, topic, logtime) "
        "DO UPDATE SET last_index = greatest(m.last_index, excluded.last_index)",
        subscription,
        topic,
        list(read),
        list(read.values()),
    )


async def known_by(conn: Connection, subscription: str, topic: str, moment: datetime) -> int:
    """Return the last index with a log time up to a moment, inclusive; -1 for none."""
    known = await conn.fetchval(
        "SELECT last_index FROM eventlog.moments WHERE subscription = $1 AND topic = $2 AND logtime <= $3 "
        "ORDER BY logtime DESC LIMIT 1",  # log time never decreases
        subscription,
        topic,
        moment,
    )
    return -1 if known is None else int(known)
