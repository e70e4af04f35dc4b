"""The tools that hold style, types and import contracts find nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from unionaid.testkit.checkout import ROOT

BOOTSTRAP = "unionaid"  # Python without the ending that the tools look for


def clean(*arguments: str) -> None:
    """Run a tool of this interpreter's environment; show what it says if it finds anything."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"python {' '.join(arguments)} ends with {done.returncode}:\n{done.stdout}", pytrace=False)


def test_ruff_finds_nothing() -> None:
    clean("-m", "ruff", "check", "--output-format=concise", ".", BOOTSTRAP)


def test_everything_is_formatted() -> None:
    clean("-m", "ruff", "format", "--check", ".", BOOTSTRAP)


def test_the_types_hold() -> None:
    clean("-m", "mypy")


def test_imports_keep_the_contracts() -> None:
    clean("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
