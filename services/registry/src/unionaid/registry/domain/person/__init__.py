"""A human being the office knows, and the role of worker (職工)."""
