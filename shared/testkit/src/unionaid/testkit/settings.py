"""`python -m unionaid.testkit.settings`: write docs/reference/settings.md from the services' settings classes.

With `--check` nothing is written; the exit code is 1 if the page is not as generated.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from unionaid.embedded.state import SERVICES
from unionaid.service.commands import COMMANDS
from unionaid.service.settings import (
    URLS,
    Environment,
    Kind,
    MigrationSettings,
    ProvisionSettings,
    Settings,
    TopicSettings,
    variable,
)
from unionaid.testkit.checkout import ROOT

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from unionaid.service.main import Service

REFERENCE = Path("docs/reference/settings.md")
HEADINGS: Mapping[type[Environment], str] = {
    Settings: "A running service",
    ProvisionSettings: "Making a database",
    MigrationSettings: "Changing tables",
    TopicSettings: "Making a topic",
}
_BEFORE = """# Settings

Written from the settings classes of the five services by `python -m unionaid.testkit.settings`; a test fails when it is
not as generated.

A service reads its settings from the environment. An empty variable is one that is not set. Everything missing or wrong
is named at once, with an example and without the value, and the process ends with code 2. Secrets stand in files, never
in the environment, but for the passwords in database URLs.
"""
_AFTER = """
## What goes together

Simulated clock: start and origin are set together or not at all; a rate needs both. Simulated now = start + (machine's
now − origin) × rate. The machine's clock remains the one of leases, time-outs and tokens.

Roles are named after the database: `relief_owner`, `relief_app`, `relief_vault`, `relief_auditor`. `provision` gives
them the passwords that stand in the URLs, and refuses URLs that name another role or database.

`kek` wraps the key of each person in the vault. `hmac` keys blind indexes and command ids. A lost `kek` cannot be
replaced: identities under it are gone. A changed `hmac` finds nobody and recognises no repeated command.

## Who waits for what

A process whose database is not up, not made or not migrated yet waits for `UNIONAID_WAIT_S`, says so in its log, and
ends with code 3. So do `topic`, `relay` and `consume` where Kafka is not up. `serve` and `all` do not wait for Kafka,
for a service's own work goes on without it: they say so in `/readyz`. A server older than PostgreSQL 17, and a schema
newer than the program, are refused at once with code 2.

Variables of `./unionaid`, of the tests and of `python -m unionaid.eventlog`: [commands](cli.md#variables).
"""


def page() -> str:
    """Return the text of the reference."""
    return _BEFORE + "".join(_section(model, heading) for model, heading in HEADINGS.items()) + _AFTER


def _section(model: type[Environment], heading: str) -> str:
    commands = ", ".join(f"`{name}`" for name, command in COMMANDS.items() if model in command.needs)
    fields = dict(model.model_fields)
    urls, patience = fields.pop("urls", None), fields.pop("wait_s")
    rows = [_row(variable(name), field) for name, field in fields.items()]
    if urls is not None:
        rows += _neighbours(urls)
    rows.append(_row(variable("wait_s"), patience))
    head = "| variable | type | default | meaning | example | services |\n|---|---|---|---|---|---|\n"
    return f"\n## {heading}\n\nFor {commands}.\n\n{head}{''.join(rows)}"


def _neighbours(urls: FieldInfo) -> Iterator[str]:
    services: Sequence[Service] = [import_module(f"unionaid.{name}.main").SERVICE for name in SERVICES]
    calling = " and ".join(f"`{name}`" for name, command in COMMANDS.items() if command.calls)
    for called in SERVICES:
        callers = [service.name for service in services if called in service.neighbours]
        if callers:
            meaning = f"{urls.description}; needed by {calling}"
            example, kind = (urls.examples or [""])[0], _kind(get_args(urls.annotation)[1])
            yield _cells(f"`{URLS}{called.upper()}`", kind, "needed", meaning, f"`{example}`", ", ".join(callers))


def _row(name: str, field: FieldInfo) -> str:
    default = "needed" if field.is_required() else "–" if field.default is None else f"`{_plain(field.default)}`"
    kind = next((each.text for each in field.metadata if isinstance(each, Kind)), None) or _kind(field.annotation)
    bounds = _bounds(field.metadata)
    meaning, example = field.description or "", (field.examples or [""])[0]
    return _cells(f"`{name}`", f"{kind}{bounds}", default, meaning, f"`{example}`", "all")


def _kind(annotation: Any) -> str:
    """Say in words what a value of this type is."""
    for each in getattr(annotation, "__metadata__", ()):
        if isinstance(each, Kind):
            return each.text
    inner = [each for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) is Literal:
        return " or ".join(map(str, inner))
    if inner:
        return _kind(inner[0])
    return {str: "text", int: "whole number", float: "number"}[annotation]


def _bounds(metadata: Iterable[Any]) -> str:
    """Say between which numbers a value lies, if it is a number."""
    said = []
    for bound, words in (("ge", "at least"), ("gt", "above"), ("le", "at most")):
        said += [f", {words} {_plain(getattr(each, bound))}" for each in metadata if hasattr(each, bound)]
    return "".join(said)


def _plain(value: object) -> str:
    return f"{int(value):,}" if isinstance(value, int | float) and value == int(value) else str(value)


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def main(arguments: Sequence[str] | None = None, *, checkout: Path = ROOT) -> int:
    """Write the page, or check it. Exit code: 0, or 1 with `--check` and another text."""
    parser = argparse.ArgumentParser(prog="python -m unionaid.testkit.settings", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, report what differs")
    path = checkout / REFERENCE
    if not parser.parse_args(arguments).check:
        path.write_text(page(), "utf-8")
    if path.read_text("utf-8") == page():
        return 0
    print(f"{REFERENCE}: not as generated", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
