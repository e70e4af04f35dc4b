"""The one-machine stack: PostgreSQL, Kafka and the five services without Docker, root or a system Java."""
