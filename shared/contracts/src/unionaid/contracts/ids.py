"""Event ids: UUIDv7 (RFC 9562), so that ids of one time lie together in an index."""

import os
from datetime import UTC, datetime
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime) -> UUID:
    """A new UUIDv7 of the moment `at`: aware, from the service's clock.

    Its 12 bits below the millisecond are a fraction of it (RFC 9562, 6.2, method 3), the other 62 random.

    Raises ValueError if `at` is naive or before 1970.
    """
    if at.tzinfo is None:
        raise ValueError("uuid7 needs an aware datetime")
    since = at - _EPOCH
    if since.days < 0:
        raise ValueError("uuid7 counts from 1970")
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    microseconds = since.microseconds % 1000
    fraction = microseconds * 4096 // 1000
    random = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)
