"""What a fold says when the log holds what cannot be."""


class BrokenHistory(Exception):
    """A fact that cannot follow the state before it: written past the rules, so nothing is decided on it."""

    def __init__(self, state: object, event: object) -> None:
        super().__init__(f"{type(event).__name__} cannot follow {type(state).__name__}")
