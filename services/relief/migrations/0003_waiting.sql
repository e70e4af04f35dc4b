-- What waits is looked up on every overview: lines at the bank, and lines that came back.
CREATE INDEX batch_line_ordered ON views.batch_line (batch_id) WHERE status = 'ordered';
CREATE INDEX application_failed ON views.application (list_id) WHERE status = 'failed';
