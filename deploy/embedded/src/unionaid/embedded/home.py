"""Where the stack of a checkout keeps what it has: `.unionaid`, or what UNIONAID_HOME names."""

import os
from pathlib import Path


def checkout() -> Path | None:
    """The root of the checkout this runs from; None if it is installed elsewhere."""
    root = Path(__file__).resolve().parents[5]
    return root if (root / "unionaid").is_file() else None


def stack_home() -> Path:
    """UNIONAID_HOME, else `.unionaid` in the checkout, or without one in the working directory."""
    named = os.environ.get("UNIONAID_HOME")
    return Path(named).absolute() if named else (checkout() or Path.cwd()) / ".unionaid"
