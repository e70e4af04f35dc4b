"""What identity may be opened for, kept as data in `purposes.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

import yaml

from unionaid.registry.domain.person.opening import Purpose
from unionaid.service.roles import Role


def read_purposes() -> Mapping[str, Purpose]:
    """Return the purposes by name. Raises ValueError: a role there is not."""
    text = files("unionaid.registry").joinpath("purposes.yaml").read_text(encoding="utf-8")
    return {
        name: Purpose(frozenset(Role(role).value for role in entry["roles"]), frozenset(entry["fields"]))
        for name, entry in yaml.safe_load(text).items()
    }
