"""What reporting says, what a fold that shares no code with it comes to, and whether a log is whole."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unionaid.testkit.demo import Demo

WHERE = {"kind": "WINTER_WARMTH", "from_": "2017-01-01", "to": "2017-12-31"}
TUITION = {"kind": "AUTUMN_TUITION", "from_": "2016-01-01", "to": "2016-12-31"}
NAIVE_FOLD = Path(__file__).parent / "naive_fold.py"


def told(demo: Demo, where: Mapping[str, str] = WHERE) -> dict[str, Any]:
    """Reporting's figures, in the form of the fold's; they are complete."""
    total = demo.ask("reporting", "/totals/relief", "auditor", **where)
    assert total["incomplete"] == 0
    return {name: total[name] for name in ("people", "times", "amount_fen")} | {
        name: total["citation"][name] for name in ("events", "sha256")
    }


def folded(*source: str | Path, where: Mapping[str, str] = WHERE) -> dict[str, Any]:
    """The same from a copy of relief's topic, by code that is none of the product's."""
    period = ("--kind", where["kind"], "--from", where["from_"], "--to", where["to"])
    done = subprocess.run([sys.executable, NAIVE_FOLD, *source, *period], capture_output=True, check=True, timeout=60)
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def folded_from_topic(demo: Demo, where: Mapping[str, str] = WHERE) -> dict[str, Any]:
    """The fold over relief's topic itself."""
    topic = f"unionaid.{demo.stack.division}.relief"
    return folded("--bootstrap", demo.stack.kafka, "--topic", topic, where=where)


def checked(demo: Demo, service: str) -> dict[str, Any]:
    """What the check of a service's log reports; it has found nothing wrong."""
    stack = demo.stack
    command = [sys.executable, "-m", "unionaid.eventlog", "--database", stack.databases[service]["owner"]]
    command += ["--kafka", stack.kafka, "--topic", f"unionaid.{stack.division}.{service}"]
    command += ["--source", f"/unionaid/{stack.division}/{service}", "check", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    report: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["breaches"]) == (0, True, {}), done.stderr
    return report
