"""What sessions, trainees, fairs and competitions become."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import (
    CompetitionHeld,
    JobFairHeld,
    SkillsSessionHeld,
    TraineeCompleted,
    TraineeEnrolled,
    TraineePlaced,
)
from unionaid.eventlog import Connection
from unionaid.relief.views.adding import Writers, inserted, write

_SESSION = {
    "session_id": "uuid", "programme_id": "uuid", "union_org_id": "uuid", "name": "text", "occurred_on": "date",
    "last_on": "date", "hours": "integer", "places": "integer",
}  # fmt: skip
_FAIR = {
    "fair_id": "uuid", "union_org_id": "uuid", "name": "text", "occurred_on": "date", "employers": "integer",
    "vacancies": "integer", "visitor_count": "integer", "placements": "integer",
}  # fmt: skip
_COMPETITION = {
    "competition_id": "uuid", "union_org_id": "uuid", "name": "text", "trade": "text", "occurred_on": "date",
    "contestants": "integer", "awards": "integer",
}  # fmt: skip
_ENROL = """
INSERT INTO views.trainee (session_id, person_id, enrolled_on) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[])
"""
_COMPLETE = """
UPDATE views.trainee t SET completed_on = m.on_day
FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS m(session_id, person_id, on_day)
WHERE (t.session_id, t.person_id) = (m.session_id, m.person_id)
"""
_PLACE = """
UPDATE views.trainee t SET placed_on = m.on_day, employer = m.employer
FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[]) AS m(session_id, person_id, on_day, employer)
WHERE (t.session_id, t.person_id) = (m.session_id, m.person_id)
"""
_TRAINEE = ("session_id", "person_id", "occurred_on")
_WRITERS: Writers = {
    SkillsSessionHeld: inserted("skills_session", _SESSION),
    TraineeEnrolled: (_ENROL, _TRAINEE),
    TraineeCompleted: (_COMPLETE, _TRAINEE),
    TraineePlaced: (_PLACE, (*_TRAINEE, "employer")),
    JobFairHeld: inserted("job_fair", _FAIR),
    CompetitionHeld: inserted("competition", _COMPETITION),
}
SHOWN: tuple[type[Fact], ...] = tuple(_WRITERS)


async def write_activities(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows, stage by stage."""
    await write(conn, facts, _WRITERS)
