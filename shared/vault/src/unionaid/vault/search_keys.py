"""Short keyed hashes of what persons are searched by: 64 bits, a key of its own per kind.

Short, because a million persons have ten each, and who takes the place of another by chance (once in ten million
searches) is shown to nobody outside the jurisdiction. One ID one person never rests on them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

from unionaid.vault.readings import forms_of
from unionaid.vault.sealing import blind_key

SEARCH_KINDS = (
    "name", "pinyin", "initials", "id_area", "born", "id_last", "phone", "pinyin_born", "surname_born", "given_born",
)  # fmt: skip
"""What there is a key of, in the order of the table's columns."""
BLOCKS = ("phone", "pinyin_born", "surname_born", "given_born")
"""What two records of one person most likely have in common, one of them at least."""
_DIGEST_BYTES = 8


class SearchKeys:
    """Makes the keys from the vault's secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secrets = {kind: blind_key(secret, f"search {kind}") for kind in SEARCH_KINDS}

    def key(self, kind: str, value: str) -> int:
        """Return the key of a value: a signed integer of 64 bits. Raises KeyError: there is no such kind."""
        digest = hmac.digest(self._secrets[kind], value.encode(), "sha256")[:_DIGEST_BYTES]
        return int.from_bytes(digest, "big", signed=True)

    def keys(self, fields: Mapping[str, str]) -> dict[str, int]:
        """Return the keys of a person with these fields, by kind."""
        return {kind: self.key(kind, value) for kind, value in forms_of(fields).items() if value}

    def columns(self, persons: Iterable[Mapping[str, str]]) -> tuple[list[int | None], ...]:
        """Return the keys of persons, kind by kind, None where a person has nothing of the kind."""
        rows = [self.keys(fields) for fields in persons]
        return tuple([row.get(kind) for row in rows] for kind in SEARCH_KINDS)
