"""Mutual aid, the serious-illness scheme: it runs and owns an empty log; its processes are still to come."""
