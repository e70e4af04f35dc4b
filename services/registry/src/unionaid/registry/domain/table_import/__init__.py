"""A file whose good rows are entered in one go, and whose bad rows go back."""
