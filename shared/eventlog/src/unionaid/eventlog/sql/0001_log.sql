-- The event log of one service. Placeholders in braces are role names.
CREATE SCHEMA IF NOT EXISTS eventlog;

-- Checks of what every append writes stand in domains: PostgreSQL reads a table's CHECK anew from the catalog for
-- each statement, a domain's once per session (a tenth of an append).
CREATE DOMAIN eventlog.stream_name AS text COLLATE "C" CHECK (octet_length(value) BETWEEN 1 AND 200);
CREATE DOMAIN eventlog.stream_version AS integer CHECK (value >= 1);
CREATE DOMAIN eventlog.event_body AS bytea CHECK (octet_length(value) BETWEEN 2 AND 65279);
CREATE DOMAIN eventlog.keyed_hash AS bytea CHECK (octet_length(value) = 32);

-- Facts. Insert-only; `position` orders the events of one stream, and nothing else.
CREATE TABLE eventlog.events (
    position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    stream   eventlog.stream_name NOT NULL,
    version  eventlog.stream_version NOT NULL,
    id       uuid NOT NULL,
    type     text COLLATE "C" NOT NULL,
    body     eventlog.event_body NOT NULL,
    PRIMARY KEY (stream, version)
);
CREATE UNIQUE INDEX events_position ON eventlog.events (position);

-- What the sequencer gave: the index, the log time, the leaf of the proof. Insert-only.
CREATE TABLE eventlog.log (
    index    bigint PRIMARY KEY CHECK (index >= 0),
    position bigint NOT NULL UNIQUE,
    logtime  timestamptz NOT NULL,
    leaf     bytea NOT NULL CHECK (octet_length(leaf) = 32)
);

-- One row per append, not per event: what waits for its index, and what waits for the service's own views.
CREATE TABLE eventlog.outbox (
    first_position bigint PRIMARY KEY,
    positions      bigint[] NOT NULL
);
CREATE TABLE eventlog.own_queue (
    first_position bigint PRIMARY KEY,
    positions      bigint[] NOT NULL
);

-- What no single stream can hold: one ID one person, one purpose once per period.
CREATE TABLE eventlog.reservations (
    scope  text COLLATE "C" NOT NULL,
    key    bytea NOT NULL CHECK (octet_length(key) = 32),
    stream text COLLATE "C" NOT NULL,
    PRIMARY KEY (scope, key)
);

-- `key` is the command id of the events. A row restored from a topic knows neither body nor answer.
CREATE TABLE eventlog.idempotency (
    key       eventlog.keyed_hash PRIMARY KEY,
    body      eventlog.keyed_hash,
    status    integer,
    answer    bytea,
    stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_stored_at ON eventlog.idempotency (stored_at);

CREATE TABLE eventlog.snapshots (
    stream         text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    stream_version integer NOT NULL,
    state          bytea NOT NULL,
    PRIMARY KEY (stream, name)
);

-- The truth of a subscription: the last index it has applied, and that record's hash.
CREATE TABLE eventlog.positions (
    subscription text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    last_index   bigint NOT NULL DEFAULT -1,
    last_hash    bytea,
    offset_hint  bigint NOT NULL DEFAULT 0,
    foreign_records bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (subscription, topic)
);

-- What could not be applied, with its bytes and the reason. `blocks` is the key later events wait behind.
CREATE TABLE eventlog.parked (
    subscription text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    kafka_offset bigint NOT NULL,
    index        bigint,
    blocks       text COLLATE "C",
    reason       text NOT NULL,
    length       bigint NOT NULL,
    sha256       bytea NOT NULL,
    value        bytea,
    parked_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX parked_own ON eventlog.parked (subscription, topic, index) WHERE blocks IS NOT NULL;
CREATE UNIQUE INDEX parked_foreign ON eventlog.parked (subscription, topic, kafka_offset, sha256) WHERE blocks IS NULL;
CREATE INDEX parked_blocks ON eventlog.parked (subscription, topic, blocks) WHERE blocks IS NOT NULL;

-- Which build of a projection set is read. Beside it a new one may be under construction.
CREATE TABLE eventlog.projection_sets (
    name        text COLLATE "C" NOT NULL,
    build       integer NOT NULL,
    fingerprint text NOT NULL,
    live        boolean NOT NULL,
    PRIMARY KEY (name, build)
);
CREATE UNIQUE INDEX projection_sets_live ON eventlog.projection_sets (name) WHERE live;

-- A stopped log: the relay writes why; nothing is appended until an operator has repaired it.
CREATE TABLE eventlog.halt (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    reason   text NOT NULL,
    since    timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION eventlog.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'eventlog.% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'UL000';
END $$;
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eventlog.events
    FOR EACH STATEMENT EXECUTE FUNCTION eventlog.refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eventlog.log
    FOR EACH STATEMENT EXECUTE FUNCTION eventlog.refuse_change();

GRANT USAGE ON SCHEMA eventlog TO {app}, {auditor};
GRANT SELECT ON ALL TABLES IN SCHEMA eventlog TO {auditor};
GRANT SELECT ON ALL TABLES IN SCHEMA eventlog TO {app};
GRANT INSERT ON ALL TABLES IN SCHEMA eventlog TO {app};
GRANT DELETE ON eventlog.outbox, eventlog.own_queue, eventlog.reservations, eventlog.idempotency,
    eventlog.snapshots, eventlog.positions, eventlog.parked, eventlog.halt TO {app};
GRANT UPDATE ON eventlog.snapshots, eventlog.positions, eventlog.parked, eventlog.halt TO {app};
