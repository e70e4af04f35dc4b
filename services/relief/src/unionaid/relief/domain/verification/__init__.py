"""Verification: a sample of the paid is asked whether and how much they received."""
