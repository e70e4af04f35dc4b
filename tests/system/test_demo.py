"""The demo over the whole real stack: its figures, where they come from, and that the same again changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil
import pytest
from cloudevents.http import from_json

from unionaid.testkit.demo import Demo

from .recount import TUITION, WHERE, checked, folded, folded_from_topic, told

PEOPLE, PAID, SCHEMES = "winter-warmth-people", "winter-warmth-paid", "title-schemes"
STUDENTS, TUITION_PAID = "tuition-students", "tuition-paid"
COOLNESS = ("coolness-units", "coolness-people", "coolness-goods")
SKILLS = ("skills-sessions", "skills-trainees")
SERVICES = ("registry", "relief", "mutualaid", "supervision", "reporting")


def paid(copy: Path, where: Mapping[str, str] = WHERE) -> list[dict[str, Any]]:
    """The payments of a kind in a period that a copy of relief's topic holds, by plain JSON."""
    events = [json.loads(line) for line in copy.read_bytes().splitlines()]
    return [
        event
        for event in events
        if event["type"] == "unionaid.relief.ReliefPaid.v1"
        and event["data"]["programme_kind"] == where["kind"]
        and where["from_"] <= event["data"]["occurred_on"] <= where["to"]
    ]


def test_the_figures_are_those_that_were_reported(demo: Demo) -> None:
    content = json.loads((files("unionaid.embedded") / "litong-figures.json").read_text("utf-8"))
    exact = {PEOPLE: 4_116, PAID: 199_700_000, STUDENTS: 257, TUITION_PAID: 75_400_000}
    expected = {figure["id"]: figure["exactly"] for figure in content["figures"] if figure["id"] in exact}
    assert expected == exact
    assert {id: demo.figures[id]["value"] for id in expected} == expected
    assert [demo.figures[id]["events"] for id in exact] == [4_116, 4_116, 257, 257]


def test_every_tuition_rests_on_the_rules_of_its_year(demo: Demo, topics: Mapping[str, Path]) -> None:
    events = told_by(topics["relief"])
    programmes = {one["programme_id"]: one for one in events["ProgrammeOpened"] if one["kind"] == TUITION["kind"]}
    assert sorted(one["purpose"] for one in programmes.values()) == ["children", "entrants", "society-aid"]
    asked = {one["application_id"]: one for one in events["ReliefRequested"]}
    for one in events["ReliefPaid"]:
        if one["programme_id"] in programmes:
            request = asked[one["application_id"]]
            facts = {fact["attribute"]: fact["value"] for fact in request["facts"]}
            assert (facts["dossier.open"], facts["household.relation"]) == ("true", "child")
            assert request["policy_version"] == "autumn-tuition-2016.1"
            assert one["amount_fen"] == request["amount_fen"] <= request["standard_fen"]
            assert (one.get("signed_by") == "proxy") == (request["purpose"] == "children"), "a parent signs for a child"
    [society] = [one for one in events["FundOpened"] if one.get("earmark") is not None]
    spent = {one["programme_id"] for one in events["BudgetAllotted"] if one["fund_id"] == society["fund_id"]}
    assert [programmes[id]["purpose"] for id in spent] == [society["earmark"]] == ["society-aid"]
    gifts = [one for one in events["FundsReceived"] if one["fund_id"] == society["fund_id"]]
    members = {one["member_organisation"] for one in events["SocietyMemberJoined"]}
    assert {one["donor_organisation"] for one in gifts} == members
    assert len(gifts) == len(members) == 4


