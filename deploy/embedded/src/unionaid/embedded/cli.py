"""The commands of `./unionaid`."""

import asyncio
import importlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.logging import RichHandler

from unionaid.embedded.clock import RATE_MAX, SimulatedClock
from unionaid.embedded.display import Display, Loading, show_error, table
from unionaid.embedded.errors import StackError, explained, is_disk_full, tail
from unionaid.embedded.home import checkout, stack_home
from unionaid.embedded.postgres import EmbeddedPostgres
from unionaid.embedded.processes import clear, gone
from unionaid.embedded.state import SERVICES, SERVING, PartStatus, RunningStack, Status, running

STOP_WAIT_S = 180
TEST_PROCESSES = 3
"""Processes of a whole run: one has the whole stacks, which often wait, and two cores have work meanwhile."""
_POLL_S = 0.1

console = Console(soft_wrap=False)
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # locals may hold passwords
    help="UnionAid on this machine: PostgreSQL, Kafka and the five services, all below .unionaid.",
    epilog="Start with [bold]./unionaid demo[/]. Examples: ./unionaid up --detach · ./unionaid status · "
    "./unionaid logs relief -f · ./unionaid test -k relay · ./unionaid down",
)

ClockOption = Annotated[
    datetime | None,
    typer.Option("--clock", formats=["%Y-%m-%d"], help="Start a simulated clock at this date (Shanghai)."),
]
RateOption = Annotated[
    float, typer.Option("--rate", min=0.001, max=RATE_MAX, help="Simulated seconds per second; with --clock.")
]


def main() -> None:
    """Run a command; a trouble of the machine ends as a message and a way on, exit code 1."""
    handler = RichHandler(console=console, show_time=False, show_level=False, show_path=False)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    for library in ("aiokafka", "httpx"):  # what they have to say, we say in our words
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        app(prog_name="./unionaid")
    except StackError as error:
        show_error(Console(stderr=True), error)
        sys.exit(1)
    except OSError as error:
        if not (is_disk_full(error) or isinstance(error, PermissionError)):
            raise
        show_error(Console(stderr=True), explained(error, stack_home()))
        sys.exit(1)


@app.command(epilog="Examples: ./unionaid up · ./unionaid up --detach · ./unionaid up --clock 2013-01-01 --rate 3600")
def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is ready; it runs on.")] = False,
    clock: ClockOption = None,
    rate: RateOption = 1.0,
) -> None:
    """Start everything. Without --detach it runs until Ctrl-C."""
    from unionaid.embedded.supervisor import Supervisor

    home = stack_home()
    _refuse_running(home)
    _set_up_kafka(home)
    simulated = SimulatedClock.from_midnight(clock.date(), rate) if clock else None
    if rate != 1.0 and clock is None:
        raise StackError("--rate goes with --clock.", "For example: ./unionaid up --clock 2013-01-01 --rate 60")
    if detach:
        _start_detached(home, clock, rate)
        _say_where(home)
        return
    _say_how_long(home)
    with Display(console) as display:

        def changed(status: Status) -> None:
            display.show(status)
            if status.phase == "ready":
                _say_where(home)
                console.print("Ctrl-C stops it.")

        asyncio.run(Supervisor(home, simulated, changed=changed).run())


@app.command()
def down() -> None:
    """Stop everything, in order. Data stay."""
    home = stack_home()
    pid = running(home)
    if pid is None:
        cleared = _clear_left_over(home)
        console.print("Stopped what a killed run had left behind." if cleared else "Nothing is running.")
        return
    process = psutil.Process(pid)
    known = Status.load(home)
    process.send_signal(signal.SIGTERM)
    with Display(console, known) as display:
        deadline = time.monotonic() + STOP_WAIT_S
        while not gone(process, _POLL_S):
            status = Status.load(home)
            if status is not None:
                display.show(status)
            if time.monotonic() > deadline:
                raise StackError(
                    f"The stack (process {pid}) has not stopped after {STOP_WAIT_S} s.",
                    "See why: ./unionaid logs supervisor",
                )
    console.print("Stopped.")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show how each part is, and why where one is not well. Exit code 0 if all do their work, else 1."""
    home = stack_home()
    found = _current_status(home)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        console.print(table(found))
        if found.clock:
            console.print(f"Simulated clock: {' '.join(found.clock.values())} (start, origin, rate)")
        if found.phase != "ready":
            said = " ".join(filter(None, (f"The stack is {found.phase}.", found.message, found.way_on)))
            console.print(said, markup=False, highlight=False, soft_wrap=True)
    if found.phase != "ready" or any(part.state not in SERVING for part in found.parts):
        raise typer.Exit(1)


@app.command()
def logs(
    service: Annotated[str, typer.Argument(help="A service, postgres, kafka, issuer, front or supervisor.")],
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is added.")] = False,
) -> None:
    """Print the log of one part."""
    home = stack_home()
    files = {name: home / "logs" / f"{name}.log" for name in (*SERVICES, "issuer", "front", "supervisor")}
    files["postgres"] = home / "postgres" / "server.log"
    files["kafka"] = home / "kafka" / "broker" / "server.log"
    if service not in files:
        raise StackError(f"There is no part named {service}.", f"One of: {', '.join(sorted(files))}")
    try:
        for chunk in _read(files[service], follow):
            sys.stdout.write(chunk)
            sys.stdout.flush()
    except FileNotFoundError:
        raise StackError(f"{service} has no log yet.", "Start the stack: ./unionaid up --detach") from None
    except KeyboardInterrupt:
        return


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop everything and delete all data, keys and logs of this stack. What set-up loaded stays."""
    from unionaid.embedded import kafka

    home = stack_home()
    if not yes and not typer.confirm(f"Delete all data in {home}?"):
        raise typer.Exit(1)
    if running(home) is not None:
        down()
    _clear_left_over(home)
    EmbeddedPostgres(home / "postgres").remove()
    kafka.EmbeddedKafka(home / "kafka" / "broker", kafka.Program([])).remove()
    for name in ("issuer", "secrets", "logs", "run", "stack.json", "status.json"):
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    console.print("All data are deleted.")


