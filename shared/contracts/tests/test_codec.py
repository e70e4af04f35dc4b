"""Events to bytes and back, and what is no event."""

import json
import string
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cloudevents.http import from_json
from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.contracts import (
    EVENT_BYTES_MAX,
    EVENTS,
    VALUE_BYTES_MAX,
    DecodeError,
    Event,
    EventMeta,
    NotAnEvent,
    UnknownType,
    VersionFromFuture,
    WrongSchema,
    decode,
    encode,
    encode_with,
    read_envelope,
    source,
    uuid7,
)
from unionaid.contracts.asyncapi import envelope_schema
from unionaid.contracts.registry import EnterpriseRegistered, PersonRegistered
from unionaid.contracts.relief import ReliefListPaid, ReliefPaid
from unionaid.contracts.samples import SAMPLES
from unionaid.contracts.schemas import schema_of

NOW = datetime(2017, 1, 5, 1, 30, 0, 250, tzinfo=UTC)
ACTOR = f"person-{UUID(int=7, version=4)}"
by_name = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


def meta(service: str = "relief", **attributes: Any) -> EventMeta:
    given_ = {"source": f"/unionaid/640302/{service}", "time": NOW, "command_id": bytes(32), "actor": ACTOR}
    return EventMeta(**{**given_, **attributes})


def body(event: Event, **attributes: Any) -> bytes:
    return encode_with(meta(event.SERVICE, **attributes), event, id=uuid7(NOW), subject=event.subject, stream_version=1)


def sequenced(value: bytes) -> bytes:
    """As the sequencer publishes what was stored."""
    return b'{"logindex":"41","logtime":"2017-01-05T01:30:00.000300Z",' + value[1:]


# Events of every kind, from their schemas; what a schema cannot say is put right after.


RULE, CODE = r"^[ -~\n]+$", r"^[A-Za-z][A-Za-z0-9_-]*$"
"""Patterns of fields."""


def values(node: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in node:
        node = definitions[node["$ref"].removeprefix("#/$defs/")]
    if "enum" in node:
        return st.sampled_from(node["enum"])
    by_type: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "object": lambda: objects(node, definitions),
        "array": lambda: st.lists(
            values(node["items"], definitions),
            min_size=node.get("minItems", 0),
            max_size=node["maxItems"],
            unique_by=repr,
        ),
        "integer": lambda: st.integers(node.get("minimum", 1), node["maximum"]),
        "boolean": st.booleans,
        "string": lambda: texts(node),
    }
    return by_type[node["type"]]()


def objects(node: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    parts = {name: values(child, definitions) for name, child in node["properties"].items()}
    required = set(node.get("required", []))
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def texts(node: dict[str, Any]) -> st.SearchStrategy[str]:
    if "format" in node:
        return {"uuid": st.uuids().map(str), "date": st.dates().map(date.isoformat)}[node["format"]]
    if node["pattern"].startswith(r"^[^\x00-\x20"):  # names: text of any script
        names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=60)
        return names.filter(lambda name: not any(digit in name for digit in string.digits))
    if r"\u4e00" in node["pattern"]:  # vouchers: a regex over all characters is slow to draw from
        return st.text("09AZaz样财预号〔〕()（）./-", max_size=40).map("{}7".format)
    if node["pattern"] == RULE:
        return st.text(st.sampled_from('\n !"&<=\\az09~'), min_size=1, max_size=40)
    if node["pattern"] == CODE:
        return st.text("AZaz09_-", max_size=node["maxLength"] - 1).map("a{}".format)
    return st.from_regex(node["pattern"], fullmatch=True).filter(lambda text: len(text) <= node["maxLength"])


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


def union_org(data: dict[str, Any]) -> dict[str, Any]:
    if data["level"] == "district":
        return without(data, "parent_id")
    return {"parent_id": str(uuid4()), **data}


