"""A sample of what was paid, drawn so that nobody can choose whom it falls on, and anybody can draw it again.

1. Before the list is known, a seed of 32 random bytes is drawn, and its SHA-256 published (`commitment`).
2. When the list is known, each id gets a number: HMAC-SHA-256 of the id (UTF-8) under the seed. The `n` ids with the
   smallest numbers, in their order, are the sample (`draw`).
3. The seed is published. Whoever has it checks it against the commitment and draws again; with other tools:
   `printf %s "$id" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$seed`, then sort.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection

from unionaid.payments.limits import SEED_BYTES


def commitment(seed: bytes) -> str:
    """Return what is published of a seed before the list is known: its SHA-256, in hexadecimal digits.

    Raises:
        ValueError: it has another length than 32 bytes.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes")
    return hashlib.sha256(seed).hexdigest()


def is_of(seed: bytes, committed: str) -> bool:
    """Say whether a seed is the one that was committed to."""
    return len(seed) == SEED_BYTES and hmac.compare_digest(commitment(seed), committed)


def draw(seed: bytes, ids: Collection[str], n: int) -> list[str]:
    """Return `n` of the ids, or all where there are fewer; in whatever order they are given.

    Raises:
        ValueError: an id is given twice, `n` is less than nothing, or the seed has another length than 32 bytes.
    """
    if len(seed) != SEED_BYTES or n < 0 or len(set(ids)) != len(ids):
        raise ValueError("a seed of 32 bytes, ids that differ, and a size are needed")
    return sorted(ids, key=lambda one: (hmac.digest(seed, one.encode(), "sha256"), one))[:n]
