"""One canned event of every type that tells of activities, from the spring after the winter."""

from datetime import date
from uuid import UUID

from unionaid.contracts.relief import (
    CompetitionHeld,
    JobFairHeld,
    SkillsSessionHeld,
    TraineeCompleted,
    TraineeEnrolled,
    TraineePlaced,
)
from unionaid.contracts.samples.sample import GRASSROOTS, PROGRAMME, SESSION, WORKER, Sample

FAIR = UUID("2c3d4e5f-6a7b-4c8d-9e0f-1a2b3c4d5e27")
COMPETITION = UUID("5f6a7b8c-9d0e-4f1a-8b2c-3d4e5f6a7b28")
_TRAINEE = {
    "session_id": SESSION,
    "programme_id": PROGRAMME,
    "programme_kind": "SPRING_SKILLS",
    "programme_year": 2017,
    "union_org_id": GRASSROOTS,
    "person_id": WORKER,
}
SAMPLES = (
    Sample(
        SkillsSessionHeld(
            occurred_on=date(2017, 4, 10),
            session_id=SESSION,
            programme_id=PROGRAMME,
            programme_kind="SPRING_SKILLS",
            programme_year=2017,
            union_org_id=GRASSROOTS,
            name="家政服务员培训班第一期",
            last_on=date(2017, 4, 21),
            hours=60,
            places=50,
        ),
        index=410,
        stream_version=1,
    ),
    Sample(TraineeEnrolled.model_validate({"occurred_on": date(2017, 4, 10), **_TRAINEE}), index=411, stream_version=2),
    Sample(
        TraineeCompleted.model_validate({"occurred_on": date(2017, 4, 21), **_TRAINEE}), index=412, stream_version=3
    ),
    Sample(
        TraineePlaced.model_validate({"occurred_on": date(2017, 5, 8), "employer": "样例家政公司", **_TRAINEE}),
        index=413,
        stream_version=4,
    ),
    Sample(
        JobFairHeld(
            occurred_on=date(2017, 3, 8),
            fair_id=FAIR,
            union_org_id=GRASSROOTS,
            name="春风行动专场招聘会",
            employers=32,
            vacancies=860,
            visitor_count=1_400,
            placements=215,
        ),
        index=414,
        stream_version=1,
    ),
    Sample(
        CompetitionHeld(
            occurred_on=date(2017, 9, 20),
            competition_id=COMPETITION,
            union_org_id=GRASSROOTS,
            name="职工技能竞赛",
            trade="焊工",
            contestants=48,
            awards=9,
        ),
        index=415,
        stream_version=1,
    ),
)
