"""What every event's data has, and the names that follow from its class."""

import re
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Service = Literal["registry", "relief", "mutualaid", "supervision", "reporting"]
SERVICES: tuple[Service, ...] = ("registry", "relief", "mutualaid", "supervision", "reporting")

TYPE = re.compile(r"unionaid\.([a-z]{1,32})\.([A-Z][A-Za-z0-9]{0,63})\.v([1-9][0-9]{0,4})")


def type_name(service: str, name: str, version: int) -> str:
    """The CloudEvents `type`, e.g. `unionaid.relief.ReliefPaid.v1`."""
    return f"unionaid.{service}.{name}.v{version}"


def schema_uri(service: str, name: str, version: int) -> str:
    """The CloudEvents `dataschema`, e.g. `urn:unionaid:schema:relief:ReliefPaid:v1`; names no host."""
    return f"urn:unionaid:schema:{service}:{name}:v{version}"


def stream_name(kind: str, identifier: UUID) -> str:
    """A stream's id, which is the CloudEvents `subject` and the Kafka key, e.g. `person-<uuid>`."""
    return f"{kind}-{identifier}"


class Data(BaseModel):
    """Part of an event's data. Frozen; refuses what it does not know and what is of another type."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        # What was refused may be somebody's identity, put in by mistake: keep it out of messages and logs.
        hide_input_in_errors=True,
    )


class Event(Data):
    """A fact that a service has recorded. The class is the newest version; older ones are upcast to it."""

    SERVICE: ClassVar[Service]
    VERSION: ClassVar[int]
    STREAM: ClassVar[str]
    """Kind of the stream the event stands in."""
    STREAM_ID: ClassVar[str]
    """The field whose value, with `STREAM`, names the stream."""
    TYPE: ClassVar[str]
    DATASCHEMA: ClassVar[str]

    occurred_on: date
    """Business date in Asia/Shanghai: when it happened, not when it was recorded."""

    def __init_subclass__(
        cls,
        *,
        service: Service | None = None,
        stream: str | None = None,
        stream_id: str | None = None,
        version: int = 1,
        **kwargs: Any,
    ) -> None:
        """`service` for a service's base class; `stream`, `stream_id` (else `<stream>_id`) for an event."""
        super().__init_subclass__(**kwargs)
        if service is not None:
            cls.SERVICE = service
        if stream is not None:
            cls.VERSION = version
            cls.STREAM = stream
            cls.STREAM_ID = stream_id or f"{stream}_id"
            cls.TYPE = type_name(cls.SERVICE, cls.__name__, version)
            cls.DATASCHEMA = schema_uri(cls.SERVICE, cls.__name__, version)

    @property
    def subject(self) -> str:
        """The stream this event belongs in, e.g. `application-<uuid>`."""
        return stream_name(self.STREAM, getattr(self, self.STREAM_ID))
