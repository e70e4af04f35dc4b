"""The envelope: CloudEvents 1.0, structured mode, JSON (docs/explanation/events.md)."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from unionaid.contracts.errors import NotAnEvent
from unionaid.contracts.event import SERVICES

EVENT_BYTES_MAX = 65_279
"""What `encode` may make; the sequencer's logindex and logtime bring it to at most VALUE_BYTES_MAX."""
VALUE_BYTES_MAX = 65_535
STREAM_VERSION_MAX = 2**31 - 1
"""A CloudEvents Integer has 32 bits."""
COMMAND_ID_BYTES = 32
TEXT_CHARS_MAX = 256
SIGNATURE_CHARS_MAX = 2_048
_INDEX = "^(0|[1-9][0-9]{0,18})$"

_SOURCE = re.compile(rf"/unionaid/[0-9]{{6}}/({'|'.join(SERVICES)})")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ACTOR = re.compile(rf"person-{_UUID}|service:({'|'.join(SERVICES)})|agency:[a-z0-9][a-z0-9-]{{0,31}}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def _about(description: str, **limits: Any) -> msgspec.Meta:
    """What the attribute means, for the generated documents, and its limits."""
    return msgspec.Meta(description=description, **limits)


def _text(description: str) -> msgspec.Meta:
    return _about(description, min_length=1, max_length=TEXT_CHARS_MAX)


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The attributes in the order they are written; `data` is left as the bytes that were read.

    Attributes that are not listed here are ignored when reading; optional ones are left out, never null.
    `logindex` and `logtime` are given by the sequencer: absent before, always there in a topic.
    """

    logindex: Annotated[str, _about("Place in the log, from 0, decimal", pattern=_INDEX)] | None = None
    logtime: Annotated[datetime, _about("Recorded time, never decreasing", tz=True)] | None = None
    specversion: Annotated[Literal["1.0"], _about("Version of CloudEvents")]
    id: Annotated[UUID, _about("UUIDv7")]
    source: Annotated[str, _text("`/unionaid/<division code>/<service>`")]
    type: Annotated[str, _text("`unionaid.<service>.<Name>.v<N>`")]
    subject: Annotated[str, _text("The stream, e.g. `person-<uuid>`; also the Kafka key")]
    streamversion: Annotated[int, _about("Place in the stream, from 1", ge=1, le=STREAM_VERSION_MAX)]
    time: Annotated[datetime, _about("When it was decided; for display", tz=True)]
    datacontenttype: Annotated[Literal["application/json"], _about("Media type of `data`")]
    dataschema: Annotated[str, _text("`urn:unionaid:schema:<service>:<Name>:v<N>`")]
    commandid: Annotated[str, _text("HMAC of the command's scope and idempotency key, hex")]
    actor: Annotated[str, _text("`person-<uuid>` of an officer, `service:<name>` or `agency:<code>`")]
    correlationid: Annotated[UUID, _about("What belongs together across commands")] | None = None
    causationid: Annotated[UUID, _about("Id of the event that caused the command")] | None = None
    traceparent: Annotated[str, _text("W3C Trace Context")] | None = None
    signature: Annotated[str, _about("The approver's; reserved", max_length=SIGNATURE_CHARS_MAX)] | None = None
    simulated: Annotated[bool, _about("True under a simulated clock, else absent")] = False
    data: msgspec.Raw

    @property
    def index(self) -> int:
        """The place in the service's log, from 0. Raises NotAnEvent if the event is not sequenced."""
        if self.logindex is None:
            raise NotAnEvent("no logindex: the event has not been sequenced")
        return int(self.logindex)


_read = msgspec.json.Decoder(Envelope).decode


def read_envelope(value: bytes) -> Envelope:
    """The envelope of a published value, its data unread: the fast way, for projections.

    Checks the attributes' own types only; `decode` checks that they agree with one another and with the data.
    Raises NotAnEvent.
    """
    try:
        return _read(value)
    # A hostile value may nest deep or hold broken UTF-8 where msgspec passes Python's own errors on.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAnEvent(f"not an envelope: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """What was wrong, and where, without the value: msgspec quotes enum values it did not expect."""
    if isinstance(error, msgspec.ValidationError):
        return re.sub(r"'[^']*'", "…", str(error))
    return type(error).__name__


def service_of(source: str) -> str | None:
    """The service that a `source` names; None if it is none of ours."""
    found = _SOURCE.fullmatch(source)
    return found and found[1]


class EventMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What all events of one command share. Checked once, however many events follow.

    Raises ValueError, which names the attribute and never its value.
    """

    source: str
    """`topics.source(division, service)`."""
    time: datetime
    """Aware; from the service's clock. Written in UTC."""
    command_id: bytes
    """HMAC of scope and Idempotency-Key (of subscription and event id where an event caused it), 32 bytes."""
    actor: str
    """`person-<uuid>`, `service:<name>` or `agency:<code>`."""
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    """Id of the event that caused the command."""
    traceparent: str | None = None
    """W3C Trace Context, version 00."""
    simulated: bool = False

    def __post_init__(self) -> None:
        if service_of(self.source) is None:
            raise ValueError("source is not /unionaid/<division code>/<service>")
        if self.time.utcoffset() is None:
            raise ValueError("time has no time zone")
        if len(self.command_id) != COMMAND_ID_BYTES:
            raise ValueError(f"command_id is not {COMMAND_ID_BYTES} bytes long")
        if not _ACTOR.fullmatch(self.actor):
            raise ValueError("actor is not person-<uuid>, service:<name> or agency:<code>")
        if self.traceparent is not None and not _TRACEPARENT.fullmatch(self.traceparent):
            raise ValueError("traceparent is not a W3C traceparent of version 00")
