"""Money as people read it."""


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, `1,997,000.00`."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}"
