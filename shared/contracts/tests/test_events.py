"""What an event refuses to hold."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from unionaid.contracts import EVENTS, Event
from unionaid.contracts.event import Data
from unionaid.contracts.fields import AMOUNT_FEN_MAX, PARTS_MAX
from unionaid.contracts.registry import EnterpriseRegistered, UnionOrgEstablished
from unionaid.contracts.relief import (
    BankReturnRecorded,
    FundOpened,
    FundPart,
    FundsReceived,
    ProgrammeOpened,
    ReliefListPaid,
    ReliefPaid,
    ReliefRequested,
    application_id,
    lines_hash,
)
from unionaid.contracts.samples import SAMPLES


def changed(event: type[Event], **fields: Any) -> Event:
    """The event's sample with other fields, checked anew."""
    return event(**{**dict(SAMPLES[event].event), **fields})


def event_classes(base: type[Event] = Event) -> set[type[Event]]:
    children = {child for child in base.__subclasses__() if child.__module__.startswith("unionaid.contracts.")}
    return {child for child in children if "TYPE" in vars(child)}.union(*map(event_classes, children))


def test_every_event_class_is_in_the_catalogue_and_has_a_sample() -> None:
    assert event_classes() == set(EVENTS) == set(SAMPLES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_has_a_business_date_and_a_stream_named_by_a_field(event: type[Event]) -> None:
    sample = SAMPLES[event].event
    assert type(sample.occurred_on) is date
    assert sample.subject == f"{event.STREAM}-{getattr(sample, event.STREAM_ID)}"
    assert event.model_fields["occurred_on"].is_required()


def test_types_and_schema_uris_hold_the_integer_version() -> None:
    assert ReliefPaid.TYPE == "unionaid.relief.ReliefPaid.v1"
    assert EnterpriseRegistered.TYPE == "unionaid.registry.EnterpriseRegistered.v2"
    assert EnterpriseRegistered.DATASCHEMA == "urn:unionaid:schema:registry:EnterpriseRegistered:v2"


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        SAMPLES[FundOpened].event.occurred_on = date(2020, 1, 1)


@pytest.mark.parametrize(
    ("event", "fields", "why"),
    [
        (FundsReceived, {"amount_fen": 0}, "greater than 0"),
        (FundsReceived, {"amount_fen": AMOUNT_FEN_MAX + 1}, "less than or equal"),
        (FundsReceived, {"amount_fen": "500"}, "valid integer"),
        (FundsReceived, {"amount_fen": 5.0}, "valid integer"),
        (FundsReceived, {"amount_fen": True}, "valid integer"),
        (FundsReceived, {"fund_id": str(uuid4())}, "UUID"),
        (FundsReceived, {"occurred_on": "2017-01-05"}, "valid date"),
        (FundsReceived, {"occurred_on": datetime(2017, 1, 5)}, "valid date"),  # noqa: DTZ001 - any datetime
        (FundsReceived, {"occurred_on": None}, "valid date"),
        (FundsReceived, {"note": "x"}, "Extra inputs"),
        (FundsReceived, {"voucher": "no number"}, "match pattern"),
        (FundOpened, {"name": " blank in front"}, "match pattern"),
        (FundOpened, {"name": "nul\0"}, "match pattern"),
        (FundOpened, {"name": ""}, "at least 1"),
        (FundOpened, {"name": "工" * 121}, "at most 120"),
        (FundOpened, {"source": "lottery"}, "appropriation"),
        (UnionOrgEstablished, {"parent_id": uuid4()}, "district federation has no parent"),
        (UnionOrgEstablished, {"level": "grassroots"}, "every other union has one"),
        (ProgrammeOpened, {"window_from": date(2017, 3, 1)}, "window_from is after window_to"),
        (ProgrammeOpened, {"standard_fen": 300_001}, "standard_fen is above amount_max_fen"),
        (ReliefRequested, {"line": 0}, "greater than or equal to 1"),
        (ReliefRequested, {"line": 5_001}, "less than or equal to 5000"),
        (ReliefRequested, {"period": "this year"}, "match pattern"),
        (ReliefRequested, {"purpose": "给马先生"}, "match pattern"),
        (ReliefListPaid, {"visitors": None}, "cash needs two visitors"),
        (ReliefListPaid, {"signed_list_sha256": None}, "cash needs two visitors"),
        (ReliefListPaid, {"signed_list_bytes": None}, "cash needs two visitors"),
        (ReliefListPaid, {"visitors": (uuid4(),)}, "at least 2"),
        (ReliefListPaid, {"visitors": (uuid4(), uuid4(), uuid4())}, "at most 2"),
        (ReliefListPaid, {"visitors": (SAMPLES[ReliefPaid].by,) * 2}, "the same person"),
        (ReliefListPaid, {"method": "bank"}, "neither visitors nor a signed list"),
        (ReliefPaid, {"signed_by": None, "proxy_person_id": None}, "cash is signed for"),
        (ReliefPaid, {"signed_by": "payee"}, "proxy_person_id without signed_by proxy"),
        (ReliefPaid, {"method": "bank", "proxy_person_id": None}, "bank payment is not signed for"),
        (ReliefPaid, {"method": "bank", "signed_by": None, "proxy_person_id": None}, "names its batch"),
        (ReliefPaid, {"batch_id": uuid4()}, "names its batch"),
        (BankReturnRecorded, {"paid_lines": 0, "paid_fen": 0, "failed_lines": 0, "failed_fen": 0}, "one line at least"),
        (BankReturnRecorded, {"failed_lines": 0}, "does not fit the number of lines"),
        (BankReturnRecorded, {"paid_fen": 0}, "does not fit the number of lines"),
        (ReliefPaid, {"amount_fen": 49_999}, "do not add up"),
        (ReliefPaid, {"parts": ()}, "at least 1"),
    ],
)
def test_refused(event: type[Event], fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        changed(event, **fields)


def test_a_fund_stands_in_one_part_only() -> None:
    part = FundPart(fund_id=uuid4(), amount_fen=1)
    with pytest.raises(ValidationError, match="a fund stands in two parts"):
        changed(ReliefPaid, amount_fen=2, parts=(part, part))


def test_a_payment_has_at_most_parts_max_parts() -> None:
    def paid(count: int) -> Event:
        parts = tuple(FundPart(fund_id=uuid4(), amount_fen=1) for _ in range(count))
        return changed(ReliefPaid, amount_fen=count, parts=parts)

    paid(PARTS_MAX)
    with pytest.raises(ValidationError, match=f"at most {PARTS_MAX}"):
        paid(PARTS_MAX + 1)


@pytest.mark.parametrize("identity", ["11010519491231002X", "11010519491231002x", "13800138000"])
@pytest.mark.parametrize("around", ["{}", "马{}", "（{}）", "/{}."])
def test_an_id_or_mobile_number_is_refused_in_names_and_vouchers_and_not_repeated(identity: str, around: str) -> None:
    for event, field in ((FundOpened, "name"), (FundsReceived, "voucher")):
        with pytest.raises(ValidationError) as refused:
            changed(event, **{field: around.format(identity)})
        assert identity not in str(refused.value)


@pytest.mark.parametrize("voucher", ["样财预〔2016〕112号", "20170105-0001", "202601150000001234567", "PZ/2017/9"])
def test_ordinary_voucher_numbers_are_taken(voucher: str) -> None:
    changed(FundsReceived, voucher=voucher)


def test_what_was_refused_is_not_in_the_message() -> None:
    with pytest.raises(ValidationError) as refused:
        changed(FundsReceived, name="马秀英", voucher="马秀英 的 收据")
    assert "马秀英" not in str(refused.value)


def test_nested_data_is_as_strict_as_events() -> None:
    assert all(part.model_config["extra"] == "forbid" for part in Data.__subclasses__())
    with pytest.raises(ValidationError, match="Extra inputs"):
        FundPart(fund_id=uuid4(), amount_fen=1, fund_name="x")  # type: ignore[call-arg]


def test_an_application_is_computed_from_list_and_line() -> None:
    list_id = uuid4()
    ids = [application_id(list_id, line) for line in (1, 2)]
    assert ids == [application_id(list_id, line) for line in (1, 2)]
    assert len({*ids, application_id(uuid4(), 1)}) == 3


def test_the_lines_hash_is_that_of_the_numbered_lines_in_order() -> None:
    first, second = (1, uuid4(), 100), (2, uuid4(), 200)
    assert lines_hash([second, first]) == lines_hash([first, second])
    assert lines_hash([first, (2, second[1], 201)]) != lines_hash([first, second])
    assert lines_hash([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