def test_every_fen_given_to_the_tuition_society_reached_a_student(demo: Demo, topics: Mapping[str, Path]) -> None:
    [society] = [one for one in told_by(topics["relief"])["FundOpened"] if one.get("earmark") is not None]
    gifts = demo.ask("relief", f"/funds/{society['fund_id']}/receipts", "auditor")["receipts"]
    assert {(one["used_fen"], one["left_fen"]) for one in gifts} == {(one["amount_fen"], 0) for one in gifts}
    lines = [json.loads(line) for line in topics["relief"].read_bytes().splitlines()]
    paid_by_society = {
        int(event["logindex"]): part["amount_fen"]
        for event in lines
        if event["type"] == "unionaid.relief.ReliefPaid.v1"
        for part in event["data"]["parts"]
        if part["fund_id"] == society["fund_id"]
    }
    borne: dict[int, int] = {}
    for gift in gifts:
        path = f"/funds/{society['fund_id']}/receipts/{gift['receipt_id']}"
        for one in demo.ask("relief", path, "auditor", limit=1000)["events"]:
            borne[one["index"]] = borne.get(one["index"], 0) + one["amount_fen"]
    assert borne == paid_by_society


def test_goods_and_training_are_what_was_reported_and_what_a_plain_count_finds(
    demo: Demo, topics: Mapping[str, Path]
) -> None:
    content = json.loads((files("unionaid.embedded") / "litong-figures.json").read_text("utf-8"))
    reported = {figure["id"]: figure for figure in content["figures"]}
    counted: dict[str, tuple[int, list[str]]] = {}
    events = [json.loads(line) for line in topics["relief"].read_bytes().splitlines()]

    def within(id: str, *kinds: str) -> list[dict[str, Any]]:
        first, last = reported[id]["period"]
        return [
            event
            for event in events
            if event["type"].split(".")[2] in kinds
            and event["data"]["programme_kind"] == reported[id]["programme"]
            and first <= event["data"]["occurred_on"] <= last
        ]

    issued = within(COOLNESS[0], "GoodsIssued", "GoodsReturned")
    trained = within(SKILLS[0], "SkillsSessionHeld", "TraineeEnrolled", "TraineeCompleted", "TraineePlaced")
    assert {event["type"].split(".")[2] for event in issued} == {"GoodsIssued"}, "nothing came back"
    ids, trained_ids = [event["id"] for event in issued], [event["id"] for event in trained]
    counted["coolness-units"] = (len({event["data"]["site"] for event in issued}), ids)
    counted["coolness-people"] = (sum(event["data"]["head_count"] for event in issued), ids)
    counted["coolness-goods"] = (
        sum(one["quantity"] * one["unit_value_fen"] for event in issued for one in event["data"]["goods"]), ids,
    )  # fmt: skip
    held = [event for event in trained if "SkillsSessionHeld" in event["type"]]
    counted["skills-sessions"] = (len(held), trained_ids)
    enrolled = {event["data"]["person_id"] for event in trained if "TraineeEnrolled" in event["type"]}
    counted["skills-trainees"] = (len(enrolled), trained_ids)
    for id, (value, those) in counted.items():
        figure, known = demo.figures[id], reported[id]
        assert (id, figure["value"], figure["events"]) == (id, value, len(those))
        assert figure["cites"]["sha256"] == hashlib.sha256("\n".join(sorted(those)).encode()).hexdigest()
        assert known.get("exactly", known.get("at_least")) <= value < known.get("below", value + 1)
        assert value == known.get("exactly", value)


def test_four_enterprises_run_titles_of_their_own(demo: Demo, topics: Mapping[str, Path]) -> None:
    [known] = [
        figure
        for figure in json.loads((files("unionaid.embedded") / "litong-figures.json").read_text("utf-8"))["figures"]
        if figure["id"] == SCHEMES
    ]
    first, last = known["period"]
    adopted = [
        event
        for event in map(json.loads, topics["registry"].read_bytes().splitlines())
        if event["type"] == "unionaid.registry.TitleSchemeAdopted.v1" and first <= event["data"]["occurred_on"] <= last
    ]
    assert len({event["data"]["enterprise_id"] for event in adopted}) == known["at_least"] == 4
    figure = demo.figures[SCHEMES]
    assert (figure["value"], figure["events"]) == (4, len(adopted))
    ids = "\n".join(sorted(event["id"] for event in adopted))
    assert figure["cites"]["sha256"] == hashlib.sha256(ids.encode()).hexdigest()


