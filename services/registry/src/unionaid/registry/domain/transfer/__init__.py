"""A transfer that an officer asks for who sees but the union the worker is to come to."""
