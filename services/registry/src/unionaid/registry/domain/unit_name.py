"""The public name of a unit."""

from pydantic import TypeAdapter, ValidationError

from unionaid.contracts.fields import PublicName

_names = TypeAdapter(PublicName)


def is_public_name(name: str) -> bool:
    """Say whether an event may hold this name: not too long, nothing that looks like somebody's number."""
    try:
        _names.validate_python(name)
    except ValidationError:
        return False
    return True
