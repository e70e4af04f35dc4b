"""Every limit of the HTTP shell, with its unit."""

JSON_BODY_BYTES_MAX = 1 << 20
"""Bytes of a JSON body."""
UPLOAD_BYTES_MAX = 20 << 20
"""Bytes of an uploaded file, on routes declared for uploads."""
JSON_DEPTH_MAX = 16
"""Levels of objects and arrays in a JSON body."""
ERRORS_MAX = 100
"""Fields of the wrong shape named in one problem document; a rule names all it finds."""
IDEMPOTENCY_KEY_CHARS_MAX = 128
"""Characters of an Idempotency-Key, all printable ASCII."""
FORGET_PAUSE_S = 3_600.0
"""Seconds between two looks for kept answers that are old enough to go."""
TOKEN_BYTES_MAX = 8_192
"""Bytes of a bearer token."""
TOKEN_LEEWAY_S = 5
"""Seconds by which the clocks of issuer and service may differ."""
UNIT_NAME_CHARS_MAX = 200
"""Characters of the union's name in a token."""
PROVIDER_BYTES_MAX = 65_536
"""Bytes of the issuer's key set, and of what it says of itself."""
PROVIDER_AGE_MAX_S = 3_600.0
"""Seconds after which the issuer is asked again what it says of itself."""
SIGNING_IN_S = 600
"""Seconds between leaving for the sign-in and coming back from it."""
RSA_BITS_MIN = 2_048
"""Bits of an issuer's RSA key; a shorter one is passed over."""
JWKS_AGE_MAX_S = 300.0
"""Seconds after which the issuer's keys are fetched again, and withdrawn ones forgotten."""
JWKS_STALE_MAX_S = 3_600.0
"""Seconds for which known keys are trusted while the issuer does not answer."""
JWKS_FETCH_PAUSE_S = 3.0
"""Seconds between two fetches, however many unknown key ids come."""
JWKS_TIMEOUT_S = 3.0
"""Seconds the issuer has to answer."""
CALL_CONNECT_S = 1.0
"""Seconds another service has to take a connection."""
CALL_S = 5.0
"""Seconds another service has to answer somebody's question."""
FORM_FIELDS_MAX = 2_000
"""Fields of one form."""
AFTER_WAIT_MS_MAX = 5_000
"""Milliseconds a request waits for its `?after=`."""
RETRY_AFTER_S = 1
"""Seconds a client is asked to wait after 503, or 202."""
ACCEPT_LANGUAGE_CHARS_MAX = 500
"""Characters of Accept-Language that are read."""
HTTP_POOL_MIN = 0
"""Connections a service opens at start: none, so that it can say why it is not ready."""
HTTP_POOL_MAX = 10
"""Connections of a service's HTTP part; five services, their relays and consumers share 100."""
POOL_WAIT_S = 5.0
"""Seconds a request waits for a free connection; then 503."""
STATEMENT_TIMEOUT_MS = 10_000
"""Milliseconds of one SQL statement of a request."""
IDLE_IN_TRANSACTION_MS = 10_000
"""Milliseconds a request's transaction may stand still."""
STATEMENT_CACHE_SIZE = 256
"""Prepared statements kept per connection."""
CHECK_TIMEOUT_S = 2.0
"""Seconds one readiness check may take."""
GC_OBJECTS = 10_000
"""New objects after which the youngest are searched for cycles; Python's own 700 are those of a few requests."""
DRAIN_S = 8
"""Seconds that running requests have to finish after SIGTERM: the process is gone within the 10 that Docker gives."""
PART_RESTART_S_MIN = 0.5
"""Seconds before a part that crashed is started again; doubles up to `PART_RESTART_S_MAX`."""
PART_RESTART_S_MAX = 30.0
"""Seconds at most between two starts of a part that keeps crashing."""
PART_STEADY_S = 60.0
"""Seconds a part must run for its next crash to count as the first."""
SECRET_BYTES = 32
"""Bytes of a secret file."""
LANGUAGE_COOKIE_S = 31_536_000
"""Seconds for which a browser keeps the language chosen: a year."""
