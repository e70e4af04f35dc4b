"""What the demo prints, on a narrow page, where there is no terminal, and when a service refuses."""

import io

import httpx
import pytest
from rich.cells import cell_len
from rich.console import Console

from unionaid.embedded.demo import show, steps
from unionaid.embedded.office_client import refusal_of

SHA256 = "9e498efb4d77aaf165c76ab344d3b898354a72ae9d0cf8309e924c278590020f"
EVENT = "01a208c6-968a-7b3c-8d4e-5f60718293a4"
CITES = {
    "events": 4_116,
    "sha256": SHA256,
    "vector": {"unionaid.640302.registry": 8_340, "unionaid.640302.relief": 19_132},
    "query": "relief?from=2017-01-01&kind=WINTER_WARMTH&to=2017-12-31",
    "policy_versions": ["winter-warmth-2017.1"],
}
COMPUTED = {
    "winter-warmth-people": {"value": 4_116, "events": 4_116, "cites": CITES},
    "winter-warmth-paid": {"value": 199_700_000, "events": 4_116, "cites": CITES},
}
EVENTS = [
    {
        "index": 12_358,
        "event_id": EVENT,
        "occurred_on": "2017-01-09",
        "logtime": "2026-11-23T14:00:00.000000Z",
        "person_id": "7994edb9-0000-4000-8000-000000000000",
        "amount_fen": 30_000,
    }
]


def page(width: int = 80) -> Console:
    return Console(width=width, file=io.StringIO())


def printed(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 200])
def test_what_is_copied_is_never_broken(width: int) -> None:
    console = page(width)
    assert show(console, COMPUTED, EVENTS, 1) == 0
    lines = printed(console)
    for whole in (SHA256, EVENT, "unionaid.640302.registry@8340, unionaid.640302.relief@19132", CITES["query"]):
        assert any(str(whole) in line for line in lines), whole
    assert ["12358", EVENT, "2017-01-09", "2026-11-23", "300.00", "元"] in [line.split() for line in lines]


def test_the_figures_line_up_with_chinese() -> None:
    console = page()
    show(console, COMPUTED, EVENTS, 1)
    table = [line for line in printed(console) if line.startswith(("┏", "┃", "┡", "│", "└"))]
    assert len(table) == 1 + 1 + 1 + 4 + 1
    assert {cell_len(line) for line in table} == {cell_len(table[0])}
    assert cell_len(table[0]) <= 80


def test_a_figure_that_differs_is_marked_and_ends_with_one() -> None:
    console = page()
    wrong = {"winter-warmth-people": {**COMPUTED["winter-warmth-people"], "value": 4_115}}
    assert show(console, wrong, EVENTS, 1) == 1
    assert any("4,116 │    4,115" in line and "✗" in line for line in printed(console))


def test_without_a_terminal_a_step_tells_each_quarter() -> None:
    console = page()
    with steps(console) as step:
        with step("People registered", 1_000) as advance:
            for _ in range(100):
                advance(10)
        with step("Figures counted", None):
            pass
    told = printed(console)
    assert told[:4] == [f"People registered: {n} of 1,000" for n in ("250", "500", "750", "1,000")]
    assert [line.partition(" in ")[0] for line in told[4:]] == ["People registered: done", "Figures counted: done"]


def test_a_refusal_is_told_once_and_its_faults_with_it() -> None:
    detail = "There can be only one."
    one = {"detail": detail, "errors": [{"field": "level", "reason": detail}]}
    assert refusal_of(httpx.Response(409, json=one)) == detail
    two = {"detail": "Refused.", "errors": [{"field": "name", "reason": "Required."}]}
    assert refusal_of(httpx.Response(422, json=two)) == "Refused. name: Required."
    assert refusal_of(httpx.Response(404, json={"title": "Nothing here"})) == "Nothing here"
    assert refusal_of(httpx.Response(502, text="oops")) == "502 oops"
