"""Time and new ids are arguments of the rules; one module reads the machine's clock for the business."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from unionaid.testkit.checkout import ROOT, SERVICES, Named, names, parsed, sources

WALL_CLOCK = (
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.strftime",
    "time.ctime",
)
STOPWATCH = ("time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns")
CHANCE = ("random", "secrets", "os.urandom", "uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "unionaid.contracts.uuid7")

ALLOWED = {
    # module below unionaid/ -> what of the machine's clock it reads, and why that is not the clock of the business
    "service/clock.py": (("datetime.datetime.now",), "it is the clock"),
    "service/tokens.py": (("time.time",), "a token's life is counted by the machine that signed it"),
    "service/signing_in.py": (("time.time",), "how long somebody may take to sign in is no matter of the business"),
}


def used(module: ast.Module, forbidden: Iterable[str]) -> list[Named]:
    """Names that are forbidden, or that lie within what is."""
    return [
        found for found in names(module) if any(found.name == no or found.name.startswith(f"{no}.") for no in forbidden)
    ]


def told(path: Path, found: Iterable[Named]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{named.line} {named.name}" for named in found]


@pytest.mark.parametrize("service", SERVICES)
def test_the_domain_reads_no_clock_and_draws_nothing(service: str) -> None:
    domain = ROOT / "services" / service / "src" / "unionaid" / service / "domain"
    found = [
        line for path in sources(domain) for line in told(path, used(parsed(path), WALL_CLOCK + STOPWATCH + CHANCE))
    ]
    assert found == []


def test_only_the_clock_of_the_business_reads_the_machines() -> None:
    found = []
    for member in (*(ROOT / "services" / service for service in SERVICES), ROOT / "shared" / "service"):
        for path in sources(member / "src"):
            allowed, _ = ALLOWED.get(str(path.relative_to(member / "src" / "unionaid")), ((), ""))
            found += [line for line in told(path, used(parsed(path), WALL_CLOCK)) if line.split()[1] not in allowed]
    assert found == []


@pytest.mark.parametrize("place", ALLOWED)
def test_each_exception_is_still_one(place: str) -> None:
    allowed, _ = ALLOWED[place]
    path = ROOT / "shared" / "service" / "src" / "unionaid" / place
    assert {named.name for named in used(parsed(path), WALL_CLOCK)} == set(allowed)


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime as d\nd.now()",
        "import datetime\ndatetime.date.today()",
        "import time as t\nt.time()",
        "from time import time\ntime()",
        "from unionaid.contracts import uuid7\nuuid7(None)",
        "def f():\n    import random\n    random.random()",
        "from uuid import uuid4\nclass A:\n    id = uuid4",
    ],
)
def test_a_reading_is_found_however_it_is_written(code: str) -> None:
    assert used(ast.parse(code), WALL_CLOCK + CHANCE) != []


def test_what_only_looks_like_one_is_not() -> None:
    code = "from datetime import datetime\nclock.now()\ndatetime(2017, 1, 5)\nissued.time\ntime = 3\ntime.time"
    assert used(ast.parse(code), WALL_CLOCK) == []
