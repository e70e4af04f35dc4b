"""Each member builds as a wheel of its own, with its data, and one of them runs with nothing of ours beside it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from unionaid.testkit.checkout import MEMBERS

DATA = ("migrations", "policy", "locale", "templates", "documents")
"""Directories beside `src` that belong into the package."""
each_member = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)


def build(member: Path, directory: Path) -> Path:
    """Build a member's wheel with the build backend of this environment; return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    done = subprocess.run(command, cwd=member, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    [wheel] = directory.glob("*.whl")
    return wheel


def package_files(member: Path) -> set[str]:
    """Files of a member's package, as they are to be named in its wheel."""
    beside = [(member / name, f"unionaid/{member.name}/{name}") for name in DATA]
    return {
        str(Path(inside) / path.relative_to(root))
        for root, inside in [(member / "src", ""), *beside]
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@each_member
def test_a_wheel_holds_the_whole_package_and_nothing_else(member: Path, tmp_path: Path) -> None:
    wheel = build(member, tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert f"unionaid/{member.name}/py.typed" in held
    assert "unionaid/__init__.py" not in held  # the namespace is shared
    assert held == package_files(member)


def test_the_event_log_runs_alone(tmp_path: Path) -> None:
    [member] = [member for member in MEMBERS if member.name == "eventlog"]
    installed = tmp_path / "installed"
    with zipfile.ZipFile(build(member, tmp_path)) as archive:
        archive.extractall(installed)  # a wheel of pure Python is installed by unpacking it
    program = """
import importlib, pkgutil, sys
from importlib.resources import files
sys.path[:0] = sys.argv[1:]
import unionaid.eventlog
for module in pkgutil.walk_packages(unionaid.eventlog.__path__, "unionaid.eventlog."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*sorted({".".join(name.split(".")[:2]) for name in sys.modules if name.startswith("unionaid.")}))
print(unionaid.eventlog.__file__)
print(*sorted(f.name for f in files("unionaid.eventlog").joinpath("sql").iterdir()))
"""
    # -S: without it the checkout's own sources would be found by the environment's .pth file.
    places = [str(installed), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *places], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    ours, place, sql = done.stdout.splitlines()
    assert ours == "unionaid.eventlog"
    assert Path(place).is_relative_to(installed)
    assert sql.split() == sorted(path.name for path in member.glob("src/unionaid/eventlog/sql/*.sql"))
