"""What the documentation says of files, tests and commands is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from unionaid.embedded.cli import app
from unionaid.testkit.checkout import ROOT, tracked

PAGES = sorted(path for path in tracked() if path.suffix == ".md" and "third_party" not in path.parts)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`")
NAMED_TEST = re.compile(r"\btest_\w+\b(?!\.py)")
DEFINED_TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
COMMAND = re.compile(r"\./unionaid ([a-z]+)((?:(?!\./unionaid)[^`\n#·|)\"])*)")
OPTION = re.compile(r"(?<!\S)--?[a-z][a-z-]*")
# In parts, for another test looks for the whole words in this file too.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("maven", "org"), ("docker", "io"))]
FORBIDDEN = re.compile(
    "|".join(map(re.escape, HOSTS)) + r"|(?<![\w.])/(?:" + "wo" + r"rk|ro" + r"ot|home/\w+|Users/\w+)/|(?<!/var)/tmp/"
    r"|\b(?:TODO|FIXME|world-class|cutting-edge|seamless|blazing)\b"
)


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(text: str) -> set[str]:
    """The anchors a code host makes of headings."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(FENCED.sub("", text)))
    return {heading.strip().replace(" ", "-") for heading in kept}


@cache
def defined_tests() -> frozenset[str]:
    files = (path for path in tracked() if path.name.startswith("test_") and path.suffix == ".py")
    return frozenset(name for path in files for name in DEFINED_TEST.findall(path.read_text("utf-8")))


def commands_of(page: Path) -> Iterator[tuple[str, list[str]]]:
    """The `./unionaid` commands of code blocks and code spans, each with its options."""
    text = page.read_text("utf-8")
    code = [*FENCED.findall(text), *SPAN.findall(FENCED.sub("", text))]
    for part in code:
        for name, rest in COMMAND.findall(part):
            yield name, OPTION.findall(rest)


def test_the_pages_are_found() -> None:
    assert {ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "docs/invariants.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(SPAN.sub("", FENCED.sub("", page.read_text("utf-8")))):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (page.parent / file).resolve() if file else page
        if not linked.exists() or (anchor and anchor not in anchors(linked.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_named_tests_exist(page: Path) -> None:
    named = {name for span in SPAN.findall(page.read_text("utf-8")) for name in NAMED_TEST.findall(span)}
    assert sorted(named - defined_tests()) == []


def test_every_invariant_names_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)$", (ROOT / "docs/invariants.md").read_text("utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert [number for number, row in rows if not NAMED_TEST.search(row)] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_exist(page: Path) -> None:
    known = typer.main.get_command(app)
    assert hasattr(known, "commands")
    unknown = []
    for name, options in commands_of(page):
        command = known.commands.get(name)
        own = {"--help"} if command is None else {o for p in command.params for o in p.opts} | {"--help"}
        # `test` hands what it does not know to pytest.
        if command is None or (name != "test" and not set(options) <= own):
            unknown.append(f"{name} {' '.join(options)}")
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_page_names_a_registry_a_machine_or_a_wish(page: Path) -> None:
    assert [hit[0] for hit in FORBIDDEN.finditer(page.read_text("utf-8"))] == []


def test_the_patterns_bite() -> None:
    assert NAMED_TEST.findall("tests/test_x.py::test_y") == ["test_y"]
    assert LINK.findall("see [a](b.md#c) and ![d](e.svg)") == ["b.md#c", "e.svg"]
    assert anchors("# Who may do what\n## The log, `x`\n") == {"who-may-do-what", "the-log-x"}
    for wrong in (HOSTS[0], "/" + "work/main", "/" + "tmp/x", "TODO"):
        assert FORBIDDEN.search(f"see {wrong} there"), wrong
    assert not FORBIDDEN.search("/var/" + "tmp/unionaid-<hash>, /workers/{id}")
    assert COMMAND.findall("./unionaid demo. Or: ./unionaid up --detach | x -r") == [
        ("demo", ". Or: "),
        ("up", " --detach "),
    ]
