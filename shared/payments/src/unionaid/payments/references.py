"""Payment references: each names its batch and its line, and a slip of the pen shows.

A reference is a creditor reference of ISO 11649: `RF`, two check digits, the batch's key (16 characters), the line
(5 digits); 25 characters, fit for every bank's field. The key is the first ten bytes of the SHA-256 of the batch's id.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32encode
from typing import NamedTuple
from uuid import UUID

from stdnum.iso7064 import mod_97_10

_KEY_BYTES = 10
_FORM = re.compile(r"RF(?P<check>[0-9]{2})(?P<batch>[A-Z2-7]{16})(?P<line>[0-9]{5})")
_BLANKS = re.compile(r"\s+")


class Reference(NamedTuple):
    """What a reference names: the key of a batch, and a line of it."""

    batch: str
    line: int

    def __str__(self) -> str:
        body = f"{self.batch}{self.line:05}"
        return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def batch_key(batch_id: UUID) -> str:
    """Return what a batch is called towards banks: 16 letters and digits."""
    return b32encode(hashlib.sha256(batch_id.bytes).digest()[:_KEY_BYTES]).decode("ascii")


def read_reference(written: str) -> Reference | None:
    """Return what a reference names, however it is spaced; None for what is no reference of ours."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", written)).upper()
    read = _FORM.fullmatch(plain)
    if read is None:
        return None
    found = Reference(read["batch"], int(read["line"]))
    return found if str(found) == plain else None
