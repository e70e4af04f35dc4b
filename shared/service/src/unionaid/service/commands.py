"""The commands of a service: what each does, and which settings it needs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unionaid.service.keys import Keys, SecretsRefused
from unionaid.service.settings import (
    Environment,
    MigrationSettings,
    ProvisionSettings,
    Settings,
    SettingsRefused,
    TopicSettings,
    exit_with,
    variable,
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `does` for its reader, `needs` settings; `calls` other services where the service does."""

    does: str
    needs: Sequence[type[Environment]]
    calls: bool = False


COMMANDS: Mapping[str, Command] = {
    "provision": Command("make the database and its roles, as a superuser of the server", [ProvisionSettings]),
    "migrate": Command("bring the database up to date, as its owner", [MigrationSettings]),
    "topic": Command("make the service's topic, its log", [TopicSettings]),
    "prepare": Command("provision, migrate and topic, one after the other", [ProvisionSettings, TopicSettings]),
    "serve": Command("answer HTTP, and keep the service's own views", [Settings], calls=True),
    "relay": Command("number and publish events; of several one leads, the others wait", [Settings]),
    "consume": Command("read other services' topics; of several one drives, the others wait", [Settings]),
    "all": Command("serve, relay and consume in one process", [Settings], calls=True),
    "reservations": Command(
        "compare reservations with what the events imply, as JSON; exit code 1 if they differ", [MigrationSettings]
    ),
    "rebuild": Command(
        "fill what is fed from topics anew, beside the live tables; it goes live if it agrees",
        [Settings, MigrationSettings],
    ),
    "parked": Command("list events that could not be applied, as JSON Lines", [Settings]),
    "sweep": Command(
        "after an erasure: write the tables of identity anew and replace the write-ahead log, as the owner",
        [MigrationSettings],
    ),
}
_EXAMPLES = """examples:
  python -m unionaid.{name}.main prepare      once, and again with each new version of the program
  python -m unionaid.{name}.main all
  python -m unionaid.{name}.main reservations --rebuild   after a restore, with the service stopped
  python -m unionaid.{name}.main parked --retry           after what stood in the way was mended
  python -m unionaid.{name}.main sweep                    after the erasures of a day

Settings come from the environment: docs/reference/settings.md."""


def parser(name: str) -> argparse.ArgumentParser:
    """Return the command line of the service `name`."""
    made = argparse.ArgumentParser(
        prog=f"python -m unionaid.{name}.main",
        epilog=_EXAMPLES.format(name=name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    chosen = made.add_subparsers(dest="command", required=True, metavar="command")
    parsers = {name: chosen.add_parser(name, help=each.does, description=each.does) for name, each in COMMANDS.items()}
    parsers["reservations"].add_argument("--rebuild", action="store_true", help="make them what the events imply")
    parsers["rebuild"].add_argument(
        "--replace-disagreeing", action="store_true", help="go live even where the live tables say otherwise"
    )
    parsers["parked"].add_argument("--retry", action="store_true", help="apply them again first, in index order")
    return made


def refuse_wrong_settings(command: Command, environ: Mapping[str, str], neighbours: Sequence[str]) -> None:
    """Leave with `EXIT_CODE` unless all that the command needs is there and right, after naming every fault.

    `neighbours`: the other services that this one calls.
    """
    faults: list[str] = []
    for model in command.needs:
        try:
            settings = model.from_environment(environ)
        except SettingsRefused as refused:
            faults += refused.faults
        else:
            if command.calls and isinstance(settings, Settings):
                faults += settings.lacking(neighbours)
    if faults and Settings in command.needs:
        faults += _of_secrets(environ)
    if faults:
        exit_with("\n".join(dict.fromkeys(faults)))


def _of_secrets(environ: Mapping[str, str]) -> Sequence[str]:
    directory = environ.get(variable("secrets_dir"))
    try:
        Keys.read(Path(directory or "."))
    except SecretsRefused as refused:
        return str(refused).splitlines() if directory else ()
    return ()
