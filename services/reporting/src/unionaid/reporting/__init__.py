"""Reporting: totals of the other services' events, each with its citation and its events."""
