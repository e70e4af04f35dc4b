"""Every limit of the log, with its unit."""

EVENT_BYTES_MAX = 65_279
"""Bytes of one stored event: leaves room for index and log time, so that a value stays in 65,535."""
VALUE_BYTES_MAX = 65_535
"""Bytes of one published value: the length field of a proof's entry bundle is 16 bits wide."""
SEQUENCE_EVENTS_MAX = 2_000
"""Events the sequencer asks for at a time; one append of more is taken whole."""
TRANSACTION_EVENTS_MAX = 2_000
"""Events in one Kafka transaction."""
PRODUCER_BATCH_BYTES_MAX = 500_000
"""Bytes of one record batch; a topic's `max.message.bytes` must be above it."""
TRANSACTION_TIMEOUT_MS = 10_000
"""After this the broker ends a transaction of a relay that has vanished."""
GATHERED_MAX = 64
"""Commands whose loads or appends go in one statement."""
GATHERED_EVENTS_MAX = 20
"""Events of a command that is gathered with others; one of more goes alone."""
GATHERED_PATIENCE_S = 0.02
"""Seconds that what has gathered waits for the statement before; then it goes beside it, for that one may be stuck."""
GATHERED_FLIGHTS_MAX = 4
"""Statements of a kind under way at once, when they are slow."""
APPEND_TRIES_MAX = 8
"""How often a command is decided again when another writer was first; then it is busy."""
LEASE_BEAT_S = 1.0
"""Seconds between two beats of the session that holds the lease."""
LEASE_TIMEOUT_S = 5
"""Seconds of silence after which PostgreSQL ends the session, and the lease with it."""
INBOX_BATCH_RECORDS_MAX = 5_000
"""Records a subscription applies in one transaction."""
INBOX_TRANSACTION_TIMEOUT_S = 60
"""Seconds one such transaction may last."""
INBOX_IDLE_IN_TRANSACTION_S = 5
"""Seconds a frozen reader may hold its position row."""
PARKED_VALUE_BYTES_MAX = 131_072
"""Bytes of a parked record that are kept; of a longer one, its length and hash alone."""
OWN_VIEWS_BATCH_MAX = 2_000
"""Appends one step of the own views takes."""
IDEMPOTENCY_DAYS = 30
"""Days an answer is kept for a repeated request."""
