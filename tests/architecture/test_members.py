"""What a member says of itself is true: it declares what it imports, and the lock pins what it declares."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from unionaid.testkit.checkout import MEMBERS, ROOT, imports, parsed, sources

each_member = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
WITHIN = {"pydantic-core": "pydantic", "starlette": "fastapi"}
"""Distributions that are part of what another one offers, which pins their versions."""


def project(member: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((member / "pyproject.toml").read_text("utf-8"))
    return found


def declared(member: Path) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in project(member)["project"]["dependencies"]}


def typing_only(module: ast.Module) -> set[int]:
    """Lines within `if TYPE_CHECKING:`: they are not run."""
    return {
        line
        for node in ast.walk(module)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    }


def imported(member: Path) -> set[str]:
    """Distributions that a member's sources import, other than the standard library."""
    distributions = packages_distributions()
    found: set[str] = set()
    for path in sources(member / "src"):
        module = parsed(path)
        skipped = typing_only(module)
        for named in imports(module):
            parts = named.name.split(".")
            if named.line in skipped or parts[0] in sys.stdlib_module_names:
                continue
            if parts[0] == "unionaid":
                found.add(f"unionaid-{parts[1]}")
            else:
                distributed = map(canonicalize_name, distributions[parts[0]])
                found.update(WITHIN.get(name, name) for name in distributed)
    return found - {f"unionaid-{member.name}"}


@each_member
def test_a_member_declares_what_it_imports(member: Path) -> None:
    assert imported(member) - declared(member) == set()


def test_the_lock_pins_what_is_declared() -> None:
    pins = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line[:1].isalnum():
            name, _, version = line.removesuffix(" \\").partition(" ;")[0].partition("==")
            pins[canonicalize_name(name.partition("[")[0])] = version
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [text for group in workspace["dependency-groups"].values() for text in group]
    wanted += [text for member in MEMBERS for text in project(member)["project"]["dependencies"]]
    missing = []
    for text in wanted:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if not name.startswith("unionaid-") and not requirement.specifier.contains(pins.get(name, "0")):
            missing.append(text)
    assert missing == []
