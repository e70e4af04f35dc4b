"""Supervision, letters and rights cases: it runs and owns an empty log; its processes are still to come."""
