"""The screens of relief."""
