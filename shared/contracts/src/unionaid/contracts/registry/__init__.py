"""Events of registry: who people and units are. A person's identity lies in the vault, never here."""

from unionaid.contracts.event import Event
from unionaid.contracts.registry.base import RegistryEvent
from unionaid.contracts.registry.openings import IdentityOpened
from unionaid.contracts.registry.people import (
    IdentityCorrected,
    IdentityReentered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.contracts.registry.transfers import TransferDeclined, TransferRequested, TransferTakenUp
from unionaid.contracts.registry.units import EnterpriseRegistered, UnionOrgEstablished

__all__ = [
    "EVENTS",
    "EnterpriseRegistered",
    "IdentityCorrected",
    "IdentityOpened",
    "IdentityReentered",
    "IdentityReference",
    "PersonErased",
    "PersonRegistered",
    "PersonRestricted",
    "RegistryEvent",
    "RestrictionLifted",
    "TransferDeclined",
    "TransferRequested",
    "TransferTakenUp",
    "UnionOrgEstablished",
    "WorkerDetailsCorrected",
    "WorkerLeft",
    "WorkerRegistered",
    "WorkerTransferred",
]

EVENTS: tuple[type[Event], ...] = (
    UnionOrgEstablished,
    EnterpriseRegistered,
    PersonRegistered,
    WorkerRegistered,
    WorkerDetailsCorrected,
    WorkerTransferred,
    WorkerLeft,
    IdentityCorrected,
    IdentityReentered,
    PersonRestricted,
    RestrictionLifted,
    PersonErased,
    TransferRequested,
    TransferTakenUp,
    TransferDeclined,
    IdentityOpened,
)
