"""Many ids at once, as the 16 bytes each that a UUID has, one after the other: how many differ, and their hash."""

from __future__ import annotations

import hashlib

import numpy as np

ID_BYTES = 16
_ID = f"S{ID_BYTES}"
_IDS_AT_ONCE = 1 << 14
"""Ids written out as text at a time."""
_HEX = np.frombuffer(bytes(range(256)).hex().encode("ascii"), np.uint16)
"""The two digits of each byte."""
_LINE_BYTES = 37
_GROUPS = ((0, 0, 8), (9, 8, 12), (14, 12, 16), (19, 16, 20), (24, 20, 32))
"""Where each group of a UUID's text stands in it, and from where to where in the 32 hex digits."""


def count_distinct(ids: bytes) -> int:
    """Return how many different ids there are."""
    if not ids:
        return 0
    in_order = np.sort(np.frombuffer(ids, _ID))
    return 1 + int(np.count_nonzero(in_order[1:] != in_order[:-1]))


def hash_of_sorted(ids: bytes) -> str:
    """Return SHA-256, as hex, over the ids' text in order, with a line feed between each two.

    It is what `sort` and `sha256sum` make of them.
    """
    in_order = np.sort(np.frombuffer(ids, _ID), kind="stable")  # which is fast where they lie nearly in order
    each = in_order.view(np.uint8).reshape(-1, ID_BYTES)
    lines = np.full((_IDS_AT_ONCE, _LINE_BYTES), ord("-"), np.uint8)
    lines[:, -1] = ord("\n")
    digest = hashlib.sha256()
    for start in range(0, len(each), _IDS_AT_ONCE):
        some = each[start : start + _IDS_AT_ONCE]
        digits = _HEX[some].view(np.uint8)
        for place, first, end in _GROUPS:
            lines[: len(some), place : place + end - first] = digits[:, first:end]
        text = lines[: len(some)].tobytes()
        digest.update(text[:-1] if start + len(some) == len(each) else text)
    return digest.hexdigest()
