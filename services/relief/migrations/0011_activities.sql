-- Activities: training sessions with their trainees, job fairs, competitions.
CREATE TABLE views.skills_session (
    session_id   uuid PRIMARY KEY,
    programme_id uuid NOT NULL,
    union_org_id uuid NOT NULL,
    name         text NOT NULL,
    occurred_on  date NOT NULL,
    last_on      date NOT NULL,
    hours        integer NOT NULL,
    places       integer NOT NULL
);
CREATE TABLE views.trainee (
    session_id   uuid NOT NULL,
    person_id    uuid NOT NULL,
    enrolled_on  date NOT NULL,
    completed_on date,
    placed_on    date,
    employer     text,
    PRIMARY KEY (session_id, person_id),
    CHECK (completed_on >= enrolled_on AND placed_on >= completed_on)
);
CREATE TABLE views.job_fair (
    fair_id       uuid PRIMARY KEY,
    union_org_id  uuid NOT NULL,
    name          text NOT NULL,
    occurred_on   date NOT NULL,
    employers     integer NOT NULL,
    vacancies     integer NOT NULL,
    visitor_count integer NOT NULL,
    placements    integer NOT NULL
);
CREATE TABLE views.competition (
    competition_id uuid PRIMARY KEY,
    union_org_id   uuid NOT NULL,
    name           text NOT NULL,
    trade          text NOT NULL,
    occurred_on    date NOT NULL,
    contestants    integer NOT NULL,
    awards         integer NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON views.skills_session, views.trainee, views.job_fair, views.competition TO {app};
GRANT SELECT ON views.skills_session, views.trainee, views.job_fair, views.competition TO {auditor};
