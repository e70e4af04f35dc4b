"""The embedded PostgreSQL after what may befall it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from unionaid.embedded.errors import StackError
from unionaid.embedded.postgres import EmbeddedPostgres
from unionaid.embedded.processes import gone

WAIT_S = 30


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    yield server
    server.remove()


def data_directory(server: EmbeddedPostgres) -> Path:
    place = server.home / "place"
    return (Path(place.read_text()) if place.exists() else server.home) / "data"


async def ask(server: EmbeddedPostgres, query: str) -> object:
    connection = await asyncpg.connect(server.superuser_dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_it_is_durable_checked_and_asks_for_passwords(server: EmbeddedPostgres) -> None:
    server.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert await ask(server, f"SHOW {setting}") == "on", setting
    assert await ask(server, "SELECT setting = '' FROM pg_settings WHERE name = 'unix_socket_directories'")
    assert (server.home / "password").stat().st_mode & 0o777 == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.superuser_dsn.replace("postgres:", "postgres:x"))


async def test_a_lock_of_a_killed_server_is_cleared_even_if_its_pid_lives_again(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    server.stop()
    (data_directory(server) / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n1\n")
    server.start()
    assert await ask(server, "SELECT 1") == 1


async def test_a_half_made_data_directory_is_made_again(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    data = data_directory(server)
    data.rename(data.with_name("data.new"))
    server.start()
    assert await ask(server, "SELECT 1") == 1


async def test_a_kept_port_in_use_is_given_up_and_that_is_said(
    server: EmbeddedPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()
    first = server.port
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first))
        other.listen()
        server.start()
    assert server.port != first
    assert f"port {first} of PostgreSQL is in use" in caplog.text


def test_a_fixed_port_in_use_is_an_error_with_a_way_on(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = EmbeddedPostgres(tmp_path / "postgres", port=other.getsockname()[1])
        with pytest.raises(StackError, match="is in use by another program"):
            server.start()
        server.remove()


def test_data_of_another_major_version_are_left_alone(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (data_directory(server) / "PG_VERSION").write_text("16\n")
    with pytest.raises(StackError, match="is of PostgreSQL 16"):
        server.start()


def test_what_a_killed_launcher_left_is_cleared_by_the_next_start(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    program = f"""
import time
from pathlib import Path
from unionaid.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path({str(home)!r}))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""
    launcher = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    left = psutil.Process(int(launcher.stdout.readline()))
    left.send_signal(signal.SIGSTOP)  # it cannot follow its launcher into death
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    left.send_signal(signal.SIGCONT)
    server = EmbeddedPostgres(home)
    server.start()
    try:
        assert gone(left, WAIT_S)
        assert server.pid != left.pid
    finally:
        server.remove()


async def test_two_servers_run_side_by_side(server: EmbeddedPostgres, tmp_path: Path) -> None:
    other = EmbeddedPostgres(tmp_path / "other", settings={"max_connections": "20"})
    server.start()
    other.start()
    try:
        assert await ask(server, "SHOW max_connections") == "100"
        assert await ask(other, "SHOW max_connections") == "20"
    finally:
        other.remove()


def test_a_full_disk_is_told_as_one(server: EmbeddedPostgres, tmp_path: Path) -> None:
    program = f"""
import resource
from pathlib import Path
from unionaid.embedded.postgres import EmbeddedPostgres
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
EmbeddedPostgres(Path({str(server.home)!r})).start()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "the disk is full, or a quota or file size limit is reached" in done.stderr
    server.start()  # with room again, it goes on
    assert server.is_alive


def test_remove_leaves_nothing(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    data = data_directory(server)
    server.remove()
    assert not server.home.exists()
    assert not data.exists()
    assert not data.parent.exists() or data.parent == tmp_path
