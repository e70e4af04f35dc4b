-- How far a subscription had come in a topic at each log time: "as known at t" is all indexes with logtime <= t, also
-- of events the subscription makes nothing of. Written in the transaction of the position.
-- One row for each batch that was read: the log times in it, and beside each the last index that has it.
CREATE TABLE eventlog.moments (
    subscription  text COLLATE "C" NOT NULL,
    topic         text COLLATE "C" NOT NULL,
    first_logtime timestamptz NOT NULL,
    logtimes      timestamptz[] NOT NULL,
    last_indexes  bigint[] NOT NULL,
    PRIMARY KEY (subscription, topic, first_logtime)
);
GRANT SELECT ON eventlog.moments TO {app}, {auditor};
GRANT INSERT, UPDATE, DELETE ON eventlog.moments TO {app};
