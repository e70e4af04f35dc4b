"""The screens of reporting."""
