"""What is wrong with a policy file."""


class PolicyRefused(ValueError):
    """A policy file does not say what it must; the message names every fault."""
