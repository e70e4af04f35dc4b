"""Events of registry: who people and units are. A person's identity lies in the vault, never here."""

from unionaid.contracts.event import Event
from unionaid.contracts.registry.base import RegistryEvent
from unionaid.contracts.registry.imports import TableImported
from unionaid.contracts.registry.openings import IdentityOpened
from unionaid.contracts.registry.people import (
    IdentityCorrected,
    IdentityReentered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    WorkerRegistered,
)
from unionaid.contracts.registry.titles import (
    SchemeTitle,
    TitleAppointed,
    TitleEnded,
    TitleEvaluated,
    TitleSchemeAdopted,
)
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
    "RegistryEvent",
    "SchemeTitle",
    "TableImported",
    "TitleAppointed",
    "TitleEnded",
    "TitleEvaluated",
    "TitleSchemeAdopted",
    "UnionOrgEstablished",
    "WorkerRegistered",
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
    TableImported,
    TitleSchemeAdopted,
    TitleEvaluated,
    TitleAppointed,
    TitleEnded,
)
