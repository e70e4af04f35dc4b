"""A programme: what, when, for which purpose, up to how much."""
