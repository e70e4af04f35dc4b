"""The public language of UnionAid: events, envelope, topics.

What a service stores is what it publishes and what an auditor replays. Import the events themselves from the
module of the service that owns them, e.g. `from unionaid.contracts.relief import ReliefPaid`.
"""

from unionaid.contracts.catalogue import BY_NAME, BY_TYPE, EVENTS
from unionaid.contracts.codec import decode, encode, encode_with
from unionaid.contracts.envelope import (
    EVENT_BYTES_MAX,
    VALUE_BYTES_MAX,
    Envelope,
    EventMeta,
    read_envelope,
)
from unionaid.contracts.errors import DecodeError, NotAnEvent, UnknownType, VersionFromFuture, WrongSchema
from unionaid.contracts.event import SERVICES, Data, Event, Service, schema_uri, stream_name, type_name
from unionaid.contracts.ids import uuid7
from unionaid.contracts.topics import Topic, source, topic_name, topics

__all__ = [
    "BY_NAME",
    "BY_TYPE",
    "EVENTS",
    "EVENT_BYTES_MAX",
    "SERVICES",
    "VALUE_BYTES_MAX",
    "Data",
    "DecodeError",
    "Envelope",
    "Event",
    "EventMeta",
    "NotAnEvent",
    "Service",
    "Topic",
    "UnknownType",
    "VersionFromFuture",
    "WrongSchema",
    "decode",
    "encode",
    "encode_with",
    "read_envelope",
    "schema_uri",
    "source",
    "stream_name",
    "topic_name",
    "topics",
    "type_name",
    "uuid7",
]
