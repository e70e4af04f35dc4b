"""Every service has the same file names, and each name holds what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unionaid.testkit.checkout import ROOT, SERVICES, imports, parsed, sources

CARD = ["Decides", "Publishes", "Listens", "Serves", "Tables"]
each_service = pytest.mark.parametrize("service", SERVICES)


def package(service: str) -> Path:
    return ROOT / "services" / service / "src" / "unionaid" / service


def importing(service: str, *wanted: str) -> set[str]:
    """Modules of a service that import one of these names; of a room with several modules, the room."""
    return {
        path.relative_to(package(service)).parts[0].removesuffix(".py")
        for path in sources(package(service))
        if any(named.name in wanted for named in imports(parsed(path)))
    }


def room(service: str, name: str) -> bool:
    """Whether there is a module, or a package of modules, of this name."""
    return (package(service) / f"{name}.py").is_file() or (package(service) / name / "__init__.py").is_file()


@each_service
def test_a_service_begins_in_main(service: str) -> None:
    for name in ("__init__.py", "main.py", "py.typed"):
        assert (package(service) / name).is_file(), name
    assert (ROOT / "services" / service / "pyproject.toml").is_file()
    assert list((ROOT / "services" / service / "tests").glob("test_*.py")) != []


@each_service
def test_routes_are_in_http_and_pages(service: str) -> None:
    assert importing(service, "unionaid.service.routes.Router") <= {"http", "pages"}


@each_service
def test_application_is_the_only_writer(service: str) -> None:
    writes = ("unionaid.service.deciding.carry_out", "unionaid.eventlog.append", "unionaid.eventlog.store.append")
    assert importing(service, *writes) <= {"application"}


@each_service
def test_other_services_are_heard_in_subscriptions(service: str) -> None:
    hears = ("unionaid.eventlog.subscribe", "unionaid.eventlog.watch", "faststream.kafka.KafkaBroker")
    assert importing(service, *hears) <= {"subscriptions"}


@each_service
def test_who_decides_has_facts_rules_and_refusals(service: str) -> None:
    if not room(service, "application"):
        return
    assert importing(service, "unionaid.service.deciding.carry_out") == {"application"}
    assert room(service, "http")
    domain = package(service) / "domain"
    assert (domain / "refusals.py").is_file()
    aggregates = [path for path in domain.iterdir() if path.is_dir() and (path / "rules.py").exists()]
    assert aggregates != []
    assert [path.name for path in aggregates if not (path / "facts.py").is_file()] == []


@each_service
def test_the_rooms_card_says_what_it_does(service: str) -> None:
    card = (ROOT / "services" / service / "README.md").read_text("utf-8")
    headings = [heading for heading in re.findall(r"^## (.+)$", card, re.MULTILINE) if heading in CARD]
    assert headings == CARD
