"""A household (家庭): who lives together. A person belongs to one at a time."""
