"""The reservations of the sample history are those its events imply."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from unionaid.testkit.demo import Demo


@pytest.mark.parametrize(("service", "held"), [("registry", 4116 + 48 + 1), ("relief", 4116)])
def test_the_reservations_are_those_the_events_imply(demo: Demo, service: str, held: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"unionaid.{service}.main", "reservations"],
        env={**os.environ, "UNIONAID_OWNER_DATABASE_URL": demo.stack.databases[service]["owner"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["reservations"] == held
