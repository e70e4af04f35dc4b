"""The vault: personal data, encrypted at rest, found by blind indexes, opened with a purpose that is written down.

Its migrations lie in `unionaid.vault/sql`, for the runner of the service that has the vault.
"""

from unionaid.vault.finding import Alike, Finder, Pair, Place, Scanned, Wanted, place
from unionaid.vault.sealing import Unreadable, commitment
from unionaid.vault.search_keys import BLOCKS
from unionaid.vault.statements import (
    STATEMENT_FIELDS,
    TOPICS,
    NotTogether,
    SealedStatements,
    Statements,
    StatementVersion,
    forget_matters,
)
from unionaid.vault.store import (
    FIELDS,
    KINDS,
    TABLES,
    Changed,
    IdentityReference,
    PersonFields,
    SealedPersons,
    Vault,
    forget,
)
from unionaid.vault.uploads import Uploads, forget_uploads

__all__ = [
    "BLOCKS",
    "FIELDS",
    "KINDS",
    "STATEMENT_FIELDS",
    "TABLES",
    "TOPICS",
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
    "SealedStatements",
    "StatementVersion",
    "Statements",
    "Unreadable",
    "Uploads",
    "Vault",
    "Wanted",
    "commitment",
    "forget",
    "forget_matters",
    "forget_uploads",
    "place",
]
