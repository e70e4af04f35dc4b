"""The reservations of the sample history are those its events imply."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from unionaid.testkit.demo import Demo

REGISTRY = {
    "an ID, one person": 4_116 + 526,
    "a code, one enterprise": 48,
    "one district": 1,
    "one scheme an enterprise, one title a worker": 4 + 12,
    "a person, one household": 865,
    "a household, one open dossier": 288,
    "the rows of a file, once": 3 * 48,
}


@pytest.mark.parametrize(("service", "held"), [("registry", sum(REGISTRY.values())), ("relief", 4_116 + 257)])
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
