"""One canned event of every type about the approvals that a list needs."""

from datetime import date

from unionaid.contracts.relief import ReliefListEndorsed
from unionaid.contracts.samples.sample import AMOUNT_FEN, APPROVER, ENDORSED_LIST, Sample

SAMPLES = (
    Sample(
        ReliefListEndorsed(
            occurred_on=date(2017, 1, 6), list_id=ENDORSED_LIST, lines=1, amount_fen=AMOUNT_FEN, role="approver"
        ),
        index=201,
        stream_version=3,
        by=APPROVER,
    ),
)
