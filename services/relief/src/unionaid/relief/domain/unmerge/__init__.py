"""Whether payments stand against the undoing of a merge, and whom nothing is paid meanwhile."""
