"""One canned event of every type that a payment by the bank has, and how the rest of its list ends."""

from datetime import date

from unionaid.contracts.relief import (
    BankReturnRecorded,
    PaymentAccountConfirmed,
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchWithdrawn,
    PaymentFailed,
    PaymentFileMade,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    ReliefCancelled,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListSettled,
    application_id,
    lines_hash,
)
from unionaid.contracts.samples.sample import (
    ACCOUNTANT,
    AMOUNT_FEN,
    APPROVER,
    BANK_LIST,
    BATCH,
    CASHIER,
    FOLLOW_UP,
    RELATIVE,
    WORKER,
    Sample,
)

SAMPLES = (
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
        PaymentAccountConfirmed(
            occurred_on=date(2017, 1, 17),
            batch_id=BATCH,
            list_id=BANK_LIST,
            line=2,
            account_statement=2,
            doubts=("account-changed", "account-shared"),
            sharers=1,
            reason_code="family-account",
        ),
        index=135,
        stream_version=8,
        by=ACCOUNTANT,
    ),
    Sample(
        PaymentFileMade(
            occurred_on=date(2017, 1, 17),
            batch_id=BATCH,
            list_id=BANK_LIST,
            form="example-rural",
            file_sha256="5d" * 32,
            file_bytes=6_871,
        ),
        index=35,
        stream_version=3,
        by=CASHIER,
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
            file_sha256="7e" * 32,
        ),
        index=36,
        stream_version=4,
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
