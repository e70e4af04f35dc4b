"""One canned event of every type about pairs of persons."""

from datetime import date

from unionaid.contracts.registry import DuplicateKeptApart, PossibleDuplicateFound, WorkerMerged, pair_id
from unionaid.contracts.samples.sample import RELATIVE, TWICE, WORKER, Sample

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
)
