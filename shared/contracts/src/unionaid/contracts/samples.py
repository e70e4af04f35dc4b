"""One canned event of every type, from one invented winter: for tests, documents and by hand.

People are ids only, units are invented. A sample that was released stays as it is.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from unionaid.contracts.codec import encode
from unionaid.contracts.envelope import Envelope, read_envelope
from unionaid.contracts.event import Event
from unionaid.contracts.registry import (
    EnterpriseRegistered,
    IdentityCorrected,
    IdentityOpened,
    IdentityReentered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    UnionOrgEstablished,
    WorkerRegistered,
)
from unionaid.contracts.relief import (
    BankReturnRecorded,
    BudgetAllotted,
    BudgetCommitted,
    BudgetOpened,
    BudgetSpent,
    CommitmentReleased,
    FundOpened,
    FundPart,
    FundsReceived,
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchWithdrawn,
    PaymentFailed,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    ProgrammeOpened,
    ReliefApproved,
    ReliefCancelled,
    ReliefListApproved,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListSettled,
    ReliefListSubmitted,
    ReliefListVerified,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
    application_id,
    lines_hash,
)
from unionaid.contracts.topics import source

DIVISION = "640302"
DISTRICT = UUID("3f0a7a52-6a1f-4c0e-9d38-0b8f4b1b6c01")
GRASSROOTS = UUID("b7c1d7de-5a54-4c0c-8e9b-6a2f7d2f9a02")
ENTERPRISE = UUID("0f7e6c1b-2c7d-4a60-a3f5-5f3a5f0f4d03")
WORKER = UUID("6d1f6c55-8f0e-4b8e-9a67-3a0a1d2c7e04")
OFFICER = UUID("e2b5a2c0-41d9-4f7b-8d0c-7c9d1e5f2b05")
VERIFIER = UUID("8a4b1f63-2d7e-4c95-b06a-3e9d5c1f7a14")
APPROVER = UUID("f6c3d2b1-5e8a-4709-9c4d-2b1a0f9e8d15")
ACCOUNTANT = UUID("40b7e9c2-8d13-4f6a-a5e1-6c7d8b9a0e16")
CASHIER = UUID("bd92c4e6-0f5a-4831-8e7b-9d1c3a5f2b17")
VISITORS = (UUID("94d0f3b8-7e52-4a3c-b5a1-2f6e8c0d1a06"), UUID("1c8e5d7a-3b96-4f24-8a0d-9e7f6b5c4d07"))
RELATIVE = UUID("d35b7f10-6c2e-4e8d-9b41-0a5c8f7e3d08")
FUND = UUID("58a6e4d2-9f1b-4c3d-8e70-b1d2c3f4a509")
PROGRAMME = UUID("c4f1e0d9-2b8a-4d5c-9f6e-7a8b9c0d1e10")
BUDGET = UUID("7b2d9e4f-1a6c-4e8b-b0d3-5f4e3d2c1b11")
LIST = UUID("a9c8b7d6-e5f4-4a3b-8c2d-1e0f9a8b7c12")
BANK_LIST = UUID("5d7f9b1a-3c2e-4f6d-8a0b-9c8e7d6f5b14")
BATCH = UUID("0b1c2d3e-4f5a-4b6c-9d7e-8f9a0b1c2d15")
FOLLOW_UP = UUID("7e6d5c4b-3a29-4818-b706-f5e4d3c2b119")
REJECTED_LIST = UUID("2e4d6c8b-0a9f-4b7e-9d5c-3f1a2b4c6d13")
ERASED = UUID("0b9d4c27-5e1f-4a83-9c60-7d2e8f1a3b19")
OPENING = UUID("6b0d9c3e-4f7a-4d21-8c5b-1e2f3a4b5c18")
AMOUNT_FEN = 50_000
POLICY = "winter-warmth-2017.1"


@dataclass(frozen=True, slots=True)
class Sample:
    """An event with the place it has in its service's log and in its stream."""

    event: Event
    index: int
    stream_version: int
    by: UUID = OFFICER

    def value(self) -> bytes:
        """The value as it stands in the topic; the same bytes each time."""
        service = self.event.SERVICE
        time = datetime(2017, 1, 5, 1, 30, tzinfo=UTC) + timedelta(seconds=self.index)
        digest = sha256(self.event.TYPE.encode()).hexdigest()
        milliseconds = f"{int(time.timestamp()) * 1000:012x}"
        body = encode(
            self.event,
            id=UUID(f"{milliseconds}7{digest[:3]}8{digest[3:18]}"),
            source=source(DIVISION, service),
            subject=self.event.subject,
            stream_version=self.stream_version,
            time=time,
            command_id=sha256(f"command of {self.event.TYPE}".encode()).digest(),
            actor=f"person-{self.by}",
            correlation_id=LIST if service == "relief" else None,
            simulated=True,
        )
        logtime = time + timedelta(milliseconds=40)
        front = f'{{"logindex":"{self.index}","logtime":"{logtime:%Y-%m-%dT%H:%M:%S.%fZ}",'
        return front.encode() + body[1:]

    def envelope(self) -> Envelope:
        """The envelope of `value()`."""
        return read_envelope(self.value())

    def pretty(self) -> str:
        """`value()`, indented, as the example files show it."""
        return msgspec.json.format(self.value(), indent=2).decode() + "\n"


