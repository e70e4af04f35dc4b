"""A programme's amounts come from the policy in force on its first day."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from unionaid.contracts.samples import PROGRAMME
from unionaid.relief import policies
from unionaid.relief.domain.broken_history import BrokenHistory
from unionaid.relief.domain.programme.facts import Open, programme_of
from unionaid.relief.domain.programme.rules import OpenProgramme, in_force, open_programme
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    DateInFuture,
    PolicyMissing,
    PurposeNotInPolicy,
    WindowReversed,
)
from unionaid.relief.examples import POLICIES, TODAY, WINDOW_FROM, WINDOW_TO, programme_opened
from unionaid.relief.resources import directory

COMMAND = OpenProgramme(
    programme_id=PROGRAMME,
    kind="WINTER_WARMTH",
    year=2017,
    name="2017年元旦春节送温暖",
    window_from=WINDOW_FROM,
    window_to=WINDOW_TO,
    purpose="festival-visit",
    on=date(2016, 12, 1),
    today=TODAY,
)


def test_a_programme_is_opened_on_the_policy_of_its_first_day() -> None:
    assert open_programme(programme_of([]), POLICIES, COMMAND) == [programme_opened()]


def test_an_earlier_window_has_the_earlier_policy() -> None:
    earlier = replace(COMMAND, window_from=date(2016, 9, 30))
    (opened,) = open_programme(programme_of([]), POLICIES, earlier)
    assert opened == programme_opened().model_copy(
        update={
            "window_from": date(2016, 9, 30),
            "amount_max_fen": 200_000,
            "policy_version": "winter-warmth-2013.1",
        }
    )


def test_a_version_is_in_force_from_its_first_day_on() -> None:
    assert in_force(POLICIES, date(2016, 9, 30)) == POLICIES[0]
    assert in_force(POLICIES, date(2016, 10, 1)) == POLICIES[1]
    assert in_force(POLICIES, date(2012, 9, 30)) is None


def test_no_policy_no_programme() -> None:
    with pytest.raises(PolicyMissing):
        open_programme(programme_of([]), (), COMMAND)


def test_a_purpose_the_policy_does_not_know_is_refused() -> None:
    with pytest.raises(PurposeNotInPolicy):
        open_programme(programme_of([]), POLICIES, replace(COMMAND, purpose="tuition"))


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(WindowReversed):
        open_programme(programme_of([]), POLICIES, replace(COMMAND, window_to=date(2016, 12, 14)))


def test_a_programme_is_opened_once() -> None:
    with pytest.raises(AlreadyOpened):
        open_programme(programme_of([programme_opened()]), POLICIES, COMMAND)


def test_a_programme_is_not_opened_tomorrow() -> None:
    with pytest.raises(DateInFuture):
        open_programme(programme_of([]), POLICIES, replace(COMMAND, on=date(2017, 3, 2)))


def test_a_person_receives_once_a_year() -> None:
    programme = programme_of([programme_opened()])
    assert isinstance(programme, Open)
    assert programme.period == "2017"


def test_a_history_that_cannot_be_is_no_state() -> None:
    with pytest.raises(BrokenHistory):
        programme_of([programme_opened(), programme_opened()])


def test_the_policy_files_can_be_read_and_hold_the_sample() -> None:
    assert policies.read(directory("policy"))["WINTER_WARMTH"] == POLICIES


VERSION = "{version: a, in_force_from: 2012-10-01, purposes: [x], standard_fen: 1, amount_max_fen: 2}"


@pytest.mark.parametrize(
    "text",
    [
        "kind: WINTER_WARMTH",
        "kind: LOTTERY\nversions: []",
        "kind: [",
        *(
            f"kind: WINTER_WARMTH\nversions: [{version}]"
            for version in (
                VERSION.replace("standard_fen: 1", "standard_fen: 3"),
                VERSION.replace("standard_fen: 1", "standard_fen: 1.5"),
                VERSION.replace("[x]", "[]"),
                f"{VERSION}, {VERSION.replace('version: a', 'version: b')}",
                f"{VERSION}, {VERSION.replace('2012', '2013')}",
            )
        ),
    ],
)
def test_a_malformed_policy_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    with pytest.raises(policies.PolicyRefused, match=r"odd\.yaml"):
        policies.read(tmp_path)


def test_a_well_formed_policy_is_read(tmp_path: Path) -> None:
    (tmp_path / "even.yaml").write_text(f"kind: AUTUMN_TUITION\nversions: [{VERSION}]")
    (version,) = policies.read(tmp_path)["AUTUMN_TUITION"]
    assert (version.version, version.standard_fen, version.amount_max_fen) == ("a", 1, 2)


def test_two_policies_for_one_kind_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("kind: WINTER_WARMTH\nversions: []")
    with pytest.raises(policies.PolicyRefused, match="second file"):
        policies.read(tmp_path)
