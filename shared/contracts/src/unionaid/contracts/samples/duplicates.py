"""One canned event of every type about pairs of persons, and of what other services answer to an undoing."""

from datetime import date
from typing import Any
from uuid import UUID

from unionaid.contracts import mutualaid, relief
from unionaid.contracts.registry import (
    DuplicateKeptApart,
    PossibleDuplicateFound,
    UnmergeAnswered,
    UnmergeRefused,
    UnmergeRequested,
    WorkerMerged,
    WorkerUnmerged,
    pair_id,
)
from unionaid.contracts.relief import application_id
from unionaid.contracts.samples.sample import AMOUNT_FEN, LIST, RELATIVE, TWICE, UNDOING, WORKER, Sample
from unionaid.contracts.unmerging import StandingPayment

PAIR = pair_id(WORKER, TWICE)
STANDING = StandingPayment(
    application_id=application_id(LIST, 1),
    list_id=LIST,
    line=1,
    person_id=WORKER,
    amount_fen=AMOUNT_FEN,
    status="paid",
    on=date(2017, 1, 9),
)
ASKED: dict[str, Any] = {"request_id": UNDOING, "pair_id": PAIR}
AGAIN: dict[str, Any] = {"request_id": UUID("9e3a5b7d-2c4f-4e68-8d9b-1f2a3e4d5c22"), "pair_id": PAIR}
"""Asked again, and cleared."""
BOTH: dict[str, Any] = {"person_id": TWICE, "survivor_id": WORKER, "held_person_ids": (TWICE, WORKER)}

SAMPLES = (
    Sample(
        PossibleDuplicateFound(
            occurred_on=date(2017, 1, 5),
            pair_id=pair_id(WORKER, RELATIVE),
            person_id=WORKER,
            other_person_id=RELATIVE,
            certainty="possibly",
            score=60,
            found_by="registration",
            policy_version="duplicates-2013.1",
        ),
        index=68,
        stream_version=1,
    ),
    Sample(
        DuplicateKeptApart(
            occurred_on=date(2017, 1, 6),
            pair_id=pair_id(WORKER, RELATIVE),
            person_id=WORKER,
            other_person_id=RELATIVE,
            reason_code="relatives",
        ),
        index=69,
        stream_version=2,
    ),
    Sample(
        WorkerMerged(
            occurred_on=date(2017, 1, 6),
            pair_id=pair_id(WORKER, TWICE),
            person_id=TWICE,
            survivor_id=WORKER,
            reason_code="documents-agree",
        ),
        index=70,
        stream_version=1,
    ),
    Sample(
        UnmergeRequested(
            occurred_on=date(2017, 2, 6),
            **ASKED,
            **BOTH,
            reason_code="different-people",
            merged_on=date(2017, 1, 6),
            seen_payments=(application_id(LIST, 2),),
            answer_until=date(2017, 2, 9),
            policy_version="duplicates-2013.1",
        ),
        index=71,
        stream_version=2,
    ),
    Sample(
        UnmergeAnswered(occurred_on=date(2017, 2, 6), **ASKED, service="relief", cleared=False, payments=(STANDING,)),
        index=72,
        stream_version=3,
    ),
    Sample(
        UnmergeRefused(occurred_on=date(2017, 2, 6), **ASKED, **BOTH, reason_code="payments-stand"),
        index=73,
        stream_version=4,
    ),
    Sample(WorkerUnmerged(occurred_on=date(2017, 2, 7), **AGAIN, **BOTH), index=74, stream_version=7),
    Sample(
        relief.UnmergeCleared(
            occurred_on=date(2017, 2, 6), **AGAIN, held_person_ids=(TWICE, WORKER), answer_until=date(2017, 2, 9)
        ),
        index=100,
        stream_version=1,
    ),
    Sample(
        relief.PaymentHoldLifted(occurred_on=date(2017, 2, 7), **AGAIN, held_person_ids=(TWICE, WORKER)),
        index=101,
        stream_version=2,
    ),
    Sample(
        relief.UnmergeBlocked(occurred_on=date(2017, 2, 6), **ASKED, payments=(STANDING,)),
        index=102,
        stream_version=1,
    ),
    Sample(
        mutualaid.UnmergeCleared(occurred_on=date(2017, 2, 6), **AGAIN, held_person_ids=(TWICE, WORKER)),
        index=100,
        stream_version=1,
    ),
)
