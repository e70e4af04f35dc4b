"""Small parts of the stack: the clock, the issuer, the supervisor's lock, readiness, the state files."""

import io
import subprocess
import sys
import types
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, KeySetSerialization
from rich.cells import cell_len
from rich.console import Console

from unionaid.embedded import migrated, ports
from unionaid.embedded.clock import SimulatedClock, refuse_going_back
from unionaid.embedded.display import table
from unionaid.embedded.errors import StackError
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.only_one import only_one
from unionaid.embedded.readiness import readiness
from unionaid.embedded.state import PartStatus, RunningStack, Status


def test_a_clock_may_not_start_before_the_end_of_a_log() -> None:
    clock = SimulatedClock.from_midnight(date(2013, 1, 1), 60)
    ends = {"relief": datetime(2013, 1, 2, tzinfo=UTC), "registry": datetime(2012, 1, 1, tzinfo=UTC)}
    with pytest.raises(StackError, match="The log of relief ends at 2013-01-02 08:00") as caught:
        refuse_going_back(clock, ends)
    assert "--clock 2013-01-03" in caught.value.way_on


def test_a_clock_may_start_after_the_end_of_all_logs() -> None:
    refuse_going_back(SimulatedClock.from_midnight(date(2013, 1, 3), 60), {"relief": datetime(2013, 1, 2, tzinfo=UTC)})
    refuse_going_back(SimulatedClock.from_midnight(date(2013, 1, 3), 60), {})


def test_the_machines_clock_may_not_start_before_a_simulated_future() -> None:
    with pytest.raises(StackError, match="time cannot start before that"):
        refuse_going_back(None, {"relief": datetime.now(UTC) + timedelta(days=400)})


def test_a_day_of_the_simulated_clock_begins_in_shanghai() -> None:
    clock = SimulatedClock.from_midnight(date(2013, 1, 1), 1)
    assert clock.environment()["UNIONAID_CLOCK_START"] == "2013-01-01T00:00:00+08:00"


def published(issuer: Issuer, **changed: str) -> KeySet:
    content: KeySetSerialization = {"keys": [{**issuer.jwks()["keys"][0], **changed}]}
    return KeySet.import_key_set(content)


def test_tokens_are_verified_by_the_published_key_and_by_no_other(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path / "issuer", "http://127.0.0.1:1")
    token = issuer.mint("person-1", ["officer"], "unit-1")
    again = Issuer(tmp_path / "issuer", "http://127.0.0.1:1")
    claims = jwt.decode(token, published(again), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["unit"]) == ("http://127.0.0.1:1", "unionaid", "unit-1")
    assert claims["exp"] - claims["iat"] == timedelta(hours=8).total_seconds()
    forged = published(Issuer(tmp_path / "other", "http://127.0.0.1:1"), kid=again.jwks()["keys"][0]["kid"])
    with pytest.raises(BadSignatureError):
        jwt.decode(token, forged, algorithms=["ES256"])


