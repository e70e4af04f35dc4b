"""Keeping over HTTP: until when somebody is kept, who asks to be erased, and which erasures are confirmed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from unionaid.contracts import mutualaid, relief, reporting, supervision, topic_name
from unionaid.contracts.samples import SAMPLES
from unionaid.eventlog import Event, inbox_of
from unionaid.registry.views.elsewhere import registry_elsewhere
from unionaid.service.roles import Role

from .dossier_story import CODES, Story, member
from .test_http_erasing import ERASURE, NAME, by_another, erased, registered

if TYPE_CHECKING:
    from unionaid.contracts import Event as Fact

    from .conftest import Office, Units

DIVISION = "640302"
ASKED = {"occurred_on": "2017-01-04"}
ENDED = {"reason_code": "retention-ended", "occurred_on": "2017-01-04"}


async def hear(office: Office, *facts: Fact) -> None:
    """Take facts of other services in, as the subscription does."""
    handler = inbox_of(office.pool, registry_elsewhere(DIVISION), 1).handler
    events = [Event(topic_name(DIVISION, f.SERVICE), 0, "", "", f.TYPE, f.subject, f) for f in facts]
    async with office.pool.acquire() as conn, conn.transaction():
        await handler.apply(conn, events)


def of(kind: type[Fact], person_id: str, on: date = date(2013, 1, 2)) -> Fact:
    return SAMPLES[kind].event.model_copy(update={"person_id": UUID(person_id), "occurred_on": on})


async def opened(office: Office, person: str, purpose: str, *roles: Role) -> dict[str, Any]:
    asked = {"person_ids": [person], "fields": ["name"], "purpose": purpose}
    (told,) = (await office.post("/identities/open", asked, *roles)).json()["persons"]
    return dict(told)


async def test_until_when_is_computed_from_what_registry_and_relief_keep(office: Office, units: Units) -> None:
    person, other = await registered(office, units), await registered(office, units, 2)
    first = (await office.get(f"/persons/{person}/retention")).json()
    assert (first["until"], first["periods"]) == (None, [{"kind": "worker-record", "until": None}])
    await hear(
        office,
        of(relief.ReliefRequested, person),
        of(relief.ReliefPaid, person, date(2013, 2, 1)),
        of(relief.ReliefPaid, person, date(2013, 1, 31)),
        of(relief.ReliefPaid, other, date(2016, 12, 31)),
    )
    told = (await office.get(f"/persons/{person}/retention")).json()
    assert told == {
        "person_id": person,
        "until": None,
        "policy_version": "retention-2013.1",
        "periods": [
            {"kind": "worker-record", "until": None},
            {"kind": "relief-payment", "until": "2043-02-01"},
            {"kind": "relief-list", "until": "2043-01-02"},
        ],
    }
    outside = await office.get(f"/persons/{person}/retention", Role.GRASSROOTS_OFFICER, unit=units.other_street)
    assert (outside.status_code, outside.json()["code"]) == (404, "not-found")


async def test_who_asks_too_early_is_kept_read_by_audit_alone_and_told_until_when(office: Office, units: Units) -> None:
    person = await registered(office, units)
    clerk = {"unit": units.factory_union}
    answered = await office.post(f"/persons/{person}/restriction", ASKED, Role.GRASSROOTS_OFFICER, **clerk)
    assert (answered.status_code, answered.json()) == (
        200,
        {"person_id": person, "status": "restricted", "until": None, "policy_version": "retention-2013.1"},
    )
    assert answered.headers["etag"] == '"3"'
    for purpose in ("contact", "verification"):
        told = await opened(office, person, purpose)
        assert (told["identity"], told["code"]) == (None, "person-restricted")
    assert (await opened(office, person, "audit", Role.AUDITOR))["identity"] == {"name": NAME}
    again = await office.post(f"/persons/{person}/restriction", ASKED)
    assert (again.status_code, again.json()["code"]) == (409, "person-restricted")
    correction = {"phone": "15800000001", "reason_code": "changed", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{person}/corrections", correction)).json()["code"] == "person-restricted"
    listed = (await office.get("/restrictions")).json()["items"]
    assert listed == [{"person_id": person, "restricted_on": "2017-01-04", "restricted_until": None, "due": False}]
    assert (await office.get("/restrictions?due=true")).json()["items"] == []
    lifted = await office.post(f"/persons/{person}/restriction/lifting", ASKED)
    assert (lifted.status_code, lifted.json()["status"]) == (200, "lifted")
    assert (await opened(office, person, "contact"))["identity"] == {"name": NAME}
    assert (await office.get("/restrictions")).json()["items"] == []
    assert (await office.post(f"/persons/{person}/restriction/lifting", ASKED)).json()["code"] == "not-restricted"


async def test_a_person_of_another_union_is_not_there(office: Office, units: Units) -> None:
    person = await registered(office, units)
    before = await office.events()
    for path in ("restriction", "restriction/lifting"):
        refused = await office.post(
            f"/persons/{person}/{path}", ASKED, Role.GRASSROOTS_OFFICER, unit=units.other_street
        )
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
        assert (await office.post(f"/persons/{uuid4()}/{path}", ASKED)).status_code == 404
        for role in (Role.APPROVER, Role.AUDITOR, Role.WORKER, Role.OPERATOR):
            assert (await office.post(f"/persons/{person}/{path}", ASKED, role)).status_code == 403
    assert await office.events() == before


async def test_nobody_is_erased_for_ended_periods_that_run(office: Office, units: Units) -> None:
    person = await registered(office, units)
    office.issuer.person = f"person-{uuid4()}"
    path = f"/persons/{person}/erasure"
    refused = await office.post(path, ENDED, Role.APPROVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "record-open")
    left = {"reason_code": "retired", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/workers/{person}/leaving", left)).status_code == 200
    office.issuer.person = f"person-{uuid4()}"
    await hear(office, of(relief.ReliefPaid, person, date(2013, 2, 1)))
    refused = await office.post(path, ENDED, Role.APPROVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "retention-runs")
    assert "2043-02-01" in refused.text
    assert (await office.post(path, {**ENDED, "reason_code": "ordered"}, Role.APPROVER)).status_code == 200


async def test_erasures_are_listed_until_every_service_has_confirmed(office: Office, units: Units) -> None:
    person = await registered(office, units)
    await erased(office, person)
    all_of_them = ["relief", "mutualaid", "supervision", "reporting"]
    row = {"person_id": person, "erased_on": "2017-01-04", "missing": all_of_them, "overdue": False}
    assert (await office.get("/erasures?unconfirmed=true", Role.AUDITOR)).json()["items"] == [row]
    await hear(office, *(of(service.ErasureConfirmed, person) for service in (relief, mutualaid, supervision)))
    (told,) = (await office.get("/erasures?unconfirmed=true", Role.OPERATOR)).json()["items"]
    assert told["missing"] == ["reporting"]
    await hear(office, of(reporting.ErasureConfirmed, person), of(reporting.ErasureConfirmed, person))
    assert (await office.get("/erasures?unconfirmed=true")).json()["items"] == []
    assert [one["missing"] for one in (await office.get("/erasures")).json()["items"]] == [[]]


async def test_a_confirmation_that_does_not_come_is_overdue(office: Office, units: Units) -> None:
    late, on_time = await registered(office, units), await registered(office, units, 2)
    office.issuer.person = f"person-{uuid4()}"
    for person, on in ((late, "2016-12-28"), (on_time, "2016-12-29")):
        done = await office.post(f"/persons/{person}/erasure", {**ERASURE, "occurred_on": on}, Role.APPROVER)
        assert done.status_code == 200, done.text
    told = (await office.get("/erasures")).json()["items"]
    assert {one["person_id"]: one["overdue"] for one in told} == {late: True, on_time: False}
    assert (await by_another(office, late)).status_code == 410


async def test_a_dossier_keeps_those_of_its_household_from_its_closing(office: Office, units: Units) -> None:
    story = Story(office, units)
    await story.family()
    dossier = await story.opened()
    for person in (story.worker, story.child):
        told = (await office.get(f"/persons/{person}/retention")).json()
        assert {"kind": "dossier", "until": None} in told["periods"]
    refused = await story.step(f"/persons/{story.child}/erasure", "approves", Role.APPROVER, **ENDED)
    assert (refused.status_code, refused.json()["code"]) == (409, "record-open")
    closing = {"reason_code": "entered-in-error", "occurred_on": "2017-01-04"}
    await story.good(await story.entered(f"/dossiers/{dossier}/closing", **closing))
    assert (await office.get("/dossiers?status=closed")).status_code == 200  # which waits for the own views
    told = (await office.get(f"/persons/{story.child}/retention")).json()
    assert {"kind": "dossier", "until": "2027-01-04"} in told["periods"]


async def test_who_asked_to_be_erased_is_not_gone_on_with(office: Office, units: Units) -> None:
    story = Story(office, units)
    await story.family()
    other = await story.worker_entered(2)
    assert (await office.post(f"/persons/{other}/restriction", ASKED)).status_code == 200
    assert (await office.post(f"/persons/{story.worker}/restriction", ASKED)).status_code == 200
    before = await office.events()
    joining = {**member(other, "parent", 0), "occurred_on": "2017-01-04"}
    dossier = {**CODES, "household_id": story.household, "holder_id": story.worker, "occurred_on": "2017-01-04"}
    merging = {
        "person_id": other, "survivor_id": story.child, "reason_code": "documents-agree", "occurred_on": "2017-01-04",
    }  # fmt: skip
    for refused in (
        await story.entered(f"/households/{story.household}/members", **joining),
        await story.entered("/dossiers", **dossier),
        await story.step("/merges", "another", Role.DISTRICT_OFFICER, **merging),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "person-restricted")
    assert await office.events() == before