def test_all_workers_came_in_from_workbooks(demo: Demo, topics: Mapping[str, Path]) -> None:
    events = told_by(topics["registry"])
    imported = [data for data in events["TableImported"] if data["imported_table"] == "workers"]
    assert sum(data["entered_rows"] for data in imported) == len(events["WorkerRegistered"]) == 4_116
    assert {data["left_rows"] for data in imported} == {0}
    assert {data["roster_id"] for data in events["WorkerRegistered"]} == {data["import_id"] for data in imported}


def test_all_households_and_dossiers_came_in_from_workbooks(topics: Mapping[str, Path]) -> None:
    events = told_by(topics["registry"])
    rows = {
        table: sum(data["entered_rows"] for data in events["TableImported"] if data["imported_table"] == table)
        for table in ("households", "dossiers")
    }
    members, workers = events["HouseholdMemberJoined"], {one["person_id"] for one in events["WorkerRegistered"]}
    assert rows == {"households": len(members), "dossiers": len(events["DossierOpened"])}
    assert len(events["HouseholdFormed"]) == len(events["DossierOpened"]) == 288
    assert len(events["PersonRegistered"]) == len(workers | {member["person_id"] for member in members})
    assert {opened["holder_id"] for opened in events["DossierOpened"]} <= workers
    assert sum(member.get("school_stage") is not None for member in members) == 257, "a student for each tuition aid"


def test_every_dossier_went_through_its_signatures(topics: Mapping[str, Path]) -> None:
    steps = (
        "DossierOpened", "FiveClearsRecorded", "DossierAssessed", "DossierVerified", "DossierPosted", "DossierApproved",
    )  # fmt: skip
    taken: dict[str, list[tuple[str, str]]] = {}
    for line in topics["registry"].read_bytes().splitlines():
        event = json.loads(line)
        if event["subject"].startswith("dossier-"):
            taken.setdefault(event["subject"], []).append((event["type"].split(".")[2], event["actor"]))
    assert {tuple(step for step, _ in one) for one in taken.values()} == {steps}
    for one in taken.values():
        enters, verifies, approves = {by for _, by in one[:3]}, {by for _, by in one[3:5]}, {one[5][1]}
        assert not (enters & verifies | enters & approves | verifies & approves)
    levels = {data["hardship_level"] for data in told_by(topics["registry"])["DossierApproved"]}
    assert levels == {"deep", "relative", "sudden"}


def told_by(topic: Path) -> dict[str, list[dict[str, Any]]]:
    """The data of a log's events, by name."""
    events: dict[str, list[dict[str, Any]]] = {}
    for line in topic.read_bytes().splitlines():
        event = json.loads(line)
        events.setdefault(event["type"].split(".")[2], []).append(event["data"])
    return events


def test_a_second_telling_changes_nothing(demo: Demo) -> None:
    assert demo.tell() == demo.figures  # values, number of events, and the citation with its vector and hash


@pytest.mark.parametrize(
    ("where", "people", "amount"),
    [(WHERE, PEOPLE, PAID), (TUITION, STUDENTS, TUITION_PAID)],
    ids=["winter-warmth", "tuition"],
)
def test_a_fold_that_shares_no_code_comes_to_the_same(
    demo: Demo, where: Mapping[str, str], people: str, amount: str
) -> None:
    counted = folded_from_topic(demo, where)
    assert counted == told(demo, where)
    assert (counted["people"], counted["amount_fen"]) == (demo.figures[people]["value"], demo.figures[amount]["value"])


def test_one_amount_changed_in_a_copy_is_seen(demo: Demo, topics: Mapping[str, Path]) -> None:
    reported = told(demo)
    assert folded("--file", topics["relief"]) == reported
    forged = folded("--file", topics["relief"], "--change-one")
    assert forged["amount_fen"] == reported["amount_fen"] + 1
    assert forged != reported


