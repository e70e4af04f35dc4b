"""What events mean in the books: double entry, derived, never typed."""
