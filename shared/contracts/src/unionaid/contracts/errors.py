"""Why a published value could not be read. No message repeats a value that was read: it may be anyone's."""

from typing import ClassVar


class DecodeError(Exception):
    """A value is not an event this version of the contracts can read. `code` is stable and may be stored."""

    code: ClassVar[str] = "decode_error"


class NotAnEvent(DecodeError):
    """Broken JSON, no CloudEvents 1.0 envelope as published here, or a type outside `unionaid.<service>`."""

    code = "not_an_event"


class UnknownType(DecodeError):
    """An event type of ours by its form, but of a name these contracts do not know."""

    code = "unknown_type"


class VersionFromFuture(DecodeError):
    """A known event name with a version above the newest known here: the reader must be upgraded."""

    code = "version_from_future"


class WrongSchema(DecodeError):
    """A known type whose data, subject or `dataschema` do not agree with its schema."""

    code = "wrong_schema"
