"""Whatever is killed while the sample history is told, its figures come out: who asks repeats, the supervisor starts.

`UNIONAID_KILLS` makes the run longer, or shorter.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from unionaid.testkit.demo import Demo, empty_stack

from .recount import checked, folded_from_topic, told

KILLS = int(os.environ.get("UNIONAID_KILLS", "12"))
VICTIMS = ("postgres", "kafka", "registry", "relief", "reporting")
EXPECTED = {
    "winter-warmth-people": 4_116, "winter-warmth-paid": 199_700_000, "title-schemes": 4,
    "tuition-students": 257, "tuition-paid": 75_400_000, "skills-sessions": 2, "skills-trainees": 100,
    "coolness-units": 11, "coolness-people": 3_055, "coolness-goods": 8_248_500,
}  # fmt: skip
READY_S_MAX = 120


@pytest.fixture(scope="module")
def stack() -> Iterator[Demo]:
    with empty_stack("kills-test") as stack:
        yield stack


def test_kills_while_the_history_is_told_change_no_figure(stack: Demo) -> None:
    seed = random.randrange(1 << 30)
    with ThreadPoolExecutor(1) as teller:
        telling = teller.submit(stack.tell)
        kills = under_fire(stack, telling, random.Random(seed))
        figures = telling.result()
    print(f"\nseed {seed}: {dict(kills)}")
    assert kills.total() >= KILLS // 2  # the others came too late: the history was told already
    assert {id: figure["value"] for id, figure in figures.items()} == EXPECTED
    wait_until_ready(stack)
    assert stack.tell() == figures  # told again, it changes nothing
    assert folded_from_topic(stack) == told(stack)
    for service in ("registry", "relief", "reporting"):
        checked(stack, service)


def under_fire(stack: Demo, telling: Future[Any], draw: random.Random) -> Counter[str]:
    """Kill one part after the other while the history is told; the supervisor starts each again."""
    kills: Counter[str] = Counter()
    while not telling.done() and kills.total() < KILLS:
        time.sleep(draw.uniform(0.2, 1.5))
        victim = draw.choice(VICTIMS)
        pid = parts(stack)[victim]["pid"]
        if pid is not None and not telling.done():
            try:
                psutil.Process(pid).kill()
            except psutil.NoSuchProcess:
                continue  # it has died of another's death
            kills[victim] += 1
    return kills


def parts(stack: Demo) -> dict[str, dict[str, Any]]:
    status = json.loads((stack.home / "status.json").read_text())
    return {part["name"]: part for part in status["parts"]}


def wait_until_ready(stack: Demo) -> None:
    deadline = time.monotonic() + READY_S_MAX
    while any(part["state"] != "ready" for part in parts(stack).values()):
        assert time.monotonic() < deadline, parts(stack)
        time.sleep(0.2)
