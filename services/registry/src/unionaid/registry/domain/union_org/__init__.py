"""A union (工會): a node in the three-level tree."""