@app.command()
def token(
    role: Annotated[list[str], typer.Option("--role", help="A role; may be given several times.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Id of the union the roles hold for.")] = None,
    sub: Annotated[str | None, typer.Option("--sub", help="person-<uuid>; default: a new one.")] = None,
) -> None:
    """Print a token of the running stack's own issuer, for trying things out with curl."""
    from unionaid.embedded.issuer import Issuer

    home = stack_home()
    issuer = Issuer(home / "issuer", RunningStack.load(home).issuer)
    typer.echo(issuer.mint(sub or f"person-{uuid.uuid4()}", role, unit))


@app.command(
    epilog="Examples: ./unionaid demo · ./unionaid demo --exit --figures f.json · ./unionaid demo --scale 10 · "
    "./unionaid demo --against http://127.0.0.1:8080"
)
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Stop everything at the end.")] = False,
    figures: Annotated[Path | None, typer.Option(help="Write the figures to this file as JSON.")] = None,
    scale: Annotated[int, typer.Option(min=1, help="This many times the people.")] = 1,
    against: Annotated[
        str | None, typer.Option(help="Address of services that run elsewhere, such as containers.")
    ] = None,
    issuer: Annotated[Path, typer.Option(help="With --against: where the key of their issuer lies.")] = Path(
        "deploy/secrets/issuer"
    ),
) -> None:
    """Run the sample history through the services and compare its figures with the expected ones."""
    home = stack_home()
    run: Callable[..., int] = importlib.import_module("unionaid.embedded.demo").run
    client = importlib.import_module("unionaid.embedded.office_client").OfficeClient
    if against is not None:
        raise typer.Exit(run(client.behind(against, issuer), console=console, figures=figures, scale=scale))
    ours = running(home) is None
    if ours:
        _set_up_kafka(home)
        _start_detached(home, None, 1.0)
    try:
        code = run(client.of_stack(RunningStack.load(home)), console=console, figures=figures, scale=scale)
        if ours and not leave:
            _say_where(home)
            console.print("Ctrl-C stops it.")
            _wait_for_end(home)
    except KeyboardInterrupt:
        code = 0
    finally:
        if ours and running(home) is not None:
            down()
    raise typer.Exit(code)


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": ["--help"],
    },
    epilog="Examples: ./unionaid test · ./unionaid test shared/eventlog -k relay -x · ./unionaid test --all",
)
def test(context: typer.Context) -> None:
    """Run the tests; further arguments are pytest's. --all: fail where a test's tool is missing.

    All of them run in three processes where there are two cores; with arguments of pytest, in one.
    """
    root = _checkout()
    _set_up_kafka(stack_home())
    os.chdir(root)
    whole = {*context.args} <= {"--all"} and len(os.sched_getaffinity(0)) > 1
    beside = ["--numprocesses", str(TEST_PROCESSES), "--dist", "loadgroup", "--no-loadscope-reorder"] if whole else []
    command = [sys.executable, "-m", "pytest", *beside, *context.args]
    os.execv(sys.executable, command)  # noqa: S606  our interpreter


@app.command(epilog="Examples: ./unionaid bench · ./unionaid bench append latency --json rows.json")
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all without.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the rows to this file.")] = None,
) -> None:
    """Measure against the rivals and the goals of docs/reference/benchmarks.md.

    Against a rival: append, command, http, roster, eventsourcing, publish, rebuild, rebuild-usual, snapshot-held.

    Against a goal: latency, totals, memory, import, import-households, search, preview, likeness, reconcile, approvers.
    """
    _set_up_kafka(stack_home())
    sys.path.insert(0, str(_checkout() / "tests"))
    run: Callable[..., int] = importlib.import_module("benchmarks.run").run
    raise typer.Exit(run(names or [], json_file=json_file))


