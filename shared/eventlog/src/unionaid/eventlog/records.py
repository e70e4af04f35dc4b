"""A published record: its value, and the few attributes the log itself reads."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

import msgspec

from unionaid.eventlog.limits import VALUE_BYTES_MAX

_INDEX = re.compile(r"[0-9]{1,18}")
_PREFIX = re.compile(rb'\{"logindex":"(\d{1,18})","logtime":"[^"]{1,40}",')


class Head(msgspec.Struct, frozen=True, gc=False):
    """The CloudEvents attributes the log depends on; everything else is left unread."""

    logindex: str
    logtime: str
    id: str
    source: str
    type: str
    subject: str
    streamversion: int
    commandid: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class Published(msgspec.Struct, frozen=True, gc=False):
    """One event as it goes to the topic. `logtime` is the recorded time."""

    index: int
    stream: str
    logtime: datetime
    value: bytes


_decode_head = msgspec.json.Decoder(Head).decode


def head(value: bytes | None) -> Head | None:
    """Read the head of a value, None for what is no event of any log of ours."""
    if value is None or len(value) > VALUE_BYTES_MAX:
        return None
    try:
        read = _decode_head(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return read if _INDEX.fullmatch(read.logindex) else None


def leaf(value: bytes) -> bytes:
    """Return the leaf hash of a value (RFC 6962 section 2.1): SHA-256 over a zero byte and the value."""
    return hashlib.sha256(b"\x00" + value).digest()


def body_of(value: bytes) -> bytes:
    """Return the stored body of a value: what remains without index and log time.

    Raises:
        ValueError: the value does not start with them.
    """
    prefix = _PREFIX.match(value)
    if prefix is None:
        raise ValueError("the value does not start with index and log time")
    return b"{" + value[prefix.end() :]
