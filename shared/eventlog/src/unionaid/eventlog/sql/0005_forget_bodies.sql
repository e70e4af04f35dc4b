-- The HMAC of a request may be taken back, where the request named a person who is forgotten.
GRANT UPDATE (body) ON eventlog.idempotency TO {app};
