"""Transfers of workers that were asked for: a union finds that a worker is registered, but not where."""

from uuid import UUID

from unionaid.contracts.fields import DecliningReason
from unionaid.contracts.registry.base import RegistryEvent


class TransferRequested(RegistryEvent, stream="transfer", stream_id="request_id"):
    """An officer asked that a worker, known by the ID alone, come to a union, and was told no more than this id."""

    request_id: UUID
    person_id: UUID
    union_org_id: UUID
    enterprise_id: UUID | None = None


class TransferTakenUp(RegistryEvent, stream="transfer", stream_id="request_id"):
    """An officer who sees both unions transferred the worker, or took one who had left back into the role."""

    request_id: UUID
    person_id: UUID


class TransferDeclined(RegistryEvent, stream="transfer", stream_id="request_id"):
    """An officer who sees both unions declined."""

    request_id: UUID
    person_id: UUID
    reason_code: DecliningReason
