"""Children die with their launcher; a pid that now belongs to somebody else is left alone."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from unionaid.embedded.processes import clear, gone, recorded, spawn, write_record

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
WAIT_S = 20


def test_a_recorded_child_is_found_and_cleared(tmp_path: Path) -> None:
    child = spawn(SLEEP, record=tmp_path / "record", log=tmp_path / "log")
    found = recorded(tmp_path / "record")
    assert found is not None
    assert found.pid == child.pid
    assert clear(tmp_path / "record", signal.SIGTERM)
    assert not child.is_alive
    assert recorded(tmp_path / "record") is None


def test_a_pid_that_now_belongs_to_another_process_is_not_signalled(tmp_path: Path) -> None:
    bystander = subprocess.Popen(SLEEP)
    record = tmp_path / "record"
    started = psutil.Process(bystander.pid).create_time()
    record.write_text(json.dumps({"pid": bystander.pid, "start_time": started - 60}))
    try:
        assert not clear(record, signal.SIGKILL)
        assert bystander.poll() is None
        assert not record.exists()
    finally:
        bystander.kill()
        bystander.wait()


def test_a_half_written_record_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "record").write_text('{"pid": 1')
    assert recorded(tmp_path / "record") is None


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = spawn([sys.executable, "-c", stubborn], record=tmp_path / "record", log=tmp_path / "log")
    while "deaf" not in (tmp_path / "log").read_text():
        assert child.is_alive
    assert child.stop(signal.SIGTERM, wait_s=0.2) == -signal.SIGKILL


def test_children_die_when_their_launcher_is_killed(tmp_path: Path) -> None:
    program = f"""
import time
from pathlib import Path
from unionaid.embedded.processes import spawn
print(spawn({SLEEP!r}, record=Path({str(tmp_path / "record")!r}), log=Path({str(tmp_path / "log")!r})).pid, flush=True)
time.sleep(600)
"""
    launcher = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    child = psutil.Process(int(launcher.stdout.readline()))
    assert recorded(tmp_path / "record") is not None
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    assert gone(child, WAIT_S)


def test_our_own_process_is_recorded_with_its_start_time(tmp_path: Path) -> None:
    write_record(tmp_path / "record", os.getpid())
    found = recorded(tmp_path / "record")
    assert found is not None
    assert found.pid == os.getpid()
