"""The process of a service: its settings, its secrets, its clock, its parts and its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from unionaid.eventlog import MigrationRefused
from unionaid.service import main
from unionaid.service.app import create_app
from unionaid.service.clock import SimulatedClock, SystemClock, clock_of
from unionaid.service.health import OK, Health
from unionaid.service.keys import Keys, SecretsRefused
from unionaid.service.main import Part, Parts, Service, run, run_parts
from unionaid.service.settings import EXIT_CODE, MigrationSettings, Settings, SettingsRefused, settings_or_exit

GOOD = {
    "UNIONAID_DATABASE_URL": "postgresql://relief_app:pw@localhost/relief_ab12",
    "UNIONAID_KAFKA": "localhost:9092,other:9093",
    "UNIONAID_DIVISION": "640302",
    "UNIONAID_HTTP_HOST": "127.0.0.1",
    "UNIONAID_HTTP_PORT": "8001",
    "UNIONAID_ISSUER": "http://127.0.0.1:8000/",
    "UNIONAID_SECRETS_DIR": "/run/secrets",
    "UNIONAID_URLS_REGISTRY": "http://127.0.0.1:8002",
    "PATH": "/bin",
}
CLOCK = {"UNIONAID_CLOCK_START": "2013-01-01T00:00:00+08:00", "UNIONAID_CLOCK_ORIGIN": "2026-01-01T00:00:00Z"}


def test_settings_are_read() -> None:
    settings = Settings.from_environment({**GOOD, **CLOCK, "UNIONAID_CLOCK_RATE": "86400"})
    assert settings.database == "relief_ab12"
    assert settings.issuer == "http://127.0.0.1:8000"
    assert settings.urls == {"registry": "http://127.0.0.1:8002"}
    assert settings.clock_rate == 86_400


def test_everything_wrong_is_named_at_once_with_an_example_and_without_values() -> None:
    wrong = {
        **GOOD, "UNIONAID_DIVISION": "planted", "UNIONAID_HTTP_PORT": "planted", "UNIONAID_KAFKA": "planted",
        "UNIONAID_DATABASE_URL": "planted", "UNIONAID_URLS_RELIEF": "planted",
    }  # fmt: skip
    del wrong["UNIONAID_ISSUER"], wrong["UNIONAID_SECRETS_DIR"]
    wrong["UNIONAID_HTTP_HOST"] = ""
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_environment(wrong)
    lines = str(refused.value).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "UNIONAID_DATABASE_URL", "UNIONAID_KAFKA", "UNIONAID_DIVISION", "UNIONAID_HTTP_HOST", "UNIONAID_HTTP_PORT",
        "UNIONAID_ISSUER", "UNIONAID_SECRETS_DIR", "UNIONAID_URLS_RELIEF",
    ]  # fmt: skip
    assert all(f"Example: {line.partition(' ')[0]}=" in line for line in lines)
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize(
    "clock",
    [
        {"UNIONAID_CLOCK_START": CLOCK["UNIONAID_CLOCK_START"]},
        {"UNIONAID_CLOCK_RATE": "2"},
        {**CLOCK, "UNIONAID_CLOCK_RATE": "0"},
        {**CLOCK, "UNIONAID_CLOCK_RATE": "inf"},
        {**CLOCK, "UNIONAID_CLOCK_START": "2013-01-01T00:00:00"},
    ],
)
def test_half_a_clock_is_refused(clock: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused, match="UNIONAID_CLOCK"):
        Settings.from_environment({**GOOD, **clock})


async def _nothing_migrates(_: MigrationSettings) -> None:
    pytest.fail("it was to be refused before")


def _nothing_is_built(_: Settings) -> Parts:
    pytest.fail("it was to be refused before")


def test_what_is_missing_beside_what_does_not_go_together_is_named_too() -> None:
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_environment({**GOOD, "UNIONAID_KAFKA": "", "UNIONAID_CLOCK_RATE": "2"})
    assert [line.partition(" ")[0] for line in str(refused.value).splitlines()] == [
        "UNIONAID_KAFKA", "UNIONAID_CLOCK_START", "UNIONAID_CLOCK_ORIGIN",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("all", [
            "UNIONAID_DATABASE_URL", "UNIONAID_KAFKA", "UNIONAID_DIVISION", "UNIONAID_HTTP_HOST", "UNIONAID_HTTP_PORT",
            "UNIONAID_ISSUER",
        ]),
        ("migrate", ["UNIONAID_OWNER_DATABASE_URL"]),
        ("topic", ["UNIONAID_KAFKA", "UNIONAID_DIVISION"]),
        ("prepare", [
            "UNIONAID_OWNER_DATABASE_URL", "UNIONAID_SUPERUSER_DATABASE_URL", "UNIONAID_DATABASE_URL",
            "UNIONAID_KAFKA", "UNIONAID_DIVISION",
        ]),
    ],
)  # fmt: skip
def test_a_command_names_all_it_lacks_secrets_included(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
    missing: list[str],
) -> None:
    for name in [name for name in os.environ if name.startswith("UNIONAID_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UNIONAID_SECRETS_DIR", str(tmp_path))
    with pytest.raises(SystemExit) as left:
        run(Service("relief", _nothing_migrates, _nothing_is_built), [command])
    assert left.value.code == EXIT_CODE
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[0] for line in lines if line.startswith("UNIONAID_")] == missing
    assert all(" is missing. Example: " in line for line in lines[: len(missing)])
    secrets = [f"{tmp_path}/kek", f"{tmp_path}/hmac"] if command == "all" else []
    assert [line.partition(":")[0] for line in lines[len(missing) :]] == secrets


def test_the_url_of_a_service_that_is_called_is_needed_to_serve(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    service = Service("relief", _nothing_migrates, _nothing_is_built, neighbours=("registry", "supervision"))
    with pytest.raises(SystemExit) as left:
        run(service, ["serve"])
    assert left.value.code == EXIT_CODE
    said = capsys.readouterr().err
    assert "UNIONAID_URLS_SUPERVISION is missing. Example: UNIONAID_URLS_SUPERVISION=http://127.0.0.1:8001\n" in said
    assert "UNIONAID_URLS_REGISTRY" not in said


def test_migrate_needs_the_owner_s_login_alone(capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql://relief_owner:pw@localhost/relief_ab12"
    assert MigrationSettings.from_environment({"UNIONAID_OWNER_DATABASE_URL": url}).database == "relief_ab12"
    with pytest.raises(SystemExit) as left:
        settings_or_exit(MigrationSettings, {})
    assert left.value.code == EXIT_CODE == 2
    assert "UNIONAID_OWNER_DATABASE_URL is missing. Example: " in capsys.readouterr().err


def test_a_refused_migration_is_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def migrate(_: MigrationSettings) -> None:
        raise MigrationRefused("relief: 0001_views.sql has changed since it ran; write a new file instead")

    monkeypatch.setenv("UNIONAID_OWNER_DATABASE_URL", "postgresql://relief_owner:pw@localhost/relief_ab12")
    with pytest.raises(SystemExit) as left:
        run(Service("relief", migrate, build=lambda _: pytest.fail("nothing is built")), ["migrate"])
    assert left.value.code == EXIT_CODE
    assert capsys.readouterr().err == (
        "refused: relief: 0001_views.sql has changed since it ran; write a new file instead\n"
    )


def test_secrets_are_read_and_every_fault_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretsRefused, match=r"kek: No such file.*\n.*hmac: No such file"):
        Keys.read(tmp_path)
    for name in ("kek", "hmac"):
        (tmp_path / name).write_bytes(name[:1].encode() * 32)
        (tmp_path / name).chmod(0o600)
    keys = Keys.read(tmp_path)
    assert (keys.kek, keys.hmac) == (b"k" * 32, b"h" * 32)
    assert "kkk" not in repr(keys)
    (tmp_path / "kek").chmod(0o644)
    (tmp_path / "hmac").write_bytes(b"short")
    with pytest.raises(SecretsRefused, match=r"kek can be read by others.*\n.*hmac holds 5 bytes"):
        Keys.read(tmp_path)


class _Machine:
    simulated = False

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def business_date(self) -> date:
        return self._now.date()


def test_the_simulated_clock_starts_where_told_and_runs_at_its_rate() -> None:
    start, origin = datetime(2013, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    clock = SimulatedClock(start, origin, 3_600, _Machine(origin + timedelta(seconds=10)))
    assert clock.now() == start + timedelta(hours=10)
    assert clock.simulated


@pytest.mark.parametrize(("hour", "day"), [(15, 4), (16, 5)])
def test_business_dates_are_of_shanghai(hour: int, day: int) -> None:
    instant = datetime(2017, 1, 4, hour, tzinfo=UTC)
    clock = SimulatedClock(instant, instant, 1, _Machine(instant))
    assert clock.business_date() == date(2017, 1, day)


def test_the_clock_is_the_settings() -> None:
    assert isinstance(clock_of(Settings.from_environment(GOOD)), SystemClock)
    simulated = clock_of(Settings.from_environment({**GOOD, **CLOCK}))
    assert simulated.simulated
    assert simulated.now().tzinfo is UTC
    assert SystemClock().now().tzinfo is UTC


async def test_a_part_that_crashes_is_started_again_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "PART_RESTART_S_MIN", 0.001)
    starts, again, steady = 0, asyncio.Event(), asyncio.Event()
    seen = []

    async def work() -> None:
        nonlocal starts
        starts += 1
        seen.append((await part.check()).health)
        if starts < 3:
            raise RuntimeError("planted")
        steady.set()
        await again.wait()

    part = Part("relay", work)
    running = asyncio.create_task(part.keep_running())
    await steady.wait()
    assert starts == 3
    assert seen[0] is Health.OK
    assert await part.check() == OK
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_part_that_waits_for_its_restart_is_degraded() -> None:
    crashed = asyncio.Event()

    async def work() -> None:
        crashed.set()
        raise RuntimeError("planted")

    part = Part("relay", work)
    running = asyncio.create_task(part.keep_running())
    await crashed.wait()
    await asyncio.sleep(0)  # the part takes note before anything else can run
    finding = await part.check()
    running.cancel()
    assert finding.health is Health.DEGRADED
    assert "RuntimeError" in finding.reason
    assert "planted" not in finding.reason


@pytest.mark.parametrize(
    ("command", "expected"),
    [("all", {"views", "relay", "consumer"}), ("serve", {"views"}), ("relay", {"relay"}), ("consume", {"consumer"})],
)
async def test_each_command_runs_its_parts_and_ends_them_in_order(
    make_settings: Callable[..., Settings], command: str, expected: set[str]
) -> None:
    began: set[str] = set()
    ended: list[str] = []

    def work(name: str) -> Callable[[], object]:
        async def run() -> None:
            began.add(name)
            if began == expected:
                stop.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        return run

    stop = asyncio.Event()
    settings = make_settings("postgresql://nobody@127.0.0.1:1/x")
    locale = Path(__file__).parent / "locale"
    app = create_app("relief", settings, [], title="x", keys=Keys(b"k" * 32, b"h" * 32), locales=[locale], refusals=[])
    parts = Parts(app=app, beside={"views": work("views")}, relay=work("relay"), consumers={"c": work("consumer")})  # type: ignore[arg-type, dict-item]
    await run_parts(parts, command, settings, stop)
    assert began == expected
    assert ended == [name for name in ("views", "consumer", "relay") if name in expected]


PROGRAM = """
import asyncio, sys
from pathlib import Path
from typing import Annotated
from unionaid.service.access import require
from unionaid.service.app import create_app
from unionaid.service.main import Parts, Service, run
from unionaid.service.keys import Keys
from unionaid.service.roles import Actor, Role
from unionaid.service.health import OK

