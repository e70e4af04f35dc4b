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
    if not read:
        return
    await conn.execute(
        "INSERT INTO eventlog.moments AS m VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (subscription, topic, first_logtime) DO UPDATE SET "
        "logtimes = m.logtimes || excluded.logtimes, last_indexes = m.last_indexes || excluded.last_indexes",
        subscription,
        topic,
        min(read),
        list(read),
        list(read.values()),
    )


async def known_by(conn: Connection, subscription: str, topic: str, moment: datetime) -> int:
    """Return the last index with a log time up to a moment, inclusive; -1 for none."""
    # Log time never decreases: what is sought stands in the last batch that began by then.
    known = await conn.fetchval(
        "SELECT max(at.last_index) FROM (SELECT logtimes, last_indexes FROM eventlog.moments WHERE subscription = $1 "
        "AND topic = $2 AND first_logtime <= $3 ORDER BY first_logtime DESC LIMIT 1) batch, "
        "unnest(batch.logtimes, batch.last_indexes) AS at(logtime, last_index) WHERE at.logtime <= $3",
        subscription,
        topic,
        moment,
    )
    return -1 if known is None else int(known)
