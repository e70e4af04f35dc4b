"""Canned events of a society's members."""

from datetime import date
from uuid import UUID

from unionaid.contracts.relief import SocietyMemberJoined, SocietyMemberLeft
from unionaid.contracts.samples.sample import ACCOUNTANT, FUND, Sample

MEMBER = UUID("2d1c0b9a-8f7e-4d6c-9b5a-4e3f2d1c0b28")
SAMPLES = (
    Sample(
        SocietyMemberJoined(
            occurred_on=date(2017, 3, 1), fund_id=FUND, member_id=MEMBER, member_organisation="样例乳业股份有限公司"
        ),
        index=90,
        stream_version=20,
        by=ACCOUNTANT,
    ),
    Sample(
        SocietyMemberLeft(occurred_on=date(2017, 12, 31), fund_id=FUND, member_id=MEMBER),
        index=91,
        stream_version=21,
        by=ACCOUNTANT,
    ),
)
