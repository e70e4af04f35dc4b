"""Commands: load, decide, append. The only writer of relief's log."""