def programme(data: dict[str, Any]) -> dict[str, Any]:
    first, last = sorted((data["window_from"], data["window_to"]))
    low, high = sorted((data["standard_fen"], data["amount_max_fen"]))
    given = [{**one, "amount_fen": min(one["amount_fen"], high)} for one in data.get("standards", ())]
    standards = {"standards": given} if "standards" in data else {}
    return {**data, "window_from": first, "window_to": last, "standard_fen": low, "amount_max_fen": high, **standards}


def list_paid(data: dict[str, Any]) -> dict[str, Any]:
    proof = {"visitors": [str(uuid4()), str(uuid4())], "signed_list_sha256": "0" * 64, "signed_list_bytes": 1}
    if data["method"] == "cash":
        return {**proof, **data}
    return data if data["method"] == "goods" else without(data, *proof)


def paid(data: dict[str, Any]) -> dict[str, Any]:
    parts = [{**part, "amount_fen": 1 + part["amount_fen"] // 20} for part in data["parts"]]
    data = {**data, "parts": parts, "amount_fen": sum(part["amount_fen"] for part in parts)}
    if data["method"] == "bank":
        return {"batch_id": str(uuid4()), **without(data, "signed_by", "proxy_person_id")}
    data = {"signed_by": "thumbprint", **without(data, "batch_id")}
    return data if data["signed_by"] == "proxy" else without(data, "proxy_person_id")


def reversed_payment(data: dict[str, Any]) -> dict[str, Any]:
    parts = [{**part, "amount_fen": 1 + part["amount_fen"] // 20} for part in data["parts"]]
    return {**data, "parts": parts, "amount_fen": sum(part["amount_fen"] for part in parts)}


def bank_return(data: dict[str, Any]) -> dict[str, Any]:
    lines = data["paid_lines"] or 1
    failed = data["failed_lines"]
    fen = {"paid_fen": lines + data["paid_fen"] // 2, "failed_fen": failed and failed + data["failed_fen"] // 2}
    return {**data, "paid_lines": lines, **fen}


def fund_year(data: dict[str, Any]) -> dict[str, Any]:
    moved = {name: data[name] // 8 for name in ("received_fen", "returned_fen", "fees_fen", "paid_fen")}
    went = moved["returned_fen"] + moved["fees_fen"] + moved["paid_fen"]
    opening = data["opening_fen"] // 8 + went
    back = data.get("came_back_fen", 0) // 8
    came = moved["received_fen"] + back
    return {**data, **moved, "came_back_fen": back, "opening_fen": opening, "closing_fen": opening + came - went}


def requested(data: dict[str, Any]) -> dict[str, Any]:
    if not {"standard_fen", "policy_version"} <= data.keys():
        return without(data, "facts", "standard", "standard_fen", "policy_version")
    return {**data, "amount_fen": min(data["amount_fen"], data["standard_fen"])}


def goods_received(data: dict[str, Any]) -> dict[str, Any]:
    value = data["unit_value_fen"] % 1_000 + 1
    return {**data, "unit_value_fen": value, "amount_fen": data["quantity"] * value}


def goods_moved(data: dict[str, Any]) -> dict[str, Any]:
    goods = [{**part, "unit_value_fen": part["unit_value_fen"] % 1_000 + 1} for part in data["goods"]]
    data = {**data, "goods": goods, "amount_fen": sum(part["quantity"] * part["unit_value_fen"] for part in goods)}
    signed = {"signed_list_sha256", "signed_list_bytes"}
    return data if signed <= data.keys() else without(data, *signed)


def funding(data: dict[str, Any]) -> dict[str, Any]:
    split = data["mode"] == "split"
    sources = {one["budget_id"]: {"weight": 1, **one} if split else without(one, "weight") for one in data["sources"]}
    return {**data, "sources": list(sources.values())}


def shared(data: dict[str, Any]) -> dict[str, Any]:
    shares = {one["budget_id"]: {**one, "amount_fen": 1 + one["amount_fen"] // 20} for one in data.get("shares", ())}
    if not shares:
        return without(data, "shares")
    parts = list(shares.values())
    return {**data, "shares": parts, "amount_fen": sum(part["amount_fen"] for part in parts)}


def list_approved(data: dict[str, Any]) -> dict[str, Any]:
    data = shared(data)
    if "shares" not in data:
        return {"budget_id": str(uuid4()), **without(data, "funding_version")}
    return {"funding_version": 1, **without(data, "budget_id")}


def session(data: dict[str, Any]) -> dict[str, Any]:
    first, last = sorted((data["occurred_on"], data["last_on"]))
    return {**data, "occurred_on": first, "last_on": last}


def fair(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "placements": min(data["placements"], data["vacancies"], data["visitor_count"])}


def competition(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "awards": min(data["awards"], data["contestants"])}


def member(data: dict[str, Any]) -> dict[str, Any]:
    if "member_organisation" in data:
        return without(data, "member_person_id")
    return {"member_person_id": str(uuid4()), **data}


PUT_RIGHT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "UnionOrgEstablished": union_org,
    "ProgrammeAmended": lambda data: {"window_to": "2017-02-28", **data},
    "ProgrammeOpened": programme,
    "FundingStated": funding,
    "ReliefApproved": shared,
    "ReliefListApproved": list_approved,
    "ReliefListPaid": list_paid,
    "BankReturnRecorded": bank_return,
    "ReliefPaid": paid,
    "PaymentReversed": reversed_payment,
    "FundYearClosed": fund_year,
    "ReliefRequested": requested,
    "GoodsReceived": goods_received,
    "SocietyMemberJoined": member,
    "SkillsSessionHeld": session,
    "JobFairHeld": fair,
    "CompetitionHeld": competition,
    "GoodsIssued": goods_moved,
    "GoodsReturned": goods_moved,
}


def built(event: type[Event]) -> st.SearchStrategy[Event]:
    schema = schema_of(event)
    right = PUT_RIGHT.get(event.__name__, dict)
    return values(schema, schema.get("$defs", {})).map(lambda data: event.model_validate_json(json.dumps(right(data))))


events = st.one_of([built(event) for event in EVENTS])


# There and back


@by_name
@settings(max_examples=20)  # of each of some eighty events
@given(data=st.data())
def test_every_event_comes_back_as_it_went(event: type[Event], data: st.DataObject) -> None:
    original = data.draw(built(event))
    value = body(original)
    for published in (value, sequenced(value)):
        envelope, again = decode(published)
        assert (type(again), again) == (event, original)
        assert envelope.type == event.TYPE
        assert len(published) <= VALUE_BYTES_MAX


def test_the_attributes_stand_in_their_order_data_last_none_that_the_sequencer_gives() -> None:
    value = encode(
        SAMPLES[ReliefPaid].event,
        id=uuid7(NOW),
        source=source("640302", "relief"),
        subject=SAMPLES[ReliefPaid].event.subject,
        stream_version=3,
        time=NOW.astimezone(timezone(timedelta(hours=8))),
        command_id=bytes(range(32)),
        actor=ACTOR,
        correlation_id=UUID(int=1),
        causation_id=UUID(int=2),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        simulated=True,
    )
    attributes = json.loads(value)
    assert list(attributes) == [
        *("specversion", "id", "source", "type", "subject", "streamversion", "time", "datacontenttype"),
        *("dataschema", "commandid", "actor", "correlationid", "causationid", "traceparent", "simulated"),
        "data",
    ]
    assert value.startswith(b'{"specversion":"1.0",')
    assert b": " not in value
    assert b", " not in value
    assert attributes["time"] == "2017-01-05T01:30:00.000250Z"
    assert attributes["commandid"] == bytes(range(32)).hex()
    assert attributes["streamversion"] == 3
    assert attributes["simulated"] is True
    assert all(name.isascii() and name.isalnum() and name.islower() for name in attributes)


def test_what_is_absent_is_left_out() -> None:
    value = body(SAMPLES[PersonRegistered].event.model_copy(update={"sex": None}))
    assert b"null" not in value
    assert {"simulated", "signature", "correlationid"}.isdisjoint(json.loads(value))
    assert "sex" not in json.loads(value)["data"]


def test_text_is_utf8_not_escapes() -> None:
    assert "样例乳业有限公司".encode() in body(SAMPLES[EnterpriseRegistered].event)


def test_the_envelope_is_read_without_the_data() -> None:
    value = sequenced(body(SAMPLES[ReliefPaid].event, simulated=True))
    envelope = read_envelope(value)
    assert envelope.index == 41
    assert envelope.logtime == datetime(2017, 1, 5, 1, 30, 0, 300, tzinfo=UTC)
    assert envelope.time == NOW
    assert envelope.simulated
    assert msgspec.json.decode(envelope.data)["amount_fen"] == 50_000


def test_an_unsequenced_event_has_no_index() -> None:
    envelope, _ = decode(body(SAMPLES[ReliefPaid].event))
    assert envelope.logindex is None
    with pytest.raises(NotAnEvent, match="not been sequenced"):
        _ = envelope.index


@by_name
def test_other_peoples_cloudevents_library_reads_it(event: type[Event]) -> None:
    theirs = from_json(SAMPLES[event].value())
    assert theirs["type"] == event.TYPE
    assert theirs["subject"] == SAMPLES[event].event.subject
    assert theirs.get_data() == json.loads(SAMPLES[event].value())["data"]


# How large an event can become


ESCAPED = {RULE: len(r"\n"), CODE: len("a"), r"^[a-z]+\.[a-z_]+$": len("a"), r"^[A-Za-z0-9_-]+$": len("a")}
"""Pattern -> bytes that a character of its texts takes at most, where they are fewer than those of any text."""


def bytes_max(node: dict[str, Any], definitions: dict[str, Any]) -> int:
    """An upper bound of the JSON of a schema's values; KeyError where the schema sets no limit."""
    if "$ref" in node:
        node = definitions[node["$ref"].removeprefix("#/$defs/")]
    if "enum" in node:
        return 2 + max(len(value) for value in node["enum"])
    if "format" in node:
        return {"uuid": 38, "date": 12, "date-time": 40}[node["format"]]
    by_type: dict[str, Callable[[], int]] = {
        "object": lambda: 2 + sum(len(name) + 4 + largest(child) for name, child in node["properties"].items()),
        "array": lambda: 2 + node["maxItems"] * (1 + largest(node["items"])),
        "integer": lambda: len(str(node["maximum"])),
        "boolean": lambda: len("false"),
        "string": lambda: 2 + ESCAPED.get(node.get("pattern", ""), len(r"\u001f")) * node["maxLength"],
    }

    def largest(child: dict[str, Any]) -> int:
        return bytes_max(child, definitions)

    return by_type[node["type"]]()


@by_name
def test_the_largest_event_fits(event: type[Event]) -> None:
    schema, envelope = schema_of(event), envelope_schema()
    attributes = {**envelope["properties"], "logindex": {"type": "string", "maxLength": 19}, "data": schema}
    assert bytes_max({"type": "object", "properties": attributes}, schema.get("$defs", {})) < EVENT_BYTES_MAX


def test_an_unlimited_text_would_be_found() -> None:
    with pytest.raises(KeyError):
        bytes_max({"type": "object", "properties": {"note": {"type": "string"}}}, {})


# What may not be written


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"source": "/unionaid/640302/payroll"}, "source"),
        ({"source": "/unionaid/6403/relief"}, "source"),
        ({"source": "/unionaid/640302/relief\n"}, "source"),
        ({"time": datetime(2017, 1, 5)}, "no time zone"),  # noqa: DTZ001 - the point
        ({"command_id": bytes(31)}, "32 bytes"),
        ({"actor": "马秀英"}, "actor"),
        ({"actor": "person-1"}, "actor"),
        ({"actor": "service:payroll"}, "actor"),
        ({"traceparent": "00-xyz"}, "traceparent"),
    ],
)
def test_shared_attributes_are_checked_and_not_repeated(attributes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        meta(**attributes)
    assert "马秀英" not in str(refused.value)


@pytest.mark.parametrize("actor", [ACTOR, "service:mutualaid", "agency:social-security"])
def test_actors(actor: str) -> None:
    assert read_envelope(body(SAMPLES[ReliefPaid].event, actor=actor)).actor == actor


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"meta": meta("registry")}, "is owned by relief"),
        ({"id": UUID(int=7, version=4)}, "not a UUIDv7"),
        ({"subject": f"application-{UUID(int=7, version=4)}"}, "belongs in stream application-"),
        ({"stream_version": 0}, "not between 1 and"),
        ({"stream_version": 2**31}, "not between 1 and"),
    ],
)
def test_what_does_not_fit_the_event_is_not_written(arguments: dict[str, Any], why: str) -> None:
    event = SAMPLES[ReliefPaid].event
    right = {"meta": meta(), "id": uuid7(NOW), "subject": event.subject, "stream_version": 1}
    with pytest.raises(ValueError, match=why):
        encode_with(event=event, **{**right, **arguments})


