"""One canned event of every type about a programme after it was opened."""

from datetime import date

from unionaid.contracts.relief import ProgrammeAmended, ProgrammeClosed
from unionaid.contracts.samples.sample import OFFICER, PROGRAMME, Sample

SAMPLES = (
    Sample(
        ProgrammeAmended(occurred_on=date(2017, 2, 6), programme_id=PROGRAMME, window_to=date(2017, 2, 28)),
        index=202,
        stream_version=2,
        by=OFFICER,
    ),
    Sample(
        ProgrammeClosed(occurred_on=date(2017, 3, 31), programme_id=PROGRAMME), index=203, stream_version=3, by=OFFICER
    ),
)
