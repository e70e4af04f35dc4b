-- Registry's views of its own log: who stands where, without identity.
CREATE SCHEMA views;
GRANT USAGE ON SCHEMA views TO {app}, {auditor};

CREATE TABLE views.org (
    org_id         uuid PRIMARY KEY,
    level          text NOT NULL,
    depth          smallint NOT NULL CHECK (depth BETWEEN 1 AND 3),
    parent_id      uuid,
    name           text NOT NULL,
    established_on date NOT NULL,
    CHECK ((parent_id IS NULL) = (depth = 1))
);
CREATE UNIQUE INDEX org_in_order ON views.org (depth, name, org_id);
CREATE INDEX org_children ON views.org (parent_id);

CREATE TABLE views.enterprise (
    enterprise_id uuid PRIMARY KEY,
    uscc          text NOT NULL UNIQUE,
    name          text NOT NULL,
    ownership     text NOT NULL,
    union_org_id  uuid,
    registered_on date NOT NULL
);
CREATE UNIQUE INDEX enterprise_in_order ON views.enterprise (name, enterprise_id);

CREATE TABLE views.worker_count (
    union_org_id uuid PRIMARY KEY,
    workers      bigint NOT NULL CHECK (workers >= 0),
    migrants     bigint NOT NULL CHECK (migrants BETWEEN 0 AND workers)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA views TO {app};
GRANT SELECT ON ALL TABLES IN SCHEMA views TO {auditor};