# What is not an event, or not one that can be read here


def altered(event: type[Event] = ReliefPaid, *, drop: str | None = None, **attributes: Any) -> bytes:
    value = {**json.loads(SAMPLES[event].value()), **attributes}
    return json.dumps({name: kept for name, kept in value.items() if name != drop}).encode()


def altered_data(event: type[Event] = ReliefPaid, *, drop: str | None = None, **fields: Any) -> bytes:
    data = {**json.loads(SAMPLES[event].value())["data"], **fields}
    return altered(event, data={name: kept for name, kept in data.items() if name != drop})


def v1(data: Any) -> bytes:
    return altered(
        EnterpriseRegistered,
        type="unionaid.registry.EnterpriseRegistered.v1",
        dataschema="urn:unionaid:schema:registry:EnterpriseRegistered:v1",
        data=data,
    )


def test_unknown_attributes_and_fields_are_ignored_at_every_depth() -> None:
    part = {**json.loads(SAMPLES[ReliefPaid].value())["data"]["parts"][0], "since": "v1"}
    value = altered_data(parts=[part], hardship_level="deep")
    value = b'{"partitionkey":"x","future":{"a":[1]},' + value[1:]
    assert decode(value)[1] == SAMPLES[ReliefPaid].event


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'"\xff"',
        b"[" * 100_000,
        b'{"data":' * 100_000,
        b'{"specversion":"1.0"}',
        altered(specversion="0.3"),
        altered(drop="id"),
        altered(id="1"),
        altered(drop="data"),
        altered(drop="subject"),
        altered(streamversion="4"),
        altered(streamversion=0),
        altered(streamversion=2**31),
        altered(datacontenttype="text/xml"),
        altered(time="yesterday"),
        altered(time="2017-01-05T01:30:00"),
        altered(logindex="01"),
        altered(logindex=13),
        altered(logindex="-1"),
        altered(type="com.example.Thing"),
        altered(type="unionaid.relief.ReliefPaid"),
        altered(type="unionaid.relief.ReliefPaid.v0"),
        altered(type="unionaid.relief.ReliefPaid.v1\n"),
        altered(type="unionaid.relief.ReliefPaid.v1.2"),
        altered(source="/unionaid/640302/registry"),
        altered(source="/elsewhere/relief"),
    ],
    ids=lambda value: value[:24].decode(errors="replace"),
)
def test_not_an_event(value: bytes) -> None:
    with pytest.raises(NotAnEvent) as refused:
        decode(value)
    assert refused.value.code == "not_an_event"


