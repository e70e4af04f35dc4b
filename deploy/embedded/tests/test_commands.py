"""`./unionaid up, status, down` as their user sees them, with stand-ins for the five services."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from unionaid.embedded.processes import gone
from unionaid.embedded.state import SERVICES
from unionaid.testkit.stack import Kafka, Postgres

WAIT_S = 60

STAND_IN = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

if sys.argv[1] == "migrate":
    sys.exit(0 if "UNIONAID_OWNER_DATABASE_URL" in os.environ else "no owner")
if "UNIONAID_OWNER_DATABASE_URL" in os.environ:
    sys.exit("a running service knows the owner's password")

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        ready = not os.path.exists("unready")
        self.send_response(200 if ready else 503)
        self.end_headers()
        checks = {"views": {"health": "ok" if ready else "failed", "reason": "7 behind" if ready else "told so"}}
        if os.path.exists("degraded"):
            checks["relay"] = {"health": "degraded", "reason": "kafka is away"}
        self.wfile.write(json.dumps({"service": __spec__.name.split(".")[1], "checks": checks}).encode())
    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(os.environ["UNIONAID_HTTP_PORT"])), Ready).serve_forever()
"""


class Commands:
    """Runs `python -m unionaid.embedded` on a home of its own."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.environment = environment

    def run(self, *args: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "unionaid.embedded", *args]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return status

    def part(self, name: str) -> dict[str, Any]:
        [part] = [part for part in self.status()["parts"] if part["name"] == name]
        return dict(part)

    def wait_for_part(self, name: str, **expected: object) -> dict[str, Any]:
        deadline = time.monotonic() + WAIT_S
        part = self.part(name)
        while not part.items() >= expected.items():
            if time.monotonic() > deadline:
                pytest.fail(f"{name} is {part}, not {expected}")
            part = self.part(name)
        return part

    def supervisor(self) -> psutil.Process:
        return psutil.Process(json.loads((self.home / "supervisor.json").read_text())["pid"])


@pytest.fixture
def commands(tmp_path: Path, postgres: Postgres, kafka: Kafka) -> Iterator[Commands]:
    if postgres.server is None:
        pytest.skip("makes databases named as the product's: needs a PostgreSQL of its own")
    for service in SERVICES:
        package = tmp_path / "stand-ins" / "unionaid" / service
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "main.py").write_text(STAND_IN)
    home = tmp_path / "home"
    environment = {
        **os.environ,
        "UNIONAID_HOME": str(home),
        "UNIONAID_POSTGRES": postgres.superuser_dsn,
        "UNIONAID_KAFKA": kafka.bootstrap,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(tmp_path / "stand-ins"), os.environ.get("PYTHONPATH")))),
    }
    commands = Commands(home, environment)
    yield commands
    commands.run("down")


def test_up_says_where_all_is_and_down_stops_it(commands: Commands) -> None:
    up = commands.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    stack = json.loads((commands.home / "stack.json").read_text())
    assert set(stack["services"]) == set(stack["databases"]) == set(SERVICES)
    assert (commands.home / "stack.json").stat().st_mode & 0o777 == 0o600
    assert commands.run("status").returncode == 0
    pids = [part["pid"] for part in commands.status()["parts"] if part["pid"]]
    assert len(pids) == len(SERVICES) + 2  # and issuer and front

    again = commands.run("up")
    assert again.returncode == 1
    assert "runs already" in again.stderr

    assert commands.run("token", "--role", "officer").stdout.count(".") == 2
    assert commands.run("down").stdout.endswith("Stopped.\n")
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not (commands.home / "stack.json").exists()
    assert commands.run("status").returncode == 1


def test_a_dead_child_is_started_again_and_that_is_said(commands: Commands) -> None:
    commands.run("up", "--detach")
    psutil.Process(commands.part("relief")["pid"]).kill()
    again = commands.wait_for_part("relief", state="ready", restarts=1)
    assert again["reason"] == ""
    [told] = [line for line in commands.run("logs", "supervisor").stdout.splitlines() if " restarting " in line]
    assert told.startswith("relief ")
    assert told.endswith(" killed by SIGKILL")


def test_only_what_is_not_well_tells_its_reasons(commands: Commands) -> None:
    commands.run("up", "--detach")
    well = commands.run("status")
    assert (well.returncode, "7 behind" in well.stdout) == (0, False)
    (commands.home / "degraded").touch()
    degraded = commands.run("status")
    assert degraded.returncode == 0, "a service's own work goes on"
    assert "degraded" in degraded.stdout
    assert "relay: kafka is away" in degraded.stdout
    (commands.home / "unready").touch()
    status = commands.run("status")
    assert status.returncode == 1
    assert "told so" in status.stdout


def test_a_killed_launcher_leaves_nothing_that_stops_the_next_start(commands: Commands) -> None:
    commands.run("up", "--detach")
    children = commands.supervisor().children()
    frozen = psutil.Process(commands.part("registry")["pid"])
    frozen.suspend()  # it cannot follow its launcher into death
    supervisor = commands.supervisor()
    supervisor.kill()
    assert gone(supervisor, WAIT_S)
    frozen.resume()
    assert commands.status()["phase"] == "stopped"
    assert commands.run("up", "--detach").returncode == 0
    assert all(gone(child, WAIT_S) for child in children)
    assert commands.status()["phase"] == "ready"


def test_a_service_that_cannot_start_is_told_with_its_last_words(commands: Commands, tmp_path: Path) -> None:
    main = tmp_path / "stand-ins" / "unionaid" / "relief" / "main.py"
    main.write_text(f"import sys\nif sys.argv[1] != 'migrate': sys.exit('out of luck')\n{STAND_IN}")
    up = commands.run("up", "--detach")
    assert up.returncode == 1
    assert "out of luck" in up.stderr
    assert "relief.log" in up.stderr
    assert commands.status()["phase"] == "failed"
    assert "out of luck" in commands.run("logs", "relief").stdout


def test_ctrl_c_stops_all_in_order(commands: Commands) -> None:
    log = commands.home.parent / "up.log"
    with log.open("w") as output:
        up = subprocess.Popen(
            [sys.executable, "-m", "unionaid.embedded", "up"], env=commands.environment, stdout=output
        )
    while "Ctrl-C stops it." not in log.read_text():
        assert up.poll() is None
        time.sleep(0.05)
    pids = [part["pid"] for part in commands.status()["parts"] if part["pid"]]
    up.send_signal(signal.SIGINT)
    assert up.wait(WAIT_S) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_commands_without_a_stack_say_so(tmp_path: Path) -> None:
    commands = Commands(tmp_path, {**os.environ, "UNIONAID_HOME": str(tmp_path)})
    assert commands.run("down").stdout == "Nothing is running.\n"
    assert "does not run" in commands.run("token", "--role", "officer").stderr
    assert "no part named" in commands.run("logs", "kafak").stderr
    assert "has no log yet" in commands.run("logs", "relief").stderr
