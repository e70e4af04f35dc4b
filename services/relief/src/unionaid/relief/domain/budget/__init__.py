"""What one fund allotted to one programme, and what became of it."""
