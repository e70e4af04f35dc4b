"""Relief's policies, effective-dated, kept as data in `policy/` and checked when they are loaded."""
