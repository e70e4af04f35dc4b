"""Two persons who may be one human being: what was found, and what an officer decided."""
