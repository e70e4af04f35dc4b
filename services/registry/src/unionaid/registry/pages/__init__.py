"""The screens of registry."""