@pytest.mark.parametrize("type_", ["unionaid.relief.ReliefLent.v1", "unionaid.payroll.WagePaid.v1"])
def test_unknown_type(type_: str) -> None:
    with pytest.raises(UnknownType) as refused:
        decode(altered(type=type_))
    assert refused.value.code == "unknown_type"


@pytest.mark.parametrize(("event", "version"), [(ReliefPaid, 2), (EnterpriseRegistered, 3)])
def test_version_from_the_future(event: type[Event], version: int) -> None:
    type_ = f"{event.TYPE.rpartition('.')[0]}.v{version}"
    with pytest.raises(VersionFromFuture, match=f"up to v{version - 1}, this is v{version}") as refused:
        decode(altered(event, type=type_))
    assert refused.value.code == "version_from_future"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (altered(data=[]), "object"),
        (altered(data=None), "object"),
        (altered(dataschema="urn:unionaid:schema:relief:ReliefPaid:v2"), "dataschema is not"),
        (altered(subject=f"application-{UUID(int=7, version=4)}"), "not the stream"),
        (altered_data(drop="occurred_on"), "occurred_on: Field required"),
        (altered_data(amount_fen="50000"), "amount_fen: Input should be a valid integer"),
        (altered_data(amount_fen=50_000.0), "amount_fen: Input should be a valid integer"),
        (altered_data(amount_fen=1), "do not add up"),
        (altered_data(occurred_on=20_170_105), "occurred_on"),
        (altered_data(occurred_on="2017-02-30"), "occurred_on"),
        (altered_data(parts=[{"fund_id": "x", "amount_fen": 50_000}]), "parts.0.fund_id"),
        (SAMPLES[ReliefPaid].value().replace(b'"cash"', b'"\xff"'), "Invalid JSON"),
    ],
)
def test_wrong_schema(value: bytes, why: str) -> None:
    with pytest.raises(WrongSchema, match=why) as refused:
        decode(value)
    assert refused.value.code == "wrong_schema"


