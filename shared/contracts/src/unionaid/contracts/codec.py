"""Events to published bytes and back."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from pydantic import ValidationError

from unionaid.contracts.catalogue import BY_NAME, BY_TYPE
from unionaid.contracts.envelope import STREAM_VERSION_MAX, Envelope, EventMeta, read_envelope, service_of
from unionaid.contracts.errors import NotAnEvent, UnknownType, VersionFromFuture, WrongSchema
from unionaid.contracts.event import TYPE, Event, schema_uri
from unionaid.contracts.upcasters import upcast

UUID_VERSION = 7
_write = msgspec.json.Encoder().encode


def encode_with(
    meta: EventMeta,
    event: Event,
    *,
    id: UUID,
    subject: str,
    stream_version: int,
) -> bytes:
    """The event as compact JSON that begins with `{`, without logindex and logtime: what the log stores.

    `id` is a UUIDv7 (`ids.uuid7`), `subject` the stream it is appended to, `stream_version` its place there,
    from 1. Raises ValueError where they do not fit the event; every event fits EVENT_BYTES_MAX.
    """
    if id.version != UUID_VERSION:
        raise ValueError("id is not a UUIDv7")
    if service_of(meta.source) != event.SERVICE:
        raise ValueError(f"{event.TYPE} is owned by {event.SERVICE}: {meta.source} may not write it")
    if subject != event.subject:
        raise ValueError(f"{event.TYPE} belongs in stream {event.subject}, not in {subject}")
    if not 1 <= stream_version <= STREAM_VERSION_MAX:
        raise ValueError(f"stream_version {stream_version} is not between 1 and {STREAM_VERSION_MAX}")
    return _write(
        Envelope(
            specversion="1.0",
            id=id,
            source=meta.source,
            type=event.TYPE,
            subject=subject,
            streamversion=stream_version,
            time=meta.time.astimezone(UTC),
            datacontenttype="application/json",
            dataschema=event.DATASCHEMA,
            commandid=meta.command_id.hex(),
            actor=meta.actor,
            correlationid=meta.correlation_id,
            causationid=meta.causation_id,
            traceparent=meta.traceparent,
            simulated=meta.simulated,
            data=msgspec.Raw(event.__pydantic_serializer__.to_json(event, exclude_none=True)),
        )
    )


def encode(
    event: Event,
    *,
    id: UUID,
    source: str,
    subject: str,
    stream_version: int,
    time: datetime,
    command_id: bytes,
    actor: str,
    correlation_id: UUID | None = None,
    causation_id: UUID | None = None,
    traceparent: str | None = None,
    simulated: bool = False,
) -> bytes:
    """`encode_with` for a single event, with the shared attributes (see EventMeta) spelled out."""
    meta = EventMeta(
        source=source,
        time=time,
        command_id=command_id,
        actor=actor,
        correlation_id=correlation_id,
        causation_id=causation_id,
        traceparent=traceparent,
        simulated=simulated,
    )
    return encode_with(meta, event, id=id, subject=subject, stream_version=stream_version)


def decode(value: bytes) -> tuple[Envelope, Event]:
    """The envelope, as it was published, and the event, as its newest version.

    Takes values with and without logindex and logtime. Attributes and fields it does not know are ignored.
    Raises NotAnEvent, UnknownType, VersionFromFuture or WrongSchema, and nothing else.
    """
    envelope = read_envelope(value)
    event = _read_data(envelope)
    if service_of(envelope.source) != event.SERVICE:
        raise NotAnEvent(f"{event.TYPE}: source is not {event.SERVICE} in any division")
    if envelope.subject != event.subject:
        raise WrongSchema(f"{event.TYPE}: the subject is not the stream that the data names")
    return envelope, event


def _read_data(envelope: Envelope) -> Event:
    model = BY_TYPE.get(envelope.type)
    if model is None:
        return _read_other_version(envelope)
    _require_schema(envelope, model.DATASCHEMA)
    try:
        return model.model_validate_json(bytes(envelope.data), extra="ignore")
    except ValidationError as error:
        raise _wrong_schema(envelope.type, error) from None


def _read_other_version(envelope: Envelope) -> Event:
    parts = TYPE.fullmatch(envelope.type)
    if parts is None:
        raise NotAnEvent("type is not unionaid.<service>.<Name>.v<N>")
    service, name, version = parts[1], parts[2], int(parts[3])
    model = BY_NAME.get((service, name))
    if model is None:
        raise UnknownType(f"no event {service}.{name} is known")
    if version > model.VERSION:
        raise VersionFromFuture(f"{service}.{name} is known up to v{model.VERSION}, this is v{version}")
    _require_schema(envelope, schema_uri(service, name, version))
    try:
        old = msgspec.json.decode(envelope.data, type=dict)
        data = upcast(model.SERVICE, name, version, model.VERSION, old)
        return model.model_validate_json(_write(data), extra="ignore")
    except ValidationError as error:
        raise _wrong_schema(envelope.type, error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WrongSchema(f"{envelope.type}: data is not an object") from None
    except ValueError as error:
        raise WrongSchema(f"{envelope.type}: {error}") from None


def _require_schema(envelope: Envelope, uri: str) -> None:
    if envelope.dataschema != uri:
        raise WrongSchema(f"{envelope.type}: dataschema is not {uri}")


def _wrong_schema(event_type: str, error: ValidationError) -> WrongSchema:
    """Names the fields that failed and why, without their values."""
    reasons = "; ".join(
        f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}"
        for detail in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return WrongSchema(f"{event_type}: {reasons}")
