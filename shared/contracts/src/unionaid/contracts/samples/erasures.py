"""That each service has confirmed the erasure of one person."""

from datetime import date

from unionaid.contracts import mutualaid, relief, reporting, supervision
from unionaid.contracts.samples.sample import APPROVER, ERASED, Sample

SAMPLES = tuple(
    Sample(
        service.ErasureConfirmed(occurred_on=date(2017, 1, 6), person_id=ERASED),
        index=99,
        stream_version=1,
        by=APPROVER,
    )
    for service in (relief, mutualaid, supervision, reporting)
)
