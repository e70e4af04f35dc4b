"""A payment batch: what the bank is to pay of a list, and what it answered."""