_SAMPLES = (
    Sample(
        UnionOrgEstablished(occurred_on=date(2013, 1, 1), org_id=DISTRICT, level="district", name="样例区总工会"),
        index=0,
        stream_version=1,
    ),
    Sample(
        EnterpriseRegistered(
            occurred_on=date(2014, 3, 3),
            enterprise_id=ENTERPRISE,
            uscc="91640302MA0000001Y",
            name="样例乳业有限公司",
            ownership="non_public",
            union_org_id=GRASSROOTS,
        ),
        index=2,
        stream_version=1,
    ),
    Sample(
        PersonRegistered(
            occurred_on=date(2014, 3, 10),
            person_id=WORKER,
            identity=IdentityReference(vault_version=1, commitment=sha256(b"sample").hexdigest()),
            birth_year=1979,
            sex="female",
        ),
        index=3,
        stream_version=1,
    ),
    Sample(
        WorkerRegistered(
            occurred_on=date(2014, 3, 10),
            person_id=WORKER,
            union_org_id=GRASSROOTS,
            enterprise_id=ENTERPRISE,
            migrant=True,
        ),
        index=4,
        stream_version=2,
    ),
    Sample(
        IdentityOpened(
            occurred_on=date(2017, 1, 5),
            opening_id=OPENING,
            opening_purpose="payment",
            opened_fields=("name", "resident_id"),
            opened_person_ids=(WORKER,),
            asked_persons=1,
        ),
        index=5,
        stream_version=1,
        by=CASHIER,
    ),
    Sample(
        IdentityCorrected(
            occurred_on=date(2017, 1, 6),
            person_id=WORKER,
            identity=IdentityReference(vault_version=2, commitment=sha256(b"corrected").hexdigest()),
            corrected_fields=("phone",),
            reason_code="changed",
            birth_year=1979,
            sex="female",
        ),
        index=7,
        stream_version=3,
    ),
    Sample(
        IdentityReentered(
            occurred_on=date(2017, 1, 9),
            person_id=WORKER,
            identity=IdentityReference(vault_version=3, commitment=sha256(b"entered again").hexdigest()),
            reason_code="restored-without",
        ),
        index=8,
        stream_version=4,
    ),
    Sample(
        PersonErased(occurred_on=date(2017, 1, 6), person_id=ERASED, reason_code="entered-in-error"),
        index=6,
        stream_version=3,
        by=APPROVER,
    ),
    Sample(
        FundOpened(occurred_on=date(2016, 11, 1), fund_id=FUND, source="appropriation", name="2017年送温暖专项资金"),
        index=0,
        stream_version=1,
        by=ACCOUNTANT,
    ),
    Sample(
        FundsReceived(
            occurred_on=date(2016, 11, 20),
            fund_id=FUND,
            amount_fen=200_000_000,
            voucher="样财预〔2016〕112号",
        ),
        index=1,
        stream_version=2,
        by=ACCOUNTANT,
    ),
    Sample(
        ProgrammeOpened(
            occurred_on=date(2016, 12, 1),
            programme_id=PROGRAMME,
            kind="WINTER_WARMTH",
            year=2017,
            name="2017年元旦春节送温暖",
            window_from=date(2016, 12, 15),
            window_to=date(2017, 2, 11),
            purpose="festival-visit",
            standard_fen=AMOUNT_FEN,
            amount_max_fen=300_000,
            policy_version=POLICY,
        ),
        index=2,
        stream_version=1,
    ),
    Sample(
        BudgetAllotted(
            occurred_on=date(2016, 12, 2),
            fund_id=FUND,
            budget_id=BUDGET,
            programme_id=PROGRAMME,
            amount_fen=199_700_000,
        ),
        index=3,
        stream_version=3,
        by=ACCOUNTANT,
    ),
    Sample(
        BudgetOpened(
            occurred_on=date(2016, 12, 2),
            budget_id=BUDGET,
            fund_id=FUND,
            programme_id=PROGRAMME,
            amount_fen=199_700_000,
        ),
        index=4,
        stream_version=1,
        by=ACCOUNTANT,
    ),
    Sample(
        ReliefListSubmitted(
            occurred_on=date(2016, 12, 20),
            list_id=LIST,
            programme_id=PROGRAMME,
            budget_id=BUDGET,
            union_org_id=GRASSROOTS,
            lines=1,
            amount_fen=AMOUNT_FEN,
            lines_hash=lines_hash([(1, WORKER, AMOUNT_FEN)]),
        ),
        index=5,
        stream_version=1,
    ),
    Sample(
        ReliefRequested(
            occurred_on=date(2016, 12, 20),
            application_id=application_id(LIST, 1),
            list_id=LIST,
            line=1,
            programme_id=PROGRAMME,
            person_id=WORKER,
            union_org_id=GRASSROOTS,
            purpose="festival-visit",
            period="2017",
            amount_fen=AMOUNT_FEN,
        ),
        index=6,
        stream_version=1,
    ),
    Sample(
        ReliefListVerified(occurred_on=date(2016, 12, 22), list_id=LIST, lines=1, amount_fen=AMOUNT_FEN),
        index=7,
        stream_version=2,
        by=VERIFIER,
    ),
    Sample(
        ReliefVerified(occurred_on=date(2016, 12, 22), application_id=application_id(LIST, 1), list_id=LIST, line=1),
        index=8,
        stream_version=2,
        by=VERIFIER,
    ),
    Sample(
        ReliefListApproved(
            occurred_on=date(2016, 12, 26),
            list_id=LIST,
            budget_id=BUDGET,
            lines=1,
            amount_fen=AMOUNT_FEN,
            policy_version=POLICY,
        ),
        index=9,
        stream_version=3,
        by=APPROVER,
    ),
    Sample(
        ReliefApproved(
            occurred_on=date(2016, 12, 26),
            application_id=application_id(LIST, 1),
            list_id=LIST,
            line=1,
            amount_fen=AMOUNT_FEN,
            policy_version=POLICY,
        ),
        index=10,
        stream_version=3,
        by=APPROVER,
    ),
    Sample(
        BudgetCommitted(occurred_on=date(2016, 12, 26), budget_id=BUDGET, list_id=LIST, amount_fen=AMOUNT_FEN, lines=1),
        index=11,
        stream_version=2,
        by=APPROVER,
    ),
    Sample(
        ReliefListPaid(
            occurred_on=date(2017, 1, 5),
            list_id=LIST,
            budget_id=BUDGET,
            method="cash",
            lines=1,
            amount_fen=AMOUNT_FEN,
            visitors=VISITORS,
            signed_list_sha256=sha256(b"scan of the signed list").hexdigest(),
            signed_list_bytes=482_113,
        ),
        index=12,
        stream_version=4,
        by=CASHIER,
    ),
    Sample(
        ReliefPaid(
            occurred_on=date(2017, 1, 5),
            application_id=application_id(LIST, 1),
            list_id=LIST,
            line=1,
            programme_id=PROGRAMME,
            programme_kind="WINTER_WARMTH",
            programme_year=2017,
            person_id=WORKER,
            union_org_id=GRASSROOTS,
            method="cash",
            amount_fen=AMOUNT_FEN,
            parts=(FundPart(fund_id=FUND, amount_fen=AMOUNT_FEN),),
            signed_by="proxy",
            proxy_person_id=RELATIVE,
        ),
        index=13,
        stream_version=4,
        by=CASHIER,
    ),
    Sample(
        BudgetSpent(occurred_on=date(2017, 1, 5), budget_id=BUDGET, list_id=LIST, amount_fen=AMOUNT_FEN, lines=1),
        index=14,
        stream_version=3,
        by=CASHIER,
    ),
    Sample(
        ReliefListRejected(occurred_on=date(2017, 1, 9), list_id=REJECTED_LIST, reason_code="outside-window"),
        index=17,
        stream_version=2,
        by=APPROVER,
    ),
    Sample(
        ReliefRejected(
            occurred_on=date(2017, 1, 9),
            application_id=application_id(REJECTED_LIST, 1),
            list_id=REJECTED_LIST,
            line=1,
            reason_code="outside-window",
        ),
        index=18,
        stream_version=2,
        by=APPROVER,
    ),
    Sample(
        CommitmentReleased(
            occurred_on=date(2017, 2, 12), budget_id=BUDGET, list_id=REJECTED_LIST, amount_fen=30_000, lines=1
        ),
        index=21,
        stream_version=5,
        by=APPROVER,
    ),
    Sample(
        PaymentBatchIssued(
            occurred_on=date(2017, 1, 16),
            batch_id=BATCH,
            list_id=BANK_LIST,
            lines=2,
            amount_fen=2 * AMOUNT_FEN,
            lines_hash=lines_hash([(1, WORKER, AMOUNT_FEN), (2, RELATIVE, AMOUNT_FEN)]),
        ),
        index=30,
        stream_version=1,
        by=CASHIER,
    ),
    Sample(
        ReliefListOrdered(
            occurred_on=date(2017, 1, 16), list_id=BANK_LIST, batch_id=BATCH, lines=2, amount_fen=2 * AMOUNT_FEN
        ),
        index=31,
        stream_version=4,
        by=CASHIER,
    ),
    Sample(
        PaymentOrdered(
            occurred_on=date(2017, 1, 16),
            application_id=application_id(BANK_LIST, 2),
            list_id=BANK_LIST,
            line=2,
            batch_id=BATCH,
            amount_fen=AMOUNT_FEN,
        ),
        index=33,
        stream_version=4,
        by=CASHIER,
    ),
    Sample(
        PaymentBatchReleased(
            occurred_on=date(2017, 1, 17), batch_id=BATCH, list_id=BANK_LIST, lines=2, amount_fen=2 * AMOUNT_FEN
        ),
        index=34,
        stream_version=2,
        by=ACCOUNTANT,
    ),
    Sample(
        BankReturnRecorded(
            occurred_on=date(2017, 1, 19),
            batch_id=BATCH,
            list_id=BANK_LIST,
            paid_lines=1,
            paid_fen=AMOUNT_FEN,
            failed_lines=1,
            failed_fen=AMOUNT_FEN,
        ),
        index=35,
        stream_version=3,
        by=ACCOUNTANT,
    ),
    Sample(
        PaymentFailed(
            occurred_on=date(2017, 1, 19),
            application_id=application_id(BANK_LIST, 2),
            list_id=BANK_LIST,
            line=2,
            batch_id=BATCH,
            amount_fen=AMOUNT_FEN,
            reason_code="account-closed",
        ),
        index=37,
        stream_version=5,
        by=ACCOUNTANT,
    ),
    Sample(
        PaymentBatchWithdrawn(
            occurred_on=date(2017, 1, 20),
            batch_id=FOLLOW_UP,
            list_id=BANK_LIST,
            lines=1,
            amount_fen=AMOUNT_FEN,
            reason_code="entered-in-error",
        ),
        index=41,
        stream_version=2,
        by=CASHIER,
    ),
    Sample(
        ReliefListOrderWithdrawn(
            occurred_on=date(2017, 1, 20), list_id=BANK_LIST, batch_id=FOLLOW_UP, lines=1, amount_fen=AMOUNT_FEN
        ),
        index=42,
        stream_version=6,
        by=CASHIER,
    ),
    Sample(
        PaymentOrderWithdrawn(
            occurred_on=date(2017, 1, 20),
            application_id=application_id(BANK_LIST, 2),
            list_id=BANK_LIST,
            line=2,
            batch_id=FOLLOW_UP,
            amount_fen=AMOUNT_FEN,
        ),
        index=43,
        stream_version=7,
        by=CASHIER,
    ),
    Sample(
        ReliefCancelled(
            occurred_on=date(2017, 1, 23),
            application_id=application_id(BANK_LIST, 2),
            list_id=BANK_LIST,
            line=2,
            amount_fen=AMOUNT_FEN,
            reason_code="moved-away",
        ),
        index=46,
        stream_version=8,
        by=APPROVER,
    ),
    Sample(
        ReliefListSettled(
            occurred_on=date(2017, 1, 23),
            list_id=BANK_LIST,
            paid_lines=1,
            paid_fen=AMOUNT_FEN,
            cancelled_lines=1,
            cancelled_fen=AMOUNT_FEN,
        ),
        index=45,
        stream_version=7,
        by=APPROVER,
    ),
)

SAMPLES: dict[type[Event], Sample] = {type(sample.event): sample for sample in _SAMPLES}
"""The sample of every event class, in the order of the story."""
