"""Searching files for what must not be there, in every form in which it might lie: for tests of erasure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path

_EMPTY = bytes(4096)
_PLACE = "place"
"""A file of an embedded PostgreSQL's directory that says where its data lie instead."""
TRACE_BYTES_MIN = 6
"""Shorter values would be found by chance."""


def traces_of_text(text: str) -> dict[str, bytes]:
    """Return the forms of a text by name: UTF-8 as it is, in hex and in base64; UTF-16; escaped in JSON."""
    wide = {coding: text.encode(coding) for coding in ("utf-16-le", "utf-16-be")}
    return {**traces_of_bytes(text.encode()), **wide, "json": text.encode("ascii", "backslashreplace")}


def traces_of_bytes(value: bytes) -> dict[str, bytes]:
    """Return the forms of bytes by name: as they are, in hex, and in base64 at each of its three alignments.

    Raises:
        ValueError: the value has fewer than `TRACE_BYTES_MIN` bytes.
    """
    if len(value) < TRACE_BYTES_MIN:
        raise ValueError(f"{len(value)} bytes would be found by chance")
    forms = {"plain": value, "hex": value.hex().encode()}
    for before in range(3):
        coded = base64.b64encode(bytes(before) + value)
        forms[f"base64+{before}"] = coded[(before * 8 + 5) // 6 : (before + len(value)) * 8 // 6]
    return forms


def found_in(content: bytes, traces: Mapping[str, bytes]) -> set[str]:
    """Return the names of the traces that stand in these bytes."""
    dense = content.replace(_EMPTY, b"")  # most of a log segment is empty
    return {name for name, trace in traces.items() if trace in dense}


def found_in_files(files: Iterable[Path], traces: Mapping[str, bytes]) -> dict[str, set[Path]]:
    """Return where each trace was found; a file that goes meanwhile is passed over."""
    found: dict[str, set[Path]] = {}
    for file in files:
        try:
            content = file.read_bytes()
        except FileNotFoundError:  # a server's own passing file
            continue
        for name in found_in(content, traces):
            found.setdefault(name, set()).add(file)
    return found


def files_of(home: Path) -> list[Path]:
    """Return every file of a directory, and of where an embedded PostgreSQL below it keeps its data instead."""
    inside = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    elsewhere = [Path(note.read_text()) / "data" for note in inside if note.name == _PLACE]
    return [*inside, *(path for place in elsewhere for path in place.rglob("*") if path.is_file())]
