"""The tutorial does what it says: its blocks are run as they stand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from unionaid.testkit.checkout import ROOT
from unionaid.testkit.demo import empty_stack

PAGE = ROOT / "docs/tutorials/from-first-worker-to-first-figure.md"
BLOCK = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.needs("curl")
@pytest.mark.needs("jq")
def test_from_the_first_worker_to_the_first_figure(tmp_path: Path) -> None:
    start, *steps, end = BLOCK.findall(PAGE.read_text("utf-8"))
    assert start.startswith("./unionaid up --detach\n")
    assert end == "./unionaid down\n"
    with empty_stack("tutorial-test") as stack:
        (tmp_path / ".unionaid").symlink_to(stack.home)
        program = tmp_path / "unionaid"
        program.write_text(f'#!/bin/sh\nUNIONAID_HOME={stack.home} exec {sys.executable} -m unionaid.embedded "$@"\n')
        program.chmod(0o755)
        script = "\n".join(["set -euo pipefail", start.replace("./unionaid up --detach\n", ""), *steps])
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200
        )
    assert done.returncode == 0, done.stdout + done.stderr
    figure = json.loads((tmp_path / "figure.json").read_text("utf-8"))
    assert (figure["people"], figure["times"], figure["amount_fen"]) == (1, 1, 50_000)
    assert '"resident-id-check-digit"' in done.stdout
    assert re.search(r'"index": \d+', done.stdout)
