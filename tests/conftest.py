from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from unionaid.testkit.demo import Demo, demo_stack
from unionaid.testkit.plugin import Lend

SERVICES = ("registry", "relief", "mutualaid", "supervision", "reporting")
NAIVE_FOLD = Path(__file__).parent / "system" / "naive_fold.py"


@pytest.fixture(scope="session")
def demo(lend: Lend) -> Demo:
    """The whole stack, after the demo. No test may leave more or other facts in it."""
    return lend("demo", demo_stack())


@pytest.fixture(scope="session")
def topics(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Service -> a copy of its topic, one published value a line, made by code that is none of the product's."""
    copies = {service: tmp_path_factory.mktemp("topics") / f"{service}.jsonl" for service in SERVICES}
    for service, copy in copies.items():
        topic = f"unionaid.{demo.stack.division}.{service}"
        where = ("--bootstrap", demo.stack.kafka, "--topic", topic, "--copy", str(copy))
        subprocess.run([sys.executable, str(NAIVE_FOLD), *where], check=True)
    return copies