def _checkout() -> Path:
    root = checkout()
    if root is None:
        raise StackError("This command needs a checkout of the project.", "Run ./unionaid in one.")
    return root


def _set_up_kafka(home: Path) -> None:
    """Load Kafka's jars, with a bar where there is something to load."""
    from unionaid.embedded import kafka, maven

    if os.environ.get("UNIONAID_KAFKA"):
        return
    directory = home / "kafka"
    if not (directory / "jars").exists():
        console.print("Loading Apache Kafka, once: about half a minute.")
    with Loading(console, "Apache Kafka's jars") as loading:
        kafka.prepare(directory, maven.read_settings(os.environ, Path.home()), progress=loading.show)


def _refuse_running(home: Path) -> None:
    pid = running(home)
    if pid is not None:
        raise StackError(
            f"The stack in {home} runs already (process {pid}).",
            "See it: ./unionaid status    Stop it: ./unionaid down",
        )


def _say_how_long(home: Path) -> None:
    first = not (home / "postgres").exists()
    how_long = "about half a minute" if first else "about ten seconds"
    console.print(f"Starting PostgreSQL, Kafka and the services: {how_long}.", highlight=False)


def _start_detached(home: Path, clock: datetime | None, rate: float) -> None:
    """Start a supervisor of its own session and wait until all is ready. Raises StackError if it fails."""
    _say_how_long(home)
    log = home / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    (home / "status.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "unionaid.embedded", "up", "--rate", str(rate)]
    command += ["--clock", f"{clock:%Y-%m-%d}"] if clock else []
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  our own interpreter
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=home
        )
    with Display(console) as display:
        try:
            _follow_start(home, process, display)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGTERM)
            process.wait()
            raise typer.Exit(130) from None
    status = Status.load(home)
    if status is None or status.phase != "ready":
        process.wait()
        raise _why_not_started(home, log)


def _follow_start(home: Path, process: "subprocess.Popen[bytes]", display: Display) -> None:
    while process.poll() is None:
        status = Status.load(home)
        if status is not None:
            display.show(status)
            if status.phase in ("ready", "failed"):
                return
        time.sleep(_POLL_S)


def _why_not_started(home: Path, log: Path) -> StackError:
    status = Status.load(home)
    if status is not None and status.message:
        return StackError(status.message, status.way_on)
    return StackError("\n".join(tail(log).splitlines()[-5:]), f"The whole log: {log}")


def _say_where(home: Path) -> None:
    stack = RunningStack.load(home)
    console.print(
        f"{'screens':12} {stack.front}  in a browser; sign in by choosing a role and a union", highlight=False
    )
    for name, url in stack.services.items():
        console.print(f"{name:12} {url}", highlight=False)
    console.print(f"All addresses: {home / 'stack.json'}", highlight=False, soft_wrap=True)


def _wait_for_end(home: Path) -> None:
    while running(home) is not None:
        time.sleep(_POLL_S)


def _clear_left_over(home: Path) -> bool:
    """Stop processes of a killed supervisor; those of PostgreSQL and Kafka by their own way of stopping."""
    first = {home / "postgres" / "process.json": signal.SIGINT}
    records = [*(home / "run").glob("*.json"), home / "kafka" / "broker" / "process.json", *first]
    cleared = [clear(record, first.get(record, signal.SIGTERM)) for record in records]
    (home / "stack.json").unlink(missing_ok=True)
    return any(cleared)


def _current_status(home: Path) -> Status:
    """As the supervisor told it last, with readiness asked now."""
    import httpx

    from unionaid.embedded.readiness import readiness

    found = Status.load(home)
    if found is None:
        return Status("stopped", message="It was never started.", way_on="Start it: ./unionaid up --detach")
    if running(home) is None:
        if found.phase != "failed":
            found = replace(found, phase="stopped", message="", way_on="Start it: ./unionaid up --detach")
        found.parts = [PartStatus(part.name, "stopped") for part in found.parts]
        return found

    async def ask() -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            asked = [part for part in found.parts if part.address.startswith("http")]
            answers = await asyncio.gather(*(readiness(client, part.address, part.name) for part in asked))
            for part, (state, reason) in zip(asked, answers, strict=True):
                if part.state in (*SERVING, "starting"):
                    part.state, part.reason = state, reason

    asyncio.run(ask())
    return found


def _read(path: Path, follow: bool) -> Iterator[str]:
    with path.open(errors="replace") as file:
        while True:
            chunk = file.read()
            if chunk:
                yield chunk
            elif not follow:
                return
            else:
                time.sleep(_POLL_S)
