"""`./unionaid` itself: which installer it takes, how it passes the machine's configuration on, what it says."""

import ast
import importlib.machinery
import importlib.util
import os
import re
import sys
import threading
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "unionaid"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with an empty PATH and a Python that has neither pip nor ensurepip."""
    monkeypatch.setenv("UNIONAID_HOME", str(tmp_path / "home"))
    loader = importlib.machinery.SourceFileLoader("bootstrap", str(SCRIPT))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_loader("bootstrap", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(program(tmp_path, "python", "exit 1")))
    return module


def program(tmp_path: Path, name: str, script: str) -> Path:
    path = tmp_path / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def python_with(tmp_path: Path, module: str) -> None:
    program(tmp_path, "python", f'[ "$2" = {module} ]')


def test_uv_comes_first(bootstrap: ModuleType, tmp_path: Path) -> None:
    uv = program(tmp_path, "uv", "exit 0")
    python_with(tmp_path, "pip")
    assert bootstrap.find_installer() == ("uv", [str(uv)])


def test_then_pip_of_the_same_python(bootstrap: ModuleType, tmp_path: Path) -> None:
    python_with(tmp_path, "pip")
    name, command = bootstrap.find_installer()
    assert (name, command[:3]) == ("pip", [sys.executable, "-m", "pip"])


def test_then_a_pip_in_path(bootstrap: ModuleType, tmp_path: Path) -> None:
    program(tmp_path, "pip3", "exit 0")
    name, command = bootstrap.find_installer()
    assert (name, command[0]) == ("pip", "pip3")


def test_then_ensurepip(bootstrap: ModuleType, tmp_path: Path) -> None:
    python_with(tmp_path, "ensurepip")
    assert bootstrap.find_installer()[0] == "ensurepip"


def test_with_none_there_is_one_command_that_brings_one(bootstrap: ModuleType, tmp_path: Path) -> None:
    program(tmp_path, "apk", "exit 0")
    with pytest.raises(bootstrap.SetupError, match=r"neither is here.*\n  sudo apk add py3-pip$"):
        bootstrap.find_installer()


def test_a_failed_install_says_what_to_do_and_is_not_taken_for_done(bootstrap: ModuleType, tmp_path: Path) -> None:
    program(tmp_path, "uv", '[ "$1" = venv ]')
    with pytest.raises(bootstrap.SetupError, match="Set-up needs a package index once"):
        bootstrap.set_up()
    assert not (tmp_path / "home" / "venv" / "unionaid.stamp").exists()


def test_the_second_start_installs_nothing(bootstrap: ModuleType, tmp_path: Path) -> None:
    library = tmp_path / "home/venv" / f"lib/python3.{sys.version_info.minor}/site-packages"
    program(tmp_path, "uv", f"/bin/mkdir -p {library} {tmp_path}/home/venv/bin; : > {tmp_path}/home/venv/bin/python")
    bootstrap.set_up()
    program(tmp_path, "uv", "exit 1")
    bootstrap.set_up()
    paths = (library / "unionaid.pth").read_text().splitlines()
    assert str(SCRIPT.parent / "deploy" / "embedded" / "src") in paths


def test_set_up_says_how_long_it_takes_and_what_is_done(
    bootstrap: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sums = 'echo "Resolved 9 packages in 1s"; echo " + httpx==1.0"; echo "Installed 9 packages in 2ms"'
    program(tmp_path, "uv", f'[ "$1" = venv ] || {{ {sums}; }}')
    (tmp_path / "home").mkdir()
    bootstrap.install()
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith(f"once: {bootstrap.packages()} Python packages with uv, {bootstrap.HOW_LONG}.")
    assert rest[:2] == ["Resolved 9 packages in 1s", "Installed 9 packages in 2ms"]
    assert re.fullmatch(r"The Python packages are set up \(\d+ s\)\.", rest[2])


def test_a_slow_installer_is_told_of_as_it_goes(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(bootstrap, "LINE_EACH_S", 0.05)
    heard = threading.Event()

    def say(line: str) -> None:
        print(line)
        heard.set()

    monkeypatch.setattr(bootstrap, "say", say)
    moving = bootstrap.Moving()
    for line in ("Collecting httpx==1.0", "  Using cached httpx", "Ignoring colorama: markers do not match"):
        moving.hear_pip(line)
    with moving:
        assert heard.wait(10)
        moving.hear_pip("Installing collected packages: httpx")
        heard.clear()
        assert heard.wait(10)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"loading, 0 s, 2 of {bootstrap.packages()} packages"
    assert any(line.startswith("installing, ") for line in told)


def test_pips_configuration_is_read_from_files_and_environment(bootstrap: ModuleType, tmp_path: Path) -> None:
    config = tmp_path / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True)
    config.write_text("[global]\nindex-url = https://mirror.test/simple\ntimeout = 9\n[install]\nno_index = 1\n")
    found = bootstrap.pip_settings({"HOME": str(tmp_path), "PIP_TIMEOUT": "60"})
    assert found["index-url"] == "https://mirror.test/simple"
    assert (found["timeout"], found["no-index"]) == ("60", "1")


def test_uv_is_told_what_pip_knows(bootstrap: ModuleType, tmp_path: Path) -> None:
    pip = {
        "index-url": "https://mirror.test/simple",
        "extra-index-url": "https://one.test\nhttps://two.test",
        "find-links": f"{tmp_path} {tmp_path / 'missing'} https://wheels.test/",
        "cert": "/etc/ca.pem",
    }
    assert bootstrap.uv_settings({"HOME": str(tmp_path)}, pip) == {
        "UV_DEFAULT_INDEX": "https://mirror.test/simple",
        "UV_INDEX": "https://one.test https://two.test",
        "UV_FIND_LINKS": f"{tmp_path},https://wheels.test/",
        "SSL_CERT_FILE": "/etc/ca.pem",
    }


def test_what_uv_was_told_already_is_not_overridden(bootstrap: ModuleType, tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "UV_DEFAULT_INDEX": "https://uv.test", "SSL_CERT_FILE": "/mine"}
    assert bootstrap.uv_settings(environ, {"index-url": "https://pip.test", "cert": "/its"}) == {}
    config = tmp_path / ".config" / "uv" / "uv.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[[index]]\nurl = "https://house.test"\n')
    assert bootstrap.uv_settings({"HOME": str(tmp_path)}, {"index-url": "https://pip.test"}) == {}


def test_an_old_python_is_told_so(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))  # it can read the script at all
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is Python 3\.9"):
        bootstrap.main([])
    assert not (tmp_path / "home").exists()


def test_pins_are_names_versions_and_hashes_without_hosts() -> None:
    lock = (SCRIPT.parent / "requirements.lock").read_text()
    assert "://" not in lock
    pins = [line for line in lock.splitlines() if "==" in line]
    assert len(pins) > 50
    assert lock.count("--hash=sha256:") >= len(pins)
    assert os.access(SCRIPT, os.X_OK)


def test_the_lock_holds_whatever_a_member_needs() -> None:
    locked = {line.split("==")[0] for line in (SCRIPT.parent / "requirements.lock").read_text().splitlines()}
    for member in SCRIPT.parent.glob("*/*/pyproject.toml"):
        for dependency in tomllib.loads(member.read_text())["project"]["dependencies"]:
            [name] = re.findall(r"^[\w.-]+", dependency)
            name = name.lower().replace("_", "-")
            assert name.startswith("unionaid-") or name in locked, f"{member}: {name}"
