"""Where the data of tests' servers lie: in memory where the machine has the room, else beside the stack's.

A test has a database of its own, some hundred files; making them on a disk takes a test's time several times over.
What is measured lies on the disk, as the product's data do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import psutil

from unionaid.embedded.home import stack_home

MEMORY = Path("/dev/shm")  # noqa: S108  the directory in it is ours alone, which is checked
ROOM_BYTES_MIN = 8 << 30
"""Bytes that must be free in memory for data to lie there."""


def data_home() -> Path:
    """Return the directory: UNIONAID_TEST_DATA, else one in memory, else `tests` in the stack's home."""
    if named := os.environ.get("UNIONAID_TEST_DATA"):
        return Path(named).absolute()
    beside = stack_home() / "tests"
    if not _has_room():
        return beside
    place = MEMORY / f"unionaid-tests-{hashlib.sha256(str(beside).encode()).hexdigest()[:8]}"
    place.mkdir(mode=0o755, exist_ok=True)
    return place if place.stat().st_uid == os.getuid() and not place.is_symlink() else beside


def _has_room() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) >= ROOM_BYTES_MIN
