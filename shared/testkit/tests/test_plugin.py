from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import os
import pytest

@pytest.mark.needs("kcat")
def test_that_needs_a_tool():
    raise AssertionError("it must not run")

@pytest.mark.parametrize("n", range(6))
def test_of_one_file(n):
    with open(os.environ["PROCESSES"], "a") as file:
        file.write(f"{os.getpid()}\\n")
"""
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadgroup")


def run(directory: Path, *arguments: str) -> tuple[str, list[str]]:
    """Run the tests where no tool is found; return what was said, and the process of each test."""
    (directory / "test_it.py").write_text(TESTS)
    processes = directory / "processes"
    command = [sys.executable, "-m", "pytest", "-p", "unionaid.testkit.plugin", "--strict-markers", *arguments]
    found = {"PATH": "/nowhere", "PROCESSES": str(processes), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(command, cwd=directory, env=found, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout, processes.read_text().split()


@pytest.mark.parametrize("beside", [(), SIDE_BY_SIDE])
def test_a_test_that_lacks_its_tool_is_named(tmp_path: Path, beside: tuple[str, ...]) -> None:
    said, processes = run(tmp_path, *beside)
    assert "1 tests skipped, as this machine lacks what they need" in said
    assert "kcat: test_it.py::test_that_needs_a_tool\n" in said
    assert "6 passed, 1 skipped" in said
    assert len({*processes}) == 1, "the tests of a file share a process"


@pytest.mark.parametrize("beside", [(), SIDE_BY_SIDE])
def test_all_refuses_to_skip(tmp_path: Path, beside: tuple[str, ...]) -> None:
    said, _ = run(tmp_path, "--all", *beside)
    assert "kcat is missing" in said
    assert "6 passed, 1 error" in said


LENDING = """
from contextlib import contextmanager
import pytest

def note(line):
    with open("told", "a") as file:
        file.write(line + " ")

@contextmanager
def stack():
    note("starts")
    yield "stack"
    note("ends")

@pytest.fixture(scope="session")
def demo(lend):
    return lend("demo", stack())
"""
USING = """
from conftest import note

def test_that_uses_it(demo):
    note(demo)

def test_that_does_not():
    note("other")
"""


@pytest.mark.parametrize("beside", [(), SIDE_BY_SIDE])
def test_a_shared_stack_ends_with_its_last_user(tmp_path: Path, beside: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text(LENDING)
    for name in ("first", "second"):
        (tmp_path / f"test_{name}.py").write_text(USING)
    said, _ = run(tmp_path, *beside)
    assert "10 passed" in said
    told = (tmp_path / "told").read_text().split()
    assert told.count("other") == 2
    assert [word for word in told if word != "other"] == ["starts", "stack", "stack", "ends"]
    if not beside:
        assert told.index("ends") < told.index("other"), "it does not wait for the end of the run"
