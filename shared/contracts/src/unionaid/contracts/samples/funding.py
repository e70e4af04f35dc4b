"""One canned event of every type about the funding of programmes."""

from datetime import date

from unionaid.contracts.relief import FundingSource, FundingStated
from unionaid.contracts.samples.sample import ACCOUNTANT, BUDGET, PROGRAMME, SECOND_BUDGET, Sample

SAMPLES = (
    Sample(
        FundingStated(
            occurred_on=date(2017, 1, 3),
            programme_id=PROGRAMME,
            mode="split",
            sources=(
                FundingSource(budget_id=BUDGET, weight=7),
                FundingSource(budget_id=SECOND_BUDGET, weight=3),
            ),
        ),
        index=200,
        stream_version=1,
        by=ACCOUNTANT,
    ),
)
