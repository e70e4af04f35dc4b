"""The vault: personal data, encrypted at rest, found by blind indexes, opened with a purpose that is written down.

Its migrations lie in `unionaid.vault/sql`, for the runner of the service that has the vault.
"""

from unionaid.vault.finding import Alike, Finder, Pair, Place, Scanned, Wanted, place
from unionaid.vault.sealing import Unreadable, commitment
from unionaid.vault.search_keys import BLOCKS
from unionaid.vault.store import (
    FIELDS,
    KINDS,
    TABLES,
    Changed,
    IdentityReference,
    NotTogether,
    PersonFields,
    SealedPersons,
    Vault,
    forget,
)

__all__ = [
    "BLOCKS",
    "FIELDS",
    "KINDS",
    "TABLES",
    "Alike",
    "Changed",
    "Finder",
    "IdentityReference",
    "NotTogether",
    "Pair",
    "PersonFields",
    "Place",
    "Scanned",
    "SealedPersons",
    "Unreadable",
    "Vault",
    "Wanted",
    "commitment",
    "forget",
    "place",
]
