-- How far a subscription had come in a topic at each log time: "as known at t" is all indexes with logtime <= t, also
-- of events the subscription makes nothing of. Written in the transaction of the position.
CREATE TABLE eventlog.moments (
    subscription text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    logtime      timestamptz NOT NULL,
    last_index   bigint NOT NULL,
    PRIMARY KEY (subscription, topic, logtime)
);
GRANT SELECT ON eventlog.moments TO {app}, {auditor};
GRANT INSERT, UPDATE, DELETE ON eventlog.moments TO {app};
