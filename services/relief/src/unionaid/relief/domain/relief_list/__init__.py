"""A list of people who are to receive relief, and its lines."""
