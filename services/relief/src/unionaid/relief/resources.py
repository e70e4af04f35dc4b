"""Where the service's data files lie: beside the modules in a wheel, in the service's room in a checkout."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_ROOM = Path(__file__).resolve().parents[3]


def directory(name: str) -> Traversable:
    """Return the directory `migrations`, `policy` or `locale`. Raises FileNotFoundError."""
    for place in (files("unionaid.relief") / name, _ROOM / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"unionaid.relief has no {name}: the package is incomplete")
