"""What a release has promised: its schemas are kept or gain optional fields, its examples always load.

A release is `releases/<version>.json`: each schema with its SHA-256 and its text as it was, each example with
its SHA-256. Before the first release there is none, and schemas may change freely.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from unionaid.contracts.codec import decode
from unionaid.contracts.errors import DecodeError
from unionaid.contracts.schemas import dump

Schema = dict[str, Any]


def release(package: Path, version: str) -> dict[str, Any]:
    """The promise of `version`: what lies under `schemas/` and `examples/` of the package's directory."""
    return {
        "version": version,
        "schemas": {
            name: {"sha256": _hash(path), "schema": json.loads(path.read_text(encoding="utf-8"))}
            for name, path in _files(package, "schemas")
        },
        "examples": {name: {"sha256": _hash(path)} for name, path in _files(package, "examples")},
    }


def breaches(package: Path) -> list[str]:
    """What breaks a release's promise, each line naming the file; empty if all are kept."""
    found = []
    for path in sorted(package.glob("releases/*.json")):
        promise = json.loads(path.read_text(encoding="utf-8"))
        for name, entry in promise["schemas"].items():
            found += [f"{path.name}: {name}: {what}" for what in _schema_breaches(package / name, entry)]
        for name, entry in promise["examples"].items():
            found += [f"{path.name}: {name}: {what}" for what in _example_breaches(package / name, entry)]
    return found


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Where `new` is more than `old` with optional properties added; empty if it is not.

    A new optional property, at any depth, may bring definitions with it. Everything else is a new version.
    """
    return _differences(old, new, "")


def _differences(old: Schema, new: Schema, path: str) -> list[str]:
    found = []
    for key in sorted(old.keys() | new.keys()):
        here = f"{path}/{key}"
        if key in ("properties", "$defs"):
            found += _map_differences(old.get(key, {}), new.get(key, {}), here)
        elif isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
            found += _differences(old[key], new[key], here)
        elif key not in old or key not in new or old[key] != new[key]:
            found.append(f"{here} changed")
    return found


def _map_differences(old: dict[str, Schema], new: dict[str, Schema], path: str) -> list[str]:
    """Of schemas by name: some may be added (were one required, `required` would differ), none lost."""
    found = [f"{path}/{name} is gone" for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        found += _differences(old[name], new[name], f"{path}/{name}")
    return found


def _schema_breaches(path: Path, entry: dict[str, Any]) -> list[str]:
    if sha256(dump(entry["schema"]).encode()).hexdigest() != entry["sha256"]:
        return ["the release file itself was altered"]
    if not path.is_file():
        return ["is gone"]
    return incompatibilities(entry["schema"], json.loads(path.read_text(encoding="utf-8")))


def _example_breaches(path: Path, entry: dict[str, Any]) -> list[str]:
    if not path.is_file():
        return ["is gone"]
    found = [] if _hash(path) == entry["sha256"] else ["was altered"]
    try:
        decode(path.read_bytes())
    except DecodeError as error:
        found.append(f"no longer loads: {error.code}: {error}")
    return found


def _files(package: Path, directory: str) -> list[tuple[str, Path]]:
    return [(path.relative_to(package).as_posix(), path) for path in sorted(package.glob(f"{directory}/*/*.json"))]


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
