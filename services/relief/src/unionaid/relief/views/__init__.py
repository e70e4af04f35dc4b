"""What relief shows of its own log, and what it knows of registry's."""
