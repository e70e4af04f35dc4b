"""The pytest plugin of this repository: servers as fixtures, and tests that need more than a checkout.

A test marked `@pytest.mark.needs("kcat")` is skipped where kcat is missing; the run ends by naming each
test skipped so. With `--all` it fails instead.

The tests that use a whole stack of others' (`SHARED`) run one after the other, and it ends with the last of them.

In processes side by side (pytest-xdist, `--dist loadgroup`) the tests of a file stay together, and all whole stacks run
in one process: two of them at once would only wait for each other. They come first, so that no process waits long at
the end (`--no-loadscope-reorder`).
"""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Protocol, TypeVar

import hypothesis  # its plugin imports it at the very end otherwise, where CPython 3.11 may fail to parse it
import pytest

from unionaid.testkit.place import data_home
from unionaid.testkit.stack import Kafka, Postgres, Workshop

# What a test may need beyond a checkout -> programs of which one must be found.
TOOLS: Mapping[str, tuple[str, ...]] = {
    "browser": ("chromium", "chromium-browser"),
    "docker": ("docker",),
    "kcat": ("kcat", "kafkacat"),
    "go": ("go",),
    "curl": ("curl",),
    "jq": ("jq",),
    "openssl": ("openssl",),
}

SHARED = ("demo", "screens")
"""Fixtures of the whole run that are a whole stack; each comes about by `lend`."""
WHOLE_STACKS = ("tests/system/", "tests/contracts/")
"""Where the tests of whole stacks lie."""

POSTGRES_HERE: Mapping[str, str] = {"fsync": "off", "max_wal_size": "256MB", "scram_iterations": "1"}
"""Settings that servers of tests have: processes are killed here, no machine loses its power, and nobody guesses
passwords, of which each test makes some. The write-ahead log may lie in memory, and is kept short.
"""

_shared = pytest.StashKey[list["Postgres | Kafka"]]()
_lent = pytest.StashKey[dict[str, ExitStack]]()

_IS_MISSING = " is missing"

StartPostgres = Callable[..., Awaitable[Postgres]]
StartKafka = Callable[..., Awaitable[Kafka]]
Lent = TypeVar("Lent")


ID_LENGTH_MAX = 80
"""Of bytes or text that names a case of a test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--all`."""
    parser.addoption(
        "--all",
        action="store_true",
        help="fail, rather than skip, where a tool such as a browser, Docker or kcat is missing",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; no property test fails because the machine is slow."""
    hypothesis.settings.register_profile(
        "unionaid", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("unionaid")
    config.addinivalue_line("markers", f"needs(tool): skipped where it is missing; one of {', '.join(TOOLS)}")
    config.addinivalue_line("markers", "xdist_group(name): runs in one process with the others of this name")
    config.stash[_shared] = []
    config.stash[_lent] = {}


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a file's content or a long text by its argument: both workers must come to the same names."""
    return argname if isinstance(val, bytes | str) and len(val) > ID_LENGTH_MAX else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here; start again what a test left stopped."""
    for mark in item.iter_markers("needs"):
        tool = mark.args[0]
        if not any(shutil.which(program) for program in TOOLS[tool]):
            if item.config.getoption("--all"):
                pytest.fail(f"{tool}{_IS_MISSING}", pytrace=False)
            pytest.skip(f"{tool}{_IS_MISSING}")
    for shared in item.config.stash[_shared]:
        if shared.server is not None:
            shared.server.start()  # after a test that left it stopped


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests share servers, and so belong into one process; put them one after the other."""
    stacks: dict[str, list[pytest.Item]] = {}
    others: dict[str, list[pytest.Item]] = {}
    for item in items:
        file = item.nodeid.partition("::")[0]
        shared = next(iter(_shared_by(item)), None)
        whole = shared is not None or file.startswith(WHOLE_STACKS)
        item.add_marker(pytest.mark.xdist_group("stacks" if whole else file))
        (stacks if whole else others).setdefault(shared or file, []).append(item)
    items[:] = [item for group in (*stacks.values(), *others.values()) for item in group]


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays for the whole run: thousands of tests, and their modules."""
    gc.collect()
    gc.freeze()


def _shared_by(item: pytest.Item | None) -> list[str]:
    """Return which of the shared stacks a test uses."""
    used = getattr(item, "fixturenames", ())
    return [name for name in SHARED if name in used]


@pytest.hookimpl(trylast=True)  # what other fixtures of this test do at their end, they do before
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the shared stacks that the next test does not use."""
    for name in {*item.config.stash[_lent]} - {*_shared_by(nextitem)}:
        item.config.stash[_lent].pop(name).close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that could not run here."""
    missing = []
    for report in terminalreporter.getreports("skipped"):
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if said.endswith(_IS_MISSING):
            missing.append((said.removeprefix("Skipped: ").removesuffix(_IS_MISSING), report.nodeid.partition("@")[0]))
    if missing:
        terminalreporter.section(f"{len(missing)} tests skipped, as this machine lacks what they need")
        for tool, test in sorted(missing):
            terminalreporter.line(f"{tool}: {test}")
        terminalreporter.line("--all makes these failures.")


class Lend(Protocol):
    """`lend("demo", context)`: enter a context until no further test uses the fixture of this name."""

    def __call__(self, name: str, context: AbstractContextManager[Lent]) -> Lent: ...


@pytest.fixture(scope="session")
def lend(request: pytest.FixtureRequest) -> Iterator[Lend]:
    """Lends a stack to its users, for the fixtures that are `SHARED`."""
    lent = request.config.stash[_lent]

    def lend(name: str, context: AbstractContextManager[Lent]) -> Lent:
        lent[name] = ExitStack()
        return lent[name].enter_context(context)

    yield lend
    for until in lent.values():  # of a run that was broken off
        until.close()


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """Starts servers; all are removed after the last test."""
    workshop = Workshop(data_home() / "servers")
    yield workshop
    workshop.close()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest, workshop: Workshop) -> Postgres:
    """The PostgreSQL of this run. Tests make databases of their own on it."""
    dsn = os.environ.get("UNIONAID_POSTGRES")
    server = Postgres(dsn) if dsn else workshop.postgres(POSTGRES_HERE)
    request.config.stash[_shared].append(server)
    return server


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest, workshop: Workshop) -> Kafka:
    """The Kafka of this run. Tests make topics of their own on it."""
    bootstrap = os.environ.get("UNIONAID_KAFKA")
    server = Kafka(bootstrap) if bootstrap else workshop.kafka()
    request.config.stash[_shared].append(server)
    return server


@pytest.fixture
async def new_postgres(workshop: Workshop) -> AsyncIterator[StartPostgres]:
    """`await new_postgres({"setting": "value"})`: a PostgreSQL for one test."""
    started: list[Postgres] = []

    async def start(settings: Mapping[str, str] | None = None) -> Postgres:
        started.append(await asyncio.to_thread(workshop.postgres, {**POSTGRES_HERE, **(settings or {})}))
        return started[-1]

    yield start
    for postgres in started:
        if postgres.server is not None:
            await asyncio.to_thread(workshop.remove, postgres.server)


@pytest.fixture
async def new_kafka(workshop: Workshop) -> AsyncIterator[StartKafka]:
    """`await new_kafka({"setting": "value"})`: a Kafka for one test, about 2 s."""
    started: list[Kafka] = []

    async def start(settings: Mapping[str, str] | None = None) -> Kafka:
        started.append(await asyncio.to_thread(workshop.kafka, settings))
        return started[-1]

    yield start
    for kafka in started:
        if kafka.server is not None:
            await asyncio.to_thread(workshop.remove, kafka.server)