entered, left = asyncio.Event(), asyncio.Event()

def build(settings):
    async def slow():
        print("slow began", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        return OK

    async def crashes():
        raise RuntimeError("planted")

    keys = Keys(b"k" * 32, b"h" * 32)
    app = create_app("registry", settings, [], title="x", keys=keys, checks={"slow": slow}, refusals=[])
    return Parts(app=app, beside={"crashes": crashes})

async def migrate(settings):
    print("migrated", settings.database, flush=True)

run(Service("registry", migrate, build))
"""


async def _start(tmp_path: Path, *arguments: str, **changed: str) -> asyncio.subprocess.Process:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM), "utf-8")
    environment = {
        **os.environ, **GOOD, "UNIONAID_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
        "UNIONAID_HTTP_PORT": "0", "PYTHONPATH": os.pathsep.join(sys.path), **changed,
    }  # fmt: skip
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, str(program), *arguments, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    )


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        entry = json.loads(line)
        if entry["event"] == "serving":
            return int(entry["port"])
    raise AssertionError("it never served")


async def _refuses_connections(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except (ConnectionRefusedError, ConnectionResetError):  # reset: it stood in the queue when listening ended
            return
        writer.close()


async def test_sigterm_answers_what_is_under_way_and_then_ends(tmp_path: Path) -> None:
    process = await _start(tmp_path, "all")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    port = await _port(process)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert (await client.get("/healthz")).status_code == 200
        under_way = asyncio.create_task(client.get("/readyz"))
        assert await process.stdout.readline() == b"slow began\n"
        process.send_signal(signal.SIGTERM)
        await _refuses_connections(port)
        process.stdin.write(b"go on\n")
        answer = await under_way
    assert answer.status_code == 200
    assert answer.json()["checks"]["part crashes"]["health"] == "degraded"
    _, err = await process.communicate()
    assert process.returncode == 0
    assert b"planted" not in err
    crash = next(entry for entry in map(json.loads, err.splitlines()) if entry["event"] == "part crashed")
    assert (crash["part"], crash["error"]) == ("crashes", "RuntimeError")


async def test_wrong_settings_end_the_process_with_2(tmp_path: Path) -> None:
    process = await _start(tmp_path, "serve", UNIONAID_KAFKA="", UNIONAID_DIVISION="x")
    _, err = await process.communicate()
    assert process.returncode == EXIT_CODE
    assert err.decode().count("Example: ") == 2


async def test_a_taken_port_ends_the_process_with_2_and_says_so(tmp_path: Path) -> None:
    first = await _start(tmp_path, "serve")
    second = await _start(tmp_path, "serve", UNIONAID_HTTP_PORT=str(await _port(first)))
    _, err = await second.communicate()
    assert second.returncode == EXIT_CODE
    assert b"UNIONAID_HTTP_PORT: cannot listen there" in err
    first.send_signal(signal.SIGINT)
    await first.communicate()
    assert first.returncode == 0


async def test_migrate_runs_and_ends(tmp_path: Path) -> None:
    url = "postgresql://registry_owner@localhost/registry"
    process = await _start(tmp_path, "migrate", UNIONAID_OWNER_DATABASE_URL=url, UNIONAID_KAFKA="")
    out, _ = await process.communicate()
    assert (process.returncode, out) == (0, b"migrated registry\n")
