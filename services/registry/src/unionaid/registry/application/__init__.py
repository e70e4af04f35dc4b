"""Commands: load, decide, append. The only writer of registry's log and of its vault."""
