"""Events of registry: who people and units are. A person's identity lies in the vault, never here."""

from unionaid.contracts.event import Event
from unionaid.contracts.registry.base import RegistryEvent
from unionaid.contracts.registry.duplicates import (
    DuplicateKeptApart,
    PossibleDuplicateFound,
    WorkerMerged,
    pair_id,
)
from unionaid.contracts.registry.openings import IdentityOpened
from unionaid.contracts.registry.people import (
    IdentityCorrected,
    IdentityReentered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    WorkerRegistered,
)
from unionaid.contracts.registry.units import EnterpriseRegistered, UnionOrgEstablished

__all__ = [
    "EVENTS",
    "DuplicateKeptApart",
    "EnterpriseRegistered",
    "IdentityCorrected",
    "IdentityOpened",
    "IdentityReentered",
    "IdentityReference",
    "PersonErased",
    "PersonRegistered",
    "PossibleDuplicateFound",
    "RegistryEvent",
    "UnionOrgEstablished",
    "WorkerMerged",
    "WorkerRegistered",
    "pair_id",
]

EVENTS: tuple[type[Event], ...] = (
    UnionOrgEstablished,
    EnterpriseRegistered,
    PersonRegistered,
    WorkerRegistered,
    IdentityCorrected,
    IdentityReentered,
    PersonErased,
    IdentityOpened,
    PossibleDuplicateFound,
    DuplicateKeptApart,
    WorkerMerged,
)
