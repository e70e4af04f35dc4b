"""Declared relatives (亲属申报): in whose matters an officer takes no step."""

from uuid import UUID

from unionaid.contracts.registry.base import RegistryEvent


class RelativeDeclared(RegistryEvent, stream="kinship", stream_id="officer_id"):
    """An officer declared somebody a relative, and takes no step in that person's matters from now on."""

    officer_id: UUID
    person_id: UUID


class RelativeWithdrawn(RegistryEvent, stream="kinship", stream_id="officer_id"):
    """The declaration was an error, or holds no more."""

    officer_id: UUID
    person_id: UUID
