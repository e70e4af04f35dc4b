"""Every row still runs and its result is right, in sizes too small to say anything about speed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from unionaid.embedded.cli import bench
from unionaid.testkit.stack import Kafka, Postgres

from .appending import open_append
from .contest import Contest, Line, Probe, Rates, Row, Servers, Void, demand, measured, play
from .rows import ROWS, UnknownRow, chosen
from .run import EXIT_UNKNOWN, run


@pytest.mark.parametrize("row", [row for row in ROWS if isinstance(row, Row)], ids=lambda row: row.name)
async def test_row_gives_right_results(row: Row, postgres: Postgres, kafka: Kafka) -> None:
    async with row.open(Servers(postgres, kafka), row.size_smoke) as contest:
        rates = await play(contest, 1, lambda _side, _rate: None)
    assert [line.name for line in rates.lines(row)] == list(row.names)
    assert all(rate > 0 for rate in (*rates.ours, *rates.rival))


@pytest.mark.parametrize("probe", [row for row in ROWS if isinstance(row, Probe)], ids=lambda probe: probe.name)
async def test_probe_gives_right_results(probe: Probe, postgres: Postgres, kafka: Kafka) -> None:
    lines = await probe.measure(Servers(postgres, kafka), probe.size_smoke, lambda _said: None)
    assert [line.name for line in lines] == list(probe.names)
    assert all(line.rival is None and json.loads(json.dumps(line.as_json()))["name"] == line.name for line in lines)
    assert all(line.ours > 0 for line in lines if line.name != "memory-growth")


async def test_a_wrong_result_voids_the_row() -> None:
    async def wrong() -> float:
        demand(False, "a row is missing")
        return 1.0

    with pytest.raises(Void, match="a row is missing"):
        await play(Contest(wrong, wrong), 1, lambda _side, _rate: None)


async def test_sides_take_turns_and_each_begins_in_turn() -> None:
    order: list[str] = []

    def side(name: str, rate: float) -> object:
        async def measured() -> float:
            order.append(name)
            return rate

        return measured

    rates = await play(Contest(side("ours", 3.0), side("rival", 2.0)), 3, lambda _side, _rate: None)  # type: ignore[arg-type]
    assert order == ["rival", "ours", "ours", "rival", "rival", "ours"]
    assert rates.ratios == [1.5, 1.5, 1.5]


def test_the_lower_bound_is_the_least_round_and_decides() -> None:
    row = Row("x", "", "", 0.5, 1, 1, open_append, rate_goal=10.0)
    ratio, rate = Rates(ours=[9.0, 12.0, 15.0], rival=[10.0, 10.0, 40.0]).lines(row)
    assert (ratio.ratio, ratio.low, ratio.reached) == (0.9, 0.375, False)
    assert (rate.name, rate.ours, rate.rival, rate.ratio, rate.low, rate.reached) == (
        "x-rate", 12.0, None, None, 9.0, False,
    )  # fmt: skip
    assert Line("y", 1.0, None, None, 1.0, None, [1.0]).reached is None


def test_where_lower_is_better_the_greatest_round_decides() -> None:
    line = measured("x", [40.0, 30.0, 60.0], "ms", 50.0)
    assert (line.ours, line.low, line.reached) == (40.0, 60.0, False)
    assert (line.as_json()["unit"], line.as_json()["lower_is_better"]) == ("ms", True)
    assert measured("x", [40.0, 30.0], "ms", 40.0).reached is True
    assert measured("x", [40.0, 30.0], "commands/s", 40.0, lower_is_better=False).reached is False


def test_an_unknown_name_is_refused_and_the_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownRow, match="nonsense"):
        chosen(["append", "nonsense"])
    assert run(["nonsense"], json_file=Path("never-written.json")) == EXIT_UNKNOWN
    said = capsys.readouterr().out
    assert all(row.name in said for row in ROWS)
    assert not Path("never-written.json").exists()


def test_a_rate_row_is_reached_by_its_name() -> None:
    assert [row.name for row in chosen(["rebuild-rate"])] == ["rebuild"]


def test_help_lists_every_row() -> None:
    said = " ".join((bench.__doc__ or "").split())
    assert all(re.search(rf"[ :]{row.name}[,.]", said) for row in ROWS)
