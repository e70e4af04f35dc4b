-- An undoing that was asked for: until it is decided, and why the last one was refused.
ALTER TABLE views.pair DROP CONSTRAINT pair_status_check,
    ADD COLUMN request_id uuid,
    ADD COLUMN answer_until date,
    ADD COLUMN undo_refused text,
    ADD CONSTRAINT pair_status_check CHECK (status IN ('found', 'kept-apart', 'merged', 'undo-asked')),
    ADD CONSTRAINT pair_undoing_check CHECK ((status = 'undo-asked') = (request_id IS NOT NULL)
        AND (request_id IS NULL) = (answer_until IS NULL));
-- Who stands for one another is found from either side.
CREATE INDEX pair_merged ON views.pair (person_id) WHERE status IN ('merged', 'undo-asked');
CREATE INDEX pair_merged_into ON views.pair (other_person_id) WHERE status IN ('merged', 'undo-asked');
