-- In-house titles: which enterprises run them, and how far each evaluation has come.
CREATE TABLE views.title_scheme (
    scheme_id     uuid PRIMARY KEY,
    enterprise_id uuid NOT NULL UNIQUE,
    adopted_on    date NOT NULL,
    title_names   text[] NOT NULL CHECK (cardinality(title_names) > 0),
    grades        integer[] NOT NULL CHECK (cardinality(grades) = cardinality(title_names))
);
CREATE UNIQUE INDEX title_scheme_in_order ON views.title_scheme (adopted_on, scheme_id);

CREATE TABLE views.title (
    title_id  uuid PRIMARY KEY,
    scheme_id uuid NOT NULL,
    status    text NOT NULL CHECK (status IN ('evaluated', 'appointed', 'ended'))
);
CREATE INDEX title_of_scheme ON views.title (scheme_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON views.title_scheme, views.title TO {app};
GRANT SELECT ON views.title_scheme, views.title TO {auditor};
