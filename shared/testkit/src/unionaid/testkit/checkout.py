"""The checkout as tests of its architecture see it: members, files, and what a module names."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[5]
SERVICES = ("registry", "relief", "mutualaid", "supervision", "reporting")
MEMBERS = tuple(sorted(file.parent for file in ROOT.glob("*/*/pyproject.toml")))


def tracked() -> list[Path]:
    """List the files that git tracks, as they stand in the work tree, and those that it would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603  no input of others
    paths = sorted({ROOT / name.decode() for name in listed.split(b"\0") if name})
    return [path for path in paths if path.is_file()]


def sources(directory: Path) -> list[Path]:
    """List the Python modules below a directory."""
    return sorted(directory.rglob("*.py"))


@dataclass(frozen=True)
class Named:
    """A dotted name that a module uses, imports resolved: `datetime.datetime.now`."""

    line: int
    name: str


def imports(module: ast.Module) -> list[Named]:
    """List what a module imports, at its top or anywhere below."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += [Named(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [Named(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def names(module: ast.Module) -> list[Named]:
    """List every name that a module reads and that comes from an import, with its attributes."""
    known = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            known.update({alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    found = []
    for node in ast.walk(module):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in known:
            found.append(Named(inner.lineno, ".".join([known[inner.id], *parts])))
    return found


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))