def test_no_message_repeats_what_was_read() -> None:
    marked = "马秀英11010519491231002X"
    values_read = [
        altered(specversion=marked),
        altered(datacontenttype=marked),
        altered(type=marked),
        altered(time=marked),
        altered(dataschema=marked),
        altered(source=marked),
        altered(ReliefPaid, drop="id", **{marked: marked}),
        altered_data(method=marked),
        altered_data(person_id=marked),
        altered_data(ReliefPaid, drop="line", **{marked: 1}),
        v1({"nature": marked}),
    ]
    for value in values_read:
        with pytest.raises(DecodeError) as refused:
            decode(value)
        assert "马秀英" not in str(refused.value)
        assert "1101" not in str(refused.value)
        assert refused.value.__context__ is None or refused.value.__suppress_context__


def decoded_or_refused(value: bytes) -> None:
    """Fails on any other exception, and on a value that decodes to what it does not say."""
    try:
        envelope, event = decode(value)
    except (NotAnEvent, UnknownType, VersionFromFuture, WrongSchema):
        return
    assert envelope.subject == event.subject


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_by_name(value: bytes) -> None:
    decoded_or_refused(value)


@given(
    value=st.sampled_from([sample.value() for sample in SAMPLES.values()]),
    at=st.integers(0, 2_000),
    cut=st.integers(0, 4),
    put=st.binary(max_size=4),
)
def test_damaged_events_are_refused_by_name(value: bytes, at: int, cut: int, put: bytes) -> None:
    at = min(at, len(value))
    decoded_or_refused(value[:at] + put + value[at + cut :])


FINITE = st.floats(allow_nan=False, allow_infinity=False)  # others are no JSON
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(event=st.sampled_from([ReliefPaid, ReliefListPaid, EnterpriseRegistered]), data=st.data())
def test_any_json_in_place_of_a_part_is_refused_by_name(event: type[Event], data: st.DataObject) -> None:
    attributes = json.loads(SAMPLES[event].value())
    where = data.draw(st.sampled_from([attributes, attributes["data"]]))
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(json_values)
    decoded_or_refused(json.dumps(attributes).encode())


@given(json_values)
def test_any_json_as_data_of_an_older_version_is_refused_by_name(anything: Any) -> None:
    with pytest.raises(WrongSchema):
        decode(v1(anything))