async def test_the_issuer_publishes_only_the_public_half(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path / "issuer", "http://127.0.0.1:1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(issuer), base_url="http://x") as client:
        keys = (await client.get("/jwks.json")).json()["keys"]
        discovered = (await client.get("/.well-known/openid-configuration")).json()
        assert (await client.get("/es256.json")).status_code == 404
    assert "d" not in keys[0]
    assert discovered["jwks_uri"] == "http://127.0.0.1:1/jwks.json"
    assert (tmp_path / "issuer" / "es256.json").stat().st_mode & 0o777 == 0o600


def test_a_second_supervisor_is_refused_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    program = f"""
import time
from pathlib import Path
from unionaid.embedded.only_one import only_one
with only_one(Path({str(tmp_path)!r})):
    print("held", flush=True)
    time.sleep(600)
"""
    first = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(StackError, match=f"runs already \\(process {first.pid}\\)"), only_one(tmp_path):
        pass
    first.kill()
    first.wait()
    first.stdout.close()
    with only_one(tmp_path):
        pass


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"service": "relief"}, ("ready", "")),
        (200, {"service": "issuer"}, ("not ready", "another program answers at http://x")),
        (200, [], ("not ready", "another program answers at http://x")),
        (
            200,
            {"service": "relief", "checks": {"relay": {"health": "ok", "reason": "0 behind"}}},
            ("ready", ""),
        ),
        (
            200,
            {"service": "relief", "checks": {"views": {"health": "degraded", "reason": "2 s behind"}}},
            ("degraded", "views: 2 s behind"),
        ),
        (200, {"service": "relief", "checks": {"views": {"health": "degraded"}}}, ("degraded", "views")),
        (
            503,
            {"checks": {"database": {"health": "ok"}, "relay": {"health": "failed", "reason": "ahead"}}},
            ("not ready", "relay: ahead"),
        ),
        (500, "oops", ("not ready", "HTTP 500")),
    ],
)
async def test_the_reasons_of_a_service_that_is_not_well_are_told(
    status: int, body: object, expected: tuple[str, str]
) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    async with httpx.AsyncClient(transport=answer) as client:
        assert await readiness(client, "http://x", "relief") == expected


def test_state_files_are_private_and_read_back(tmp_path: Path) -> None:
    stack = RunningStack("640302", "http://f", {"relief": "http://x"}, "http://i", "k:1", {}, {}, str(tmp_path))
    stack.save(tmp_path)
    assert RunningStack.load(tmp_path) == stack
    assert (tmp_path / "stack.json").stat().st_mode & 0o777 == 0o600
    status = Status("ready", [PartStatus("关系", "ready", 1)])
    status.save(tmp_path)
    assert Status.load(tmp_path) == status


def test_no_stack_is_a_message_with_a_way_on(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="does not run") as caught:
        RunningStack.load(tmp_path)
    assert "./unionaid up" in caught.value.way_on


def test_the_table_lines_up_with_chinese_and_shows_brackets_as_they_are() -> None:
    console = Console(width=120, file=io.StringIO())
    parts = [PartStatus("relief", "ready", 1, "http://x", "kept"), PartStatus("关系", "ready", 1, "[b]", "kept")]
    console.print(table(Status("ready", [*parts, PartStatus("x", reason="type Pool[int]")])))
    assert isinstance(console.file, io.StringIO)
    _, first, second, third = console.file.getvalue().splitlines()
    assert cell_len(first[: first.index("kept")]) == cell_len(second[: second.index("kept")])
    assert "[b]" in second
    assert "Pool[int]" in third


def test_a_port_is_given_once_while_its_server_does_not_listen_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "_FIRST", 31_990)
    given = [ports.keep(tmp_path / f"{n}.port", None, f"server {n}") for n in range(5)]
    assert len(set(given)) == len(given)
    assert ports.keep(tmp_path / "0.port", None, "server 0, started again") == given[0]
    (tmp_path / "new.port").write_text(str(given[0]))
    assert ports.keep(tmp_path / "new.port", None, "a server whose note says the same") not in given


def test_who_migrated_is_known_until_the_program_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.SimpleNamespace(__path__=[str(tmp_path / "src" / "unionaid")])
    (tmp_path / "src" / "unionaid").mkdir(parents=True)
    (tmp_path / "src" / "unionaid" / "facts.py").touch()
    monkeypatch.setitem(sys.modules, "unionaid", package)
    first, note = migrated.program(), migrated.Note(tmp_path)
    assert not note.says(first)
    note.write(first)
    assert note.says(migrated.program())
    (tmp_path / "src" / "unionaid" / "rules.py").touch()
    second = migrated.program()
    assert not note.says(second)
    note.write(second)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.sql").touch()
    assert not note.says(migrated.program()), "in a checkout migrations lie beside the sources"
    note.clear()
    assert not note.says(first)