@pytest.mark.parametrize(
    ("figure", "where", "payments"),
    [(PAID, WHERE, 4_116), (TUITION_PAID, TUITION, 257)],
    ids=["winter-warmth", "tuition"],
)
def test_the_citation_can_be_recomputed_from_the_topic(
    demo: Demo, topics: Mapping[str, Path], figure: str, where: Mapping[str, str], payments: int
) -> None:
    cited = demo.figures[figure]["cites"]
    events = paid(topics["relief"], where)
    ids = sorted(event["id"] for event in events)
    assert cited["sha256"] == hashlib.sha256("\n".join(ids).encode()).hexdigest()
    assert cited["events"] == len(ids) == payments
    last = {
        f"unionaid.{demo.stack.division}.{name}": len(topics[name].read_bytes().splitlines()) - 1 for name in topics
    }
    assert cited["vector"] == {topic: last[topic] for topic in cited["vector"]}
    assert {f"unionaid.{demo.stack.division}.{name}" for name in ("registry", "relief")} <= set(cited["vector"])


def test_a_figure_opens_down_to_every_single_event(demo: Demo, topics: Mapping[str, Path]) -> None:
    shown: list[dict[str, Any]] = []
    cursor = None
    while not shown or cursor is not None:
        page = demo.ask("reporting", "/totals/relief/events", "auditor", **WHERE, limit=1000, cursor=cursor)
        shown += page["events"]
        cursor = page["next"]
    assert [(e["event_id"], e["index"], e["person_id"], e["amount_fen"]) for e in shown] == [
        (e["id"], int(e["logindex"]), e["data"]["person_id"], e["data"]["amount_fen"]) for e in paid(topics["relief"])
    ]
    assert len(shown) == 4_116


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_passes_the_check_of_its_log(demo: Demo, topics: Mapping[str, Path], service: str) -> None:
    report = checked(demo, service)
    published = len(topics[service].read_bytes().splitlines())
    assert (report["checked"]["published"], report["checked"]["foreign"]) == (published, 0)


@pytest.mark.needs("kcat")
def test_kcat_reads_the_log(demo: Demo, topics: Mapping[str, Path]) -> None:
    topic = f"unionaid.{demo.stack.division}.relief"
    program = shutil.which("kcat") or "kafkacat"
    options = ("-X", "isolation.level=read_committed", "-o", "beginning", "-e", "-q", "-f", "%k %s\n")
    command = [program, "-C", "-b", demo.stack.kafka, "-t", topic, "-p", "0", *options]
    read = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.splitlines()
    assert len(read) == demo.figures[PAID]["cites"]["vector"][topic] + 1
    key, _, value = read[0].partition(b" ")
    first = json.loads(value)
    assert (first["specversion"], first["logindex"], first["subject"]) == ("1.0", "0", key.decode())
    assert [record.partition(b" ")[2] for record in read] == topics["relief"].read_bytes().splitlines()


@pytest.mark.parametrize("service", ["registry", "relief"])
def test_the_cloudevents_package_reads_every_record(topics: Mapping[str, Path], service: str) -> None:
    for index, value in enumerate(topics[service].read_bytes().splitlines()):
        event = from_json(value)
        assert event["specversion"] == "1.0"
        assert event["logindex"] == str(index)
        assert isinstance(event.data, dict)
        assert "occurred_on" in event.data


def test_status_names_all_parts(demo: Demo) -> None:
    status = json.loads(demo.done("status", "--json"))
    assert status["phase"] == "ready"
    assert {part["name"]: part["state"] for part in status["parts"]} == dict.fromkeys(
        ("postgres", "kafka", "issuer", *SERVICES, "front"), "ready"
    )
    for part in status["parts"]:
        assert part["reason"].startswith("not ours") or psutil.pid_exists(part["pid"]), part
        assert part["address"], part


def test_down_leaves_no_process_and_up_finds_everything_again(demo: Demo) -> None:
    supervisor = psutil.Process(json.loads((demo.home / "supervisor.json").read_text())["pid"])
    ours = [supervisor, *supervisor.children(recursive=True)]
    assert len(ours) >= len(SERVICES) + 3
    demo.done("down")
    assert [process for process in ours if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []
    assert [p.pid for p in psutil.process_iter() if str(demo.home) in " ".join(cmdline(p))] == []
    assert demo.run("status").returncode == 1
    demo.done("up", "--detach")
    assert demo.tell() == demo.figures


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
